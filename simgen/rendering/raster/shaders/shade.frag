#version 330 core
// Light pass: linear radiance (cd/m2) of every pixel from the surface that the geometry pass left.
// Surroundings light by spherical harmonics and a prefiltered map; that of LAMPS and of SHINING maps was added up before.
// Compiled for a number of SUNS and, where a scene has them, for LAMPS, EMISSIVE surfaces and a clear COAT. In the camera's frame.
#include "common.glsl"
#include "surface.glsl"
#include "packing.glsl"
#include "ray.glsl"

uniform sampler2D normal_depth;
uniform usampler2D surface;      // see gbuffer.glsl
uniform usampler2D shares;
uniform sampler2D prefiltered;

uniform vec4 texel;              // of a target of the image's size, of `shares`
uniform float spacing;           // image pixels for each pixel of `shares`
uniform mat3 R_map_camera;
uniform sampler2D irradiance;    // octahedral, of the surroundings without their suns, divided by pi, map frame
uniform vec3 mirror;             // map units -> cd/m2, 1 / size of `prefiltered`
uniform vec2 level_of;           // root of roughness -> level of `prefiltered`: scale, shift
#ifdef PROBES
// What blockers send back is that of grey ones, in light that knows no colours. Of so many the colour is that of the
// surface itself: the inside of a cup lights itself (after Jimenez et al., GTAO, SIGGRAPH 2016; the share is assumed).
const float GREY = 0.4, OWN_BLOCKERS = 0.6;  // GREY as in `scene_light.py`
#endif
#if SUNS > 0
uniform vec3 sun_direction[SUNS];  // towards the light
uniform vec3 sun_color[SUNS];      // lux
#endif
#if defined(LAMPS) || defined(SHINING)
uniform sampler2D lamp_light;
#endif
#ifdef EMISSIVE
uniform vec3 emissive[64];
#endif
#ifdef MIRROR
uniform sampler2D mirror_image;  // radiance of what a floor mirrors, with coarser levels
uniform sampler2D mirror_depth;  // its normals and depths
#include "mirror.glsl"
uniform float mirror_px;         // pixels for each radian

// Share of a GGX lobe seen along a line about slopes of 0, 0.5, 1 and 1.5 alpha: (1 + x^2)^-1.5, together 1.
const float SHARES[4] = float[](0.2874, 0.2056, 0.1016, 0.0491);

// At each pixel the mirror image is what a perfect mirror would show there. Rough ones blur it by the angle of their
// lobe as seen from where the reflected thing is, across the plane of incidence less by n.v; uneven ones shift it.
vec3 floor_mirrored(vec3 otherwise, vec3 n, float n_v, float roughness, float id, vec2 uv, vec4 label, float stretch) {
    if (!on_mirror(id, label.xyz)) return otherwise;
    float far = textureLod(mirror_depth, uv, 0.0).w * stretch, near = label.w * stretch;
    float beyond = isnan(far) ? 1.0 : clamp((far - near) / spread_of(far), 0.0, 1.0);
    float blur_px = 2.0 * roughness * roughness * beyond * mirror_px, flat_share = sqrt(1.0 - n_v * n_v);
    float level = log2(1.0 + blur_px * max(n_v, 0.5 * flat_share));  // as wide as the steps are apart
    vec2 at = uv + (n - mirror_floor.xyz).xy * (beyond * mirror_px) * texel.xy;
    vec2 upright = mirror_floor.xy * inversesqrt(max(dot(mirror_floor.xy, mirror_floor.xy), 1e-9)) * texel.xy;
    vec3 seen = vec3(0.0);
    for (int i = -3; i < 4; ++i)
        seen += textureLod(mirror_image, at + upright * (0.5 * float(i) * blur_px * flat_share), level).rgb * SHARES[abs(i)];
    return seen;
}
#endif
#ifdef GLASS
uniform sampler2D behind;        // radiance of what is seen through glass
uniform usampler2D behind_outline; // its tone and depth, see output.glsl
uniform sampler2D glass_stopped; // sums over all sheets of glass, see overlay.frag
uniform sampler2D glass_cover;
#endif
#ifdef FOG
#include "air.glsl"
uniform vec2 glow_scale;  // image pixel -> texture coordinate of `glow`
#endif
#include "output.glsl"

// Outermost texels lie on the fold of the octahedron, so that filtering needs no neighbour beyond them.
vec3 ambient(vec3 d) {
    const float SIDE = 32.0;
    return textureLod(irradiance, folded(d) * (0.5 - 0.5 / SIDE) + 0.5, 0.0).rgb;
}

// Levels are blended where so much of them is shown that the step from one to the next would be seen, as patches of a
// roughness map. The way out is at the end: software rendering runs the body of a loop at least once.
vec3 mirrored(vec3 d, float roughness, float shown) {
    float level = sqrt(roughness) * level_of.x + level_of.y, lower = clamp(floor(level), 0.0, 5.0), past = level - lower;
    float upper = mix(step(0.5, past), past, clamp(10.0 * shown - 1.0, 0.0, 1.0));
    float at = upper < 1.0 ? lower : lower + 1.0, share = upper < 1.0 ? 1.0 - upper : 1.0;
    bool last = upper <= 0.0 || upper >= 1.0;
    vec2 place = folded(d);
    vec3 image = vec3(0.0);
    while (true) {
        float first = at < 0.5 ? 0.0 : 64.0 + 64.0 * at;
        float inner = at < 0.5 ? 63.5 : 31.5;  // half of the tile less its outermost texels' half
        image += textureLod(prefiltered, (vec2(first, 0.0) + place * inner + inner + 0.5) * mirror.yz, 0.0).rgb * share;
        if (last) break;
        at = lower + 1.0;
        share = upper;
        last = true;
    }
    return image * mirror.x;
}

void main() {
    vec2 uv = gl_FragCoord.xy * texel.xy;
    vec4 label = textureLod(normal_depth, uv, 0.0);
    uvec4 left_here = textureLod(surface, uv, 0.0);
    vec2 px = gl_FragCoord.xy - 0.5;
    vec3 ray = ray_at(px), ahead = ahead_of(ray);

    // Of the four nearest pixels of `shares`, those on the plane of this one.
    float plane = PLANE_OF(label.xyz, ray, label.w), weight = 1e-9;
    vec2 cell = floor(gl_FragCoord.xy / spacing), corner = (cell + 0.5) * texel.zw;
    vec2 past = gl_FragCoord.xy - 0.5 - cell * spacing, beside = mix(vec2(0.02), vec2(1.0), past);  // past is 0 or 1
    vec3 share = vec3(0.0);  // of the surroundings' light, what arrives here
    vec4 lit = vec4(0.0);    // of each sun's light
#ifdef PROBES
    vec3 gloss = vec3(0.0);
#endif
    for (int i = 0; i < 4; ++i) {
        vec2 step = vec2(i & 1, i >> 1);
        uvec4 there = textureLod(shares, corner + step * texel.zw, 0.0);
        vec3 other = RAY_BESIDE(ray, px, step * spacing - past);
        float off = OFF_PLANE(label.xyz, other, uintBitsToFloat(there.x), plane);
        off /= ray_of_pixel.x;
        float w = ((i & 1) == 1 ? beside.x : 1.0) * (i > 1 ? beside.y : 1.0) / (1.0 + 4.0 * off * off);
        share += unpacked_share(there.y) * w;
#ifdef PROBES
        gloss += unpacked_share(there.w) * w;
#endif
#if SUNS > 0
        lit += vec4(there.z & 255u, there.z >> 8 & 255u, there.z >> 16 & 255u, there.z >> 24) * w;
#endif
        weight += w;
    }
    share *= 1.0 / (1023.0 * weight);
    lit *= 1.0 / (255.0 * weight);
#ifdef PROBES
    share *= share;
    gloss *= 1.0 / (1023.0 * weight);
#endif

    Surface s = surface_of(left_here, ahead);
#ifdef GLASS
    // All sheets together stop what they do not let through, each taken to have its share of that whatever the order
    // (Bavoil and Myers, "Order independent transparency with dual depth peeling", 2008, weighted average), and mirror
    // what each leaves to the next, those behind seen through half of all, there and back; they are lit as the nearest one
    // is, and turn as it does.
    vec3 passed = vec3(0.0);
    if (int(left_here.w >> 24) > 63) {
        vec4 left = exp(-textureLod(glass_stopped, uv, 0.0));
        passed = left.rgb;
        vec4 sum = textureLod(glass_cover, uv, 0.0);
        float stopped = sum.a > 0.0 ? dot(1.0 - passed, vec3(1.0 / 3.0)) / sum.a : 1.0;
        s.base = sum.rgb * stopped * (1.0 - from_shorts(left_here.z).y);
        s.diffuse = UNMIRRORED * s.base;
        s.specular += max(1.0 - left.a - s.specular, 0.0) * passed;
        passed *= left.a;
    }
#endif
#ifdef COAT
    put_coat(s, left_here, label.xyz);
#endif
    vec3 n_map = R_map_camera * s.n, v_map = R_map_camera * s.v;
    vec3 l = diffuse_from_around(s) * ambient(n_map) * share;
#ifdef PROBES
    float visible = gloss.x, shine = 4.0 * gloss.y * gloss.y;
    l *= 1.0 + gloss.z * OWN_BLOCKERS * (s.base / GREY - 1.0);
#else
    float visible = min(luminance(share), 1.0);
    const float shine = 1.0;
#endif
    // Lagarde and de Rousiers, "Moving Frostbite to physically based rendering", 2014, section 4.10.2.
    float open = clamp(pow(s.n_v + visible, exp2(-16.0 * s.roughness - 1.0)) - 1.0 + visible, 0.0, 1.0);
    vec3 image = shine * mirrored(2.0 * dot(s.n, s.v) * n_map - v_map, s.roughness, luminance(s.specular));
#ifdef MIRROR
    float id = float(int(left_here.x)), stretch_here = length(ahead);
    l += s.specular * floor_mirrored(image * open, s.n, s.n_v, s.roughness, id, uv, label, stretch_here);
#else
    l += s.specular * image * open;
#endif

#ifdef COAT
    float coat_open = clamp(pow(s.coat_n_v + visible, exp2(-16.0 * s.coat_roughness - 1.0)) - 1.0 + visible, 0.0, 1.0);
    vec3 coat_image = shine * coat_open * mirrored(R_map_camera * (2.0 * dot(s.coat_n, s.v) * s.coat_n - s.v), s.coat_roughness, s.coat);
#ifdef MIRROR
    coat_image = floor_mirrored(coat_image, s.coat_n, s.coat_n_v, s.coat_roughness, id, uv, label, stretch_here);
#endif
    l += s.coat * coat_image;
#endif

#if SUNS > 0
    for (int i = 0; i < SUNS; ++i) {
        float n_l = clamp(dot(s.n, sun_direction[i]), 0.0, 1.0);
        l += sun_color[i] * (n_l * lit[i] / PI) * reflection(s, sun_direction[i], n_l, s.roughness * s.roughness);
#ifdef COAT
        l += sun_color[i] * (lit[i] / PI * coat_reflection(s, sun_direction[i], 0.0));
#endif
    }
#endif
#if defined(LAMPS) || defined(SHINING)
    l += textureLod(lamp_light, uv, 0.0).rgb;
#endif
#ifdef EMISSIVE
    l += emissive[int(left_here.w >> 24) & 63] * float(int(left_here.w >> 24) < 64);
#endif
#ifdef FOG
    float stretch = length(ahead), eye = EYE_HEIGHT(ray);
    float depth = optical_depth(eye, eye + dot(camera_up, ahead) * label.w, stretch * label.w);
    vec3 air = through_air(vec3(0.0), ahead / stretch, depth, gl_FragCoord.xy * glow_scale);
    l = l * exp(-depth) + air;
#else
    const vec3 air = vec3(0.0);
#endif
#ifdef GLASS
    // What is seen through glass has its own share of the air before it.
    l += passed * (textureLod(behind, uv, 0.0).rgb - air);
#endif
    float inverse_z = 1.0 / label.w;
#ifdef GLASS
    // Edges behind glass are smoothed as well: a step of either depth is one of their sum.
    uint seen_through = textureLod(behind_outline, uv, 0.0).r & 0xffffff00u;
    inverse_z += int(left_here.w >> 24) > 63 ? uintBitsToFloat(seen_through) : 0.0;
#endif
    put_out(l, inverse_z);
}
