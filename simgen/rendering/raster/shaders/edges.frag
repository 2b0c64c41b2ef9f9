#version 330 core
// Copies the radiance and marks, by depth 0, the pixels to smooth: those where the labels show an edge, so that print
// stays sharp, and the brightness a step. A mark in the depth buffer lets software rendering skip all other pixels;
// a branch in the shader would not.
uniform sampler2D radiance;
uniform sampler2D tone_mapped;
uniform sampler2D normal_depth;
layout(location = 0) out vec4 out_radiance;

float tone(ivec2 at) { return texelFetch(tone_mapped, at, 0).r; }

// Over a plane 1/z changes evenly from pixel to pixel; a step or a crease breaks that, and so does no surface (NaN).
bool is_edge(ivec2 at, ivec2 along, float depth) {
    float a = texelFetch(normal_depth, at - along, 0).w, b = texelFetch(normal_depth, at + along, 0).w;
    return !(abs(depth / a + depth / b - 2.0) < 5e-4);
}

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy), last = textureSize(radiance, 0) - ivec2(1, 2);
    ivec2 inner = clamp(at, ivec2(1), last - 1);
    float m = tone(at), s = tone(inner - ivec2(0, 1)), n = tone(inner + ivec2(0, 1));
    float w = tone(inner - ivec2(1, 0)), e = tone(inner + ivec2(1, 0));
    float least = min(m, min(min(s, n), min(w, e))), most = max(m, max(max(s, n), max(w, e)));
    float depth = texelFetch(normal_depth, inner, 0).w;
    bool marked = most - least > max(0.02, 0.08 * most)
        && (is_edge(inner, ivec2(1, 0), depth) || is_edge(inner, ivec2(0, 1), depth));
    out_radiance = vec4(texelFetch(radiance, at, 0).rgb, 1.0);
    gl_FragDepth = marked ? 0.0 : 1.0;
}
