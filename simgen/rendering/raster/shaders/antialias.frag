#version 330 core
// Smooths the staircase along geometric edges, after Lottes, "FXAA" (NVIDIA, 2009): the edge is followed both ways to
// estimate how much of the pixel the other side covers. Runs only for the pixels that edges.frag has marked.
// Chosen by measurement on llvmpipe: 4x MSAA of the shaded scene, or of ids alone, costs several times as much.
#include "common.glsl"

uniform sampler2D radiance;
uniform usampler2D outline;      // see output.glsl
uniform float white;             // luminance that tone-maps to one half
layout(location = 0) out vec4 out_radiance;

const int STEPS = 9;
const int REACH[STEPS] = int[](1, 2, 3, 4, 6, 8, 11, 15, 23);

ivec2 last;

float tone(ivec2 at) { return float(texelFetch(outline, clamp(at, ivec2(0), last), 0).r & 255u) / 255.0; }

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    last = textureSize(outline, 0) - ivec2(1, 2);  // the nonce's row is not image
    vec4 centre = texelFetch(radiance, at, 0);
    float m = tone(at);
    float s = tone(at - ivec2(0, 1)), n = tone(at + ivec2(0, 1)), w = tone(at - ivec2(1, 0)), e = tone(at + ivec2(1, 0));
    float least = min(m, min(min(s, n), min(w, e))), most = max(m, max(max(s, n), max(w, e)));
    float sw = tone(at - 1), ne = tone(at + 1), nw = tone(at + ivec2(-1, 1)), se = tone(at + ivec2(1, -1));
    float across_y = abs(nw + sw - 2.0 * w) + 2.0 * abs(n + s - 2.0 * m) + abs(ne + se - 2.0 * e);
    float across_x = abs(nw + ne - 2.0 * n) + 2.0 * abs(w + e - 2.0 * m) + abs(sw + se - 2.0 * s);
    bool horizontal = across_y >= across_x;
    float before = horizontal ? s : w, after = horizontal ? n : e;
    bool first = abs(before - m) >= abs(after - m);
    float other = first ? before : after, gradient = 0.25 * abs(other - m), middle = 0.5 * (other + m);
    ivec2 across = (horizontal ? ivec2(0, 1) : ivec2(1, 0)) * (first ? -1 : 1);
    ivec2 along = horizontal ? ivec2(1, 0) : ivec2(0, 1);
    float end_a = 0.0, end_b = 0.0, reach_a = 0.0, reach_b = 0.0;
    bool open_a = true, open_b = true;
    for (int i = 0; i < STEPS && (open_a || open_b); ++i) {
        if (open_a) {
            ivec2 there = at - along * REACH[i];
            reach_a = float(REACH[i]);
            end_a = 0.5 * (tone(there) + tone(there + across)) - middle;
            open_a = abs(end_a) < gradient;
        }
        if (open_b) {
            ivec2 there = at + along * REACH[i];
            reach_b = float(REACH[i]);
            end_b = 0.5 * (tone(there) + tone(there + across)) - middle;
            open_b = abs(end_b) < gradient;
        }
    }
    float nearest = min(reach_a, reach_b), end = reach_a < reach_b ? end_a : end_b;
    float share = (end < 0.0) != (m < middle) ? 0.5 - nearest / (reach_a + reach_b) : 0.0;
    float mean = (2.0 * (n + s + e + w) + nw + ne + sw + se) / 12.0;
    float lone = smoothstep(0.0, 1.0, clamp(abs(mean - m) / (most - least), 0.0, 1.0));
    share = max(share, 0.5 * lone * lone);
    vec4 beside = texelFetch(radiance, clamp(at + across, ivec2(0), last), 0);
    // Mixed as the eye will see them, tone-mapped: a lamp's rim would stay jagged otherwise.
    float y0 = luminance(centre.rgb), y1 = luminance(beside.rgb);
    vec3 seen = mix(centre.rgb / (y0 + white), beside.rgb / (y1 + white), share);
    float y = min(luminance(seen), 0.99999);
    out_radiance = vec4(min(seen * white / (1.0 - y), 65504.0), 1.0);
}
