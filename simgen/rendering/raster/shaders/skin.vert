#version 330 core
// Skin pass: one vertex of a body with a skeleton, with where it lies in other poses.
#include "transform.glsl"

in vec3 in_position;
in vec2 in_uv;
in float in_material;
in vec3 in_rest;
in vec3 in_previous;
in vec3 in_next;

uniform sampler2D materials;

out vec3 v_rest;
out vec3 v_previous;
out vec3 v_next;
out vec2 v_uv;
flat out vec2 v_alpha;  // opacity, cutoff

void main() {
    gl_Position = to_clip(to_camera(in_position));
    v_rest = in_rest * scale;
    v_previous = in_previous * scale;
    v_next = in_next * scale;
    v_uv = in_uv;
#ifdef ALPHA_MASK
    v_alpha = vec2(texelFetch(materials, ivec2(int(in_material), 0), 0).a,
                   texelFetch(materials, ivec2(int(in_material), 1), 0).z);
#endif
}
