#version 330 core
// A lamp's disc or rectangle, in the camera's frame.
in vec3 in_position;
in vec3 in_place;
in vec3 in_rgb;
#include "transform.glsl"
out vec3 v_place;  // -1..1 across, 1 where it is round
flat out vec3 v_rgb;
out float v_depth;

void main() {
    gl_Position = to_clip(vec4(in_position, 1.0));
    v_place = in_place;
    v_rgb = in_rgb;
    v_depth = in_position.z;
}
