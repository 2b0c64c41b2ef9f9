#version 330 core
// A rectangle of the image at one depth.
uniform vec4 patch_box;  // clip x, y of two corners
uniform float draw;      // see draws.frag
void main() {
    vec2 at = vec2((gl_VertexID & 1) == 0 ? patch_box.x : patch_box.z, (gl_VertexID & 2) == 0 ? patch_box.y : patch_box.w);
    gl_Position = vec4(at, draw / 524288.0 - 1.0, 1.0);
}
