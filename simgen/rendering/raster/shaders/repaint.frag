#version 330 core
// The colour of a pixel that painted lines cover in part: theirs over that of what they are painted on. Where the line
// itself is what the pixel shows, the pixels beside tell what is under it.
#include "gbuffer.glsl"
uniform sampler2D normal_depth;
uniform usampler2D surface;  // see gbuffer.glsl
uniform sampler2D sums;      // of paint.frag: colour times cover; cover, OWN times as much where the line is shown
uniform vec2 texel;
layout(location = 0) out uint out_color;

const float OWN = 33.0;

vec3 color_of(uint bytes) {
    vec3 root = low_bytes(bytes);
    return root * root;
}

void main() {
    vec2 uv = gl_FragCoord.xy * texel;
    vec4 sum = textureLod(sums, uv, 0.0);
    float own = float(sum.a > 1.5), cover = own > 0.5 ? sum.a / OWN : sum.a;
    uint here = textureLod(surface, uv, 0.0).w;
    out_color = here;
    if (cover <= 0.0 || cover > 0.999) return;
    vec4 under = vec4(color_of(here), 1.0);
    if (own > 0.5) {
        vec3 n = textureLod(normal_depth, uv, 0.0).xyz;
        under = vec4(0.0);
        for (int i = 0; i < 8; ++i) {
            int k = i < 4 ? i : i + 1;
            vec2 beside = uv + (vec2(k % 3, k / 3) - 1.0) * texel;
            bool bare = textureLod(sums, beside, 0.0).a < 1.5 && dot(textureLod(normal_depth, beside, 0.0).xyz, n) > 0.95;
            if (bare) under += vec4(color_of(textureLod(surface, beside, 0.0).w), 1.0) * (k % 2 == 1 ? 1.0 : 0.25);
        }
        if (under.a == 0.0) return;
        sum.rgb = color_of(here) * cover;
    }
    vec3 mixed = sum.rgb + (1.0 - cover) * under.rgb / under.a;
    out_color = (here & 0xff000000u) | four_bytes(vec4(sqrt(mixed), 0.0));
}
