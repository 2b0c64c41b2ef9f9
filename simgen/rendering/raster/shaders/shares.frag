#version 330 core
// At half resolution: which part of each sun's light reaches the surface, and the soft visibility brought up from
// half of that. Compiled for a number of SUNS.
#include "packing.glsl"
#include "ray.glsl"
uniform sampler2D normal_depth;
uniform usampler2D coarse;
uniform vec2 coarse_texel;
uniform int spacing;  // image pixels for each pixel of this pass; `coarse` has twice as many
layout(location = 0) out uvec4 out_packed;
#if SUNS > 0
#include "shadow.glsl"
#define ADD_SUN(I) suns |= uint(sun_visibility(I, p, label.xyz, spread_of(label.w)) * 255.0 + 0.5) << (8 * I);
#endif

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec4 label = texelFetch(normal_depth, at * spacing, 0);
    if (isnan(label.w)) {
        out_packed = uvec4(0u, 0x3fffffffu, 0xffffffffu, 0u);
        return;
    }
    vec2 px = vec2(at * spacing);
    vec3 ray = ray_at(px);
    float plane = PLANE_OF(label.xyz, ray, label.w);
    ivec2 odd = at & 1, corner = at >> 1;
    vec3 sum = vec3(0.0), gloss = vec3(0.0);
    float weight = 1e-9;
    for (int i = 0; i < 4; ++i) {
        ivec2 step = ivec2(i & 1, i >> 1);
        uvec4 there = textureLod(coarse, (vec2(corner + step) + 0.5) * coarse_texel, 0.0);
        vec3 beside = RAY_BESIDE(ray, px, vec2((step * 2 - odd) * spacing));
        float off = OFF_PLANE(label.xyz, beside, uintBitsToFloat(there.x), plane);
        vec2 near = vec2(step.x == odd.x || odd.x == 1 ? 1.0 : 0.02, step.y == odd.y || odd.y == 1 ? 1.0 : 0.02);
        off /= ray_of_pixel.x;
        float w = near.x * near.y / (1.0 + off * off);
        sum += unpacked_share(there.y) * w;
#ifdef PROBES
        gloss += unpacked_share(there.w) * w;
#endif
        weight += w;
    }
    uint suns = 0u;
#if SUNS > 0
    vec3 p = point_of(ray, label.w);
    // Written out: software rendering looks uniforms up pixel by pixel where their index is not a constant.
    ADD_SUN(0)
#if SUNS > 1
    ADD_SUN(1)
#endif
#if SUNS > 2
    ADD_SUN(2)
#endif
#if SUNS > 3
    ADD_SUN(3)
#endif
#endif
    sum /= weight * 1023.0;
    out_packed = uvec4(floatBitsToUint(1.0 / label.w), packed_share(sum), suns, packed_share(gloss / (weight * 1023.0)));
}
