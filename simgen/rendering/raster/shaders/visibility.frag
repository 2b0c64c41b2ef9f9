#version 330 core
// Soft visibility at a quarter of the resolution: which part of the surroundings' light reaches the surface, from depth maps
// along 32 directions of equal energy. Each pixel asks 8 of them; a 2 x 2 block of pixels asks all. Compiled for COARSE maps,
// whose texels would be seen. In an enclosure with PROBES far blockers are in the light, and what they send is kept apart.
#include "common.glsl"
#include "ray.glsl"

uniform sampler2D normal_depth;
uniform sampler2D depths;         // 8 x 4 tiles
uniform int spacing;              // image pixels for each pixel of this pass, along each axis
uniform vec4 towards[32];         // direction to the light, camera frame; w: with the position, depth 0..1 of its tile
uniform vec4 side_u[32];          // camera -> tile x in -1..1: xyz axis / half width, w shift
uniform vec4 side_v[32];
uniform vec3 energy[32];
uniform vec3 bounce[32];          // what a blocker in that direction sends back of the light that reaches it
uniform float range_m;            // that the maps' depth spans
uniform float texel_m;
uniform vec2 far_m;               // a blocker this far away blocks less, and this far away nothing
layout(location = 0) out vec4 out_light;    // rgb share that arrives times weight, a weight: what would arrive
layout(location = 1) out vec4 out_surface;  // normal, 1 / z (0 where there is no surface)
#ifdef PROBES
layout(location = 2) out float out_returned;  // what blockers send back of that light, times weight
uniform float reach_m;            // a blocker nearer than that is as hidden as what it blocks, the nearer the more
const float LEAST_OPEN = 0.25;    // to light, of what lies in a corner that all directions asked find closed: assumed
const float MOST_ARRIVES = 1.25;  // of what would with nothing in the way: few directions are asked, some of them dark: assumed
float nearness = 0.0;             // of the blocker found last, 0..1
#endif

// How far behind a texel of a direction's map a point of depth z lies lets in so much of the light.
float open_at(vec2 uv, float z, float least_m) {
    float gap = (z - textureLod(depths, uv, 0.0).r) * range_m;
#ifdef PROBES
    nearness = clamp(1.0 - gap / reach_m, 0.0, 1.0);
#endif
    return gap > least_m ? clamp((gap - far_m.x) / (far_m.y - far_m.x), 0.0, 1.0) : 1.0;
}

#ifdef COARSE
// Percentage-closer filter as wide as three texels (Reeves, Salesin and Cook, SIGGRAPH 1987).
float open_around(vec2 uv, float z) {
    vec2 size = vec2(textureSize(depths, 0)), place = uv * size - 0.5, corner = floor(place), part = place - corner;
    float open = 0.0;
#ifdef PROBES
    float near = 0.0;
#endif
    for (int i = 0; i < 16; ++i) {
        vec2 step = vec2(i & 3, i >> 2) - 1.0, w = clamp(2.0 - abs(step - part), 0.0, 1.0);
        float here = open_at((corner + step + 0.5) / size, z, texel_m);
        open += here * w.x * w.y;
#ifdef PROBES
        near += (1.0 - here) * nearness * w.x * w.y;
#endif
    }
#ifdef PROBES
    nearness = near / max(9.0 - open, 1e-6);
#endif
    return open / 9.0;
}
#else
float open_around(vec2 uv, float z) { return open_at(uv, z, 0.5 * texel_m); }
#endif

#ifdef PROBES
#define RETURN(LIGHT) returned += LIGHT * nearness; from_afar += LIGHT * (1.0 - nearness);
#else
#define RETURN(LIGHT) returned += LIGHT;
#endif

// One direction. Written out where it is short: software rendering does not unroll texture reads.
#define ASK(GROUP) { \
    int i = GROUP + first; \
    vec4 d = towards[i], u = side_u[i], v = side_v[i]; \
    float n_l = max(dot(n, d.xyz), 0.0); \
    vec2 tile = vec2(dot(u.xyz, p) + u.w, dot(v.xyz, p) + v.w); \
    float z = d.w - dot(d.xyz, p) / range_m; \
    vec2 uv = (vec2(i & 7, i >> 3) + clamp(tile * 0.5 + 0.5, 0.0, 1.0)) * vec2(0.125, 0.25); \
    float open = max(abs(tile.x), abs(tile.y)) < 1.0 ? open_around(uv, z) : 1.0; \
    vec3 e = energy[i] * n_l; \
    direct += e * open; \
    RETURN(bounce[i] * (n_l * (1.0 - open))) \
    all += e; \
    seen += luminance(e) * open; }

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec4 label = texelFetch(normal_depth, at * spacing, 0);
    if (isnan(label.w)) {
        out_light = vec4(1.0, 1.0, 1.0, 1e-6);
        out_surface = vec4(0.0);
#ifdef PROBES
        out_returned = 0.0;
#endif
        return;
    }
    vec3 n = label.xyz;
    vec3 p = point_of(ray_at(vec2(at * spacing)), label.w) + n * (0.7 * texel_m);
    vec3 direct = vec3(0.0), returned = vec3(0.0);
    vec3 all = vec3(1e-12);
    float seen = 0.0;
#ifdef PROBES
    vec3 from_afar = vec3(0.0);
#endif
    int first = (at.x & 1) + 2 * (at.y & 1);
#ifdef COARSE
    for (int k = 0; k < 32; k += 4) ASK(k)
#else
    ASK(0) ASK(4) ASK(8) ASK(12) ASK(16) ASK(20) ASK(24) ASK(28)
#endif
    // Blockers near a hidden corner are about as hidden as the corner (Jimenez et al., GTAO, SIGGRAPH 2016).
    float weight = luminance(all);
    // A ratio for each pixel: the few directions it asks differ in colour from those that its neighbours ask.
#ifdef PROBES
    returned = returned * max(seen / weight, LEAST_OPEN) + from_afar;
    returned *= min(1.0, max(MOST_ARRIVES * weight - luminance(direct), 0.0) / max(luminance(returned), 1e-12));
    out_returned = luminance(returned / all) * weight;
#else
    returned *= seen / weight;
#endif
    out_light = vec4((direct + returned) / all * weight, weight);
    out_surface = vec4(n, 1.0 / label.w);
}
