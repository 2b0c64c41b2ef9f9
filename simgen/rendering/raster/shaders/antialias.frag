#version 330 core
// Smooths the staircase along geometric edges, after Lottes, "FXAA" (NVIDIA, 2009): the edge is followed both ways to
// estimate how much of the pixel the other side covers. Runs only for the pixels that edges.frag has marked.
// Chosen by measurement on llvmpipe: 4x MSAA of the shaded scene, or of ids alone, costs several times as much.
#include "common.glsl"

uniform sampler2D radiance;
uniform usampler2D outline;      // see output.glsl
uniform vec2 texel;
uniform float lowest;            // centre of the last row of the image; the nonce's is below
uniform float white;             // luminance that tone-maps to one half
layout(location = 0) out vec4 out_radiance;

const int STEPS = 9;
const float REACH[STEPS] = float[](1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 11.0, 15.0, 23.0);

// Texture coordinate of a place in pixels. Software rendering fetches a texel by its number in twice the time.
vec2 uv_of(vec2 at) { return vec2(at.x, min(at.y, lowest)) * texel; }

float tone(vec2 at) { return float(int(textureLod(outline, uv_of(at), 0.0).r & 255u)) / 255.0; }

void main() {
    vec2 at = gl_FragCoord.xy;
    vec4 centre = textureLod(radiance, uv_of(at), 0.0);
    float m = tone(at);
    float s = tone(at - vec2(0.0, 1.0)), n = tone(at + vec2(0.0, 1.0));
    float w = tone(at - vec2(1.0, 0.0)), e = tone(at + vec2(1.0, 0.0));
    float least = min(m, min(min(s, n), min(w, e))), most = max(m, max(max(s, n), max(w, e)));
    float sw = tone(at - 1.0), ne = tone(at + 1.0);
    float nw = tone(at + vec2(-1.0, 1.0)), se = tone(at + vec2(1.0, -1.0));
    float across_y = abs(nw + sw - 2.0 * w) + 2.0 * abs(n + s - 2.0 * m) + abs(ne + se - 2.0 * e);
    float across_x = abs(nw + ne - 2.0 * n) + 2.0 * abs(w + e - 2.0 * m) + abs(sw + se - 2.0 * s);
    bool horizontal = across_y >= across_x;
    float before = horizontal ? s : w, after = horizontal ? n : e;
    bool first = abs(before - m) >= abs(after - m);
    float other = first ? before : after, gradient = 0.25 * abs(other - m), middle = 0.5 * (other + m);
    vec2 across = (horizontal ? vec2(0.0, 1.0) : vec2(1.0, 0.0)) * (first ? -1.0 : 1.0);
    vec2 along = horizontal ? vec2(1.0, 0.0) : vec2(0.0, 1.0);
    float end_a = 0.0, end_b = 0.0, reach_a = 0.0, reach_b = 0.0;
    bool open_a = true, open_b = true;
    // Without branches inside: software rendering runs both sides of each.
    for (int i = 0; i < STEPS && (open_a || open_b); ++i) {
        vec2 back = at - along * REACH[i], ahead = at + along * REACH[i];
        float off_a = 0.5 * (tone(back) + tone(back + across)) - middle;
        float off_b = 0.5 * (tone(ahead) + tone(ahead + across)) - middle;
        reach_a = open_a ? REACH[i] : reach_a;
        reach_b = open_b ? REACH[i] : reach_b;
        end_a = open_a ? off_a : end_a;
        end_b = open_b ? off_b : end_b;
        open_a = open_a && abs(off_a) < gradient;
        open_b = open_b && abs(off_b) < gradient;
    }
    float nearest = min(reach_a, reach_b), end = reach_a < reach_b ? end_a : end_b;
    float share = (end < 0.0) != (m < middle) ? 0.5 - nearest / (reach_a + reach_b) : 0.0;
    float mean = (2.0 * (n + s + e + w) + nw + ne + sw + se) / 12.0;
    float lone = smoothstep(0.0, 1.0, clamp(abs(mean - m) / (most - least), 0.0, 1.0));
    share = max(share, 0.5 * lone * lone);
    vec4 beside = textureLod(radiance, uv_of(at + across), 0.0);
    // Mixed as the eye will see them, tone-mapped: a lamp's rim would stay jagged otherwise.
    float y0 = luminance(centre.rgb), y1 = luminance(beside.rgb);
    vec3 seen = mix(centre.rgb / (y0 + white), beside.rgb / (y1 + white), share);
    float y = min(luminance(seen), 0.99999);
    out_radiance = vec4(min(seen * white / (1.0 - y), 65504.0), 1.0);
}
