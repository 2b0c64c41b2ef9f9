#version 330 core
// Puts mixed colours where the surface's are; the rest of it is masked.
uniform usampler2D colors;
uniform vec2 texel;
layout(location = 0) out uvec4 out_surface;

void main() {
    out_surface = uvec4(0u, 0u, 0u, textureLod(colors, gl_FragCoord.xy * texel, 0.0).r);
}
