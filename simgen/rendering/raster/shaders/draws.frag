#version 330 core
// Marks, as a depth, which draw the triangle of each pixel is of: software rendering then skips all others' pixels.
uniform sampler2D lens_seen;
uniform usampler2D lens_order;
const int ORDER_ACROSS = 2048;

void main() {
    int triangle = int(texelFetch(lens_seen, ivec2(gl_FragCoord.xy), 0).x) - 1;
    uint draw = texelFetch(lens_order, ivec2(max(triangle, 0) % ORDER_ACROSS, max(triangle, 0) / ORDER_ACROSS), 0).w;
    gl_FragDepth = triangle < 0 ? 0.0 : float(draw) / 1048576.0;
}
