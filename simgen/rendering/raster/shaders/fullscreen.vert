#version 330 core
// One triangle that covers the viewport, at the depth of what lies farthest away.
void main() {
    gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0, 1.0, 1.0);
}
