#version 330 core
// Depth of shadow casters, already in world space, seen from one direction.
in vec3 in_position;
uniform mat4 tile_from_world;
void main() {
    gl_Position = tile_from_world * vec4(in_position, 1.0);
}
