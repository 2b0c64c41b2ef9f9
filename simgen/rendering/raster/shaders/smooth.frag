#version 330 core
// Averages soft visibility over 2 x 2 pixels, which together have asked all directions, not across edges. Three pixels
// along each axis, the outer two with half the weight, keep the average centred. In an enclosure with PROBES they tell how
// much of the greatest light arrives; see packing.glsl.
#include "packing.glsl"
#include "ray.glsl"
uniform sampler2D light;
uniform sampler2D surfaces;
uniform vec2 texel;
uniform int spacing;  // image pixels for each pixel of this pass
layout(location = 0) out uvec4 out_packed;
#ifdef PROBES
uniform sampler2D returned;  // of that light, what things in the way send back
#include "common.glsl"
#include "probes.glsl"
#endif

void main() {
    vec2 uv = gl_FragCoord.xy * texel;
    vec4 centre = textureLod(surfaces, uv, 0.0);
    vec2 here = (gl_FragCoord.xy - 0.5) * float(spacing);
    vec3 ray = ray_at(here);
    float plane = PLANE_OVER(centre.xyz, ray, max(centre.w, 1e-6));
    vec4 sum = textureLod(light, uv, 0.0);
#ifdef PROBES
    float back = textureLod(returned, uv, 0.0).r;
#endif
    for (int i = 0; i < 9; ++i) {
        if (i == 4) continue;
        vec2 step = vec2(i % 3 - 1, i / 3 - 1);
        vec4 other = textureLod(surfaces, uv + step * texel, 0.0);
        vec3 beside = RAY_BESIDE(ray, here, step * float(spacing));
        float off = OFF_PLANE(centre.xyz, beside, other.w, plane);
        float w = step.x * step.y == 0.0 ? 0.5 : 0.25;
        w *= abs(off) < NEAR_PLANE && dot(other.xyz, centre.xyz) > 0.7 ? 1.0 : 0.0;
        sum += textureLod(light, uv + step * texel, 0.0) * w;
#ifdef PROBES
        back += textureLod(returned, uv + step * texel, 0.0).r * w;
#endif
    }
    vec3 share = sum.rgb / max(sum.a, 1e-12);
#ifdef PROBES
    float shine;
    vec3 arrives = probed(point_of(ray, 1.0 / max(centre.w, 1e-6)), centre.xyz, shine);
    uint gloss = packed_share(vec3(min(luminance(share), 1.0), sqrt(0.25 * shine), clamp(back / max(luminance(sum.rgb), 1e-12), 0.0, 1.0)));
    out_packed = uvec4(floatBitsToUint(centre.w), packed_share(sqrt(share * arrives)), 0u, gloss);
#else
    out_packed = uvec4(floatBitsToUint(centre.w), packed_share(share), 0u, 0u);
#endif
}
