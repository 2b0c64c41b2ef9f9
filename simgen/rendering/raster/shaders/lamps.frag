#version 330 core
// Light of a few lamps on the surfaces that the geometry pass left, in cd/m2 on top of what other lamps gave.
// Compiled for COUNT lamps, all SPOTS or all PANELS, for SHADOWS where one of them has a depth map, for FOG,
// for a clear COAT and for BEAMS of headlights.
// In the camera's frame; a lamp shines along +x of its own.
#include "common.glsl"
#include "surface.glsl"
#include "ray.glsl"

uniform sampler2D normal_depth;
uniform usampler2D surface;      // see gbuffer.glsl
uniform vec2 texel;
uniform mat4 lamp_from_camera[COUNT];
uniform vec4 lamp_rgb[COUNT];    // spot: candela, panel: cd/m2; w: radius of its disc
// Spot: cosine of the angle -> 0..1 of the falloff, scale and shift; panel: half width, half height; z: height above
// the fog's base; w: pattern of a headlight, see beam.glsl.
uniform vec4 lamp_shape[COUNT];
layout(location = 0) out vec4 out_light;
#ifdef SHADOWS
#include "lamp_shadow.glsl"
#endif

#ifdef FOG
#include "fog.glsl"
#endif

#ifdef BEAMS
#include "beam.glsl"
#endif

#ifdef MIRROR
// The image of a mirror has the panels in it.
#include "mirror.glsl"
#endif

#ifdef SPOTS
vec3 from_lamp(int i, Surface s, vec3 at, mat3 turn, float lit) {
    float squared = max(dot(at, at), 1e-6), inverse = inversesqrt(squared);
    vec3 direction = -(at * inverse) * turn;  // transposed: lamp -> camera
    float n_l = clamp(dot(s.n, direction), 0.0, 1.0);
    float x = clamp(at.x * inverse * lamp_shape[i].x + lamp_shape[i].y, 0.0, 1.0);
#ifdef BEAMS
    lit *= beam_share(at * inverse, lamp_shape[i].w);
#endif
    float lux = x * x * (3.0 - 2.0 * x) / squared * n_l * lit;
    // A disc widens highlights (Karis, "Real shading in Unreal Engine 4", 2013).
    float widened = 0.5 * lamp_rgb[i].w * inverse, alpha = min(s.roughness * s.roughness + widened, 1.0);
    vec3 l = lamp_rgb[i].rgb * (lux / PI) * reflection(s, direction, n_l, alpha);
#ifdef COAT
    float facing_lux = x * x * (3.0 - 2.0 * x) / squared * lit;
    l += lamp_rgb[i].rgb * (facing_lux / PI * coat_reflection(s, direction, widened));
#endif
    return l;
}
#else
// Angle between two directions times the component of their cross product along the normal, over its length.
float edge(vec3 a, vec3 b, vec3 n) {
    vec3 across = cross(a, b);
    float size = length(across);
    return size > 1e-7 ? atan(size, dot(a, b)) * dot(across, n) / size : 0.0;
}

// Irradiance from a unit radiance through a rectangle seen in four directions, the part below the horizon cut off
// (Lambert 1760; Baum, Rushmeier and Winget, "Improving radiosity solutions", SIGGRAPH 1989).
float through(vec3 corner[4], vec3 n) {
    float sum = 0.0;
    vec3 leaves = vec3(0.0), enters = vec3(0.0);
    for (int i = 0; i < 4; ++i) {
        vec3 a = corner[i], b = corner[(i + 1) & 3];
        float up_a = dot(a, n), up_b = dot(b, n);
        vec3 cut = mix(a, b, clamp(up_a / (abs(up_a - up_b) > 1e-9 ? up_a - up_b : 1.0), 0.0, 1.0));
        bool above_a = up_a > 0.0, above_b = up_b > 0.0;
        leaves = above_a && !above_b ? cut : leaves;
        enters = !above_a && above_b ? cut : enters;
        sum += above_a || above_b ? edge(normalize(above_a ? a : cut), normalize(above_b ? b : cut), n) : 0.0;
    }
    bool crosses = dot(leaves, leaves) > 0.0 && dot(enters, enters) > 0.0;
    sum += crosses ? edge(normalize(leaves), normalize(enters), n) : 0.0;
    return 0.5 * abs(sum);
}

// Part of a GGX lobe between two ends: the slopes' density, summed over the other direction, has this integral.
float share_between(float low, float high, float spread) {
    return 0.5 * (high * inversesqrt(spread * spread + high * high) - low * inversesqrt(spread * spread + low * low));
}

// The mirrored ray meets the panel's plane in a patch as wide as the lobe: how much of the patch shines. A slope of the
// surface turns the mirrored ray by twice as much in the plane of incidence, across it only by that times n.v: what a wet
// road mirrors is drawn out towards the eye. Along a line the lobe is of one shape whatever its direction.
float seen_in(vec2 half_size, vec3 at, vec3 v, vec3 n, float roughness) {
    vec3 r = reflect(-v, n), across = cross(n, v);
    float n_v = max(dot(n, v), 0.0), ahead = max(-r.x, 1e-3), far = max(at.x, 1e-3) / ahead;
    vec3 side = across * inversesqrt(max(dot(across, across), 1e-12)), along = cross(side, n);
    vec3 turned = n_v * side, tipped = dot(v, along) * n + n_v * along;
    vec2 wide = turned.yz + r.yz * (turned.x / ahead), tall = tipped.yz + r.yz * (tipped.x / ahead);
    vec2 hit = at.yz + r.yz * far;
    vec2 spread = max(2.0 * roughness * roughness * far * sqrt(wide * wide + tall * tall), 1e-4);
    return share_between(hit.x - half_size.x, hit.x + half_size.x, spread.x) *
           share_between(hit.y - half_size.y, hit.y + half_size.y, spread.y);
}

vec3 from_lamp(int i, Surface s, vec3 at, mat3 turn, float lit, float glossy) {
    vec2 half_size = lamp_shape[i].xy;
    vec3 n = turn * s.n, v = turn * s.v;
    vec3 corner[4] = vec3[](vec3(0.0, -half_size.x, -half_size.y) - at, vec3(0.0, half_size.x, -half_size.y) - at,
                            vec3(0.0, half_size.x, half_size.y) - at, vec3(0.0, -half_size.x, half_size.y) - at);
    float front = at.x > 0.0 ? lit : 0.0;
    // As from its middle, or, where that is low, from halfway up what is seen of it.
    float inverse = inversesqrt(max(dot(at, at), 1e-6)), wide = min(length(half_size) * inverse, 1.0);
    vec3 way = at * -inverse;
    float n_l = clamp(max(dot(n, way), 0.5 * wide), 0.0, 1.0);
    float back = retro_reflected(s, n_l, sqrt(max(0.5 + 0.5 * dot(v, way), 0.0)));
    float lux = through(corner, n) / PI;
    vec3 l = s.diffuse * (lux * back);
    // A wide lobe is not one patch about the mirrored ray: of what is rough the panel's middle says what it sends.
    float rough = smoothstep(0.4, 0.7, s.roughness);
    vec3 sharp = s.specular * glossy * seen_in(half_size, at, v, n, s.roughness);
    l += mix(sharp, mirrored_from(s, dot(v, way), n_l, s.roughness * s.roughness) * lux, rough);
#ifdef COAT
    l += s.coat * glossy * seen_in(half_size, at, v, turn * s.coat_n, s.coat_roughness);
#endif
    return lamp_rgb[i].rgb * front * l;
}
#endif

#ifdef SHADOWS
#define UNBLOCKED(I) lamp_visibility(lamp_grid[I], lamp_slot[I], at, turn * label.xyz, spread_of(label.w))
#else
#define UNBLOCKED(I) 1.0
#endif
#ifdef FOG
#define THROUGH(I) exp(-optical_depth(lamp_shape[I].z, fog.z + dot(camera_up, p), length(at)))
#else
#define THROUGH(I) 1.0
#endif
#ifdef SPOTS
#define FROM_LAMP(I) from_lamp(I, s, at, turn, lit)
#else
#define FROM_LAMP(I) from_lamp(I, s, at, turn, lit, glossy)
#endif
#define ADD_LAMP(I) { \
    mat3 turn = mat3(lamp_from_camera[I]); \
    vec3 at = (lamp_from_camera[I] * vec4(p, 1.0)).xyz; \
    float lit = UNBLOCKED(I) * THROUGH(I); \
    l += FROM_LAMP(I); }

void main() {
    vec2 uv = gl_FragCoord.xy * texel;
    vec4 label = textureLod(normal_depth, uv, 0.0);
    vec3 ray = ray_at(gl_FragCoord.xy - 0.5), p = point_of(ray, label.w);
    uvec4 left_here = textureLod(surface, uv, 0.0);
    Surface s = surface_of(left_here, ahead_of(ray));
#ifdef COAT
    put_coat(s, left_here, label.xyz);
#endif
#ifdef MIRROR
    float glossy = on_mirror(float(int(left_here.x)), label.xyz) ? 0.0 : 1.0;
#else
    const float glossy = 1.0;
#endif
    vec3 l = vec3(0.0);
    // Written out: see flat_uniforms.py.
    ADD_LAMP(0)
#if COUNT > 1
    ADD_LAMP(1)
#endif
#if COUNT > 2
    ADD_LAMP(2)
#endif
#if COUNT > 3
    ADD_LAMP(3)
#endif
    out_light = vec4(min(l, 65024.0), 1.0);
}
