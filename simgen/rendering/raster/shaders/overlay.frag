#version 330 core
// Some surfaces once more, over what the geometry pass left: what emissive maps SHINE with where the surface is seen;
// or of sheets of glass, one after the other, what they stop of what lies behind them and what they cover it with.
#ifndef SHINE
#include "common.glsl"
#include "surface.glsl"
in vec3 v_normal;
#endif
in vec3 v_camera;
in vec2 v_uv;
flat in vec4 v_color;
flat in vec4 v_surface;
flat in vec4 v_more;

#ifdef LENS
#define DEPTH l_depth
#else
#define DEPTH v_camera.z
#endif

uniform sampler2D normal_depth;  // of what is seen; for glass, of what is seen behind all of it
#ifdef SHINE
uniform sampler2D emissive_map;
#endif
#ifdef BASE_COLOR_MAP
uniform sampler2D base_color_map;
uniform float keep_map_color;    // 0 where an override replaces the colour map
#endif
#ifdef SHINE
layout(location = 0) out vec4 out_light;
#else
// Minus logarithms, sums of which are products: of what is let through, and of what is not mirrored.
layout(location = 0) out vec4 out_stopped;
layout(location = 1) out vec4 out_cover;    // of each colour its cover; of all light, what is stopped
#endif

const float ROUNDING = 1e-4;     // of depths, from one program to the next

#ifndef SHINE
float facing() {
#ifdef PARALLEL
    const vec3 view = vec3(0.0, 0.0, 1.0);
#else
    vec3 view = normalize(v_camera);
#endif
    float long2 = dot(v_normal, v_normal);
    return long2 > 0.0 ? clamp(abs(dot(v_normal, view)) * inversesqrt(long2), 1e-3, 1.0) : 1.0;
}
#endif

void main() {
    float there = texelFetch(normal_depth, ivec2(gl_FragCoord.xy), 0).w;
#ifdef SHINE
    if (!(abs(DEPTH - there) <= ROUNDING * there)) discard;
    out_light = vec4(v_more.rgb * texture(emissive_map, v_uv).rgb, 1.0);
#else
    vec4 color = v_color;
#ifdef BASE_COLOR_MAP
    vec4 texel = texture(base_color_map, v_uv);
    color *= vec4(mix(vec3(1.0), texel.rgb, keep_map_color), texel.a);
#endif
    if (DEPTH < 0.0 || DEPTH > there * (1.0 + ROUNDING) || color.a < v_surface.z) discard;  // below 0: no hit
    float cover = clamp(color.a, 0.0, 1.0);
    vec3 own = clamp(color.rgb, 0.0, 1.0), passed = (1.0 - cover) + cover * v_more.w * own;
    vec2 mirrored = split_sum(clamp(v_surface.y, 0.045, 1.0), facing());
    out_stopped = -log(max(vec4(passed, 1.0 - 0.04 * mirrored.x - mirrored.y), 1e-4));
    out_cover = vec4(cover * (1.0 - v_more.w) * own, dot(1.0 - passed, vec3(1.0 / 3.0)));
#endif
}
