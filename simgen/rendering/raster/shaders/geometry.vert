#version 330 core
// Geometry pass: one vertex of one object.
#include "transform.glsl"

in vec3 in_position;
in vec3 in_normal;
in vec2 in_uv;
in float in_material;

out vec3 v_camera;
out vec3 v_normal;
out vec2 v_uv;
flat out vec4 v_color;
flat out vec4 v_surface;
#ifdef EXTRA
flat out float v_part;
out vec3 v_object;
#endif
#ifdef MORE
flat out vec4 v_more;
#endif

#include "material.glsl"

void main() {
    vec4 p_camera = to_camera(in_position);
    gl_Position = to_clip(p_camera);
    v_camera = p_camera.xyz;
    v_normal = mat3(T_camera_object) * in_normal;
    v_uv = in_uv;
    take_material(int(in_material));
#ifdef EXTRA
    v_object = in_position * scale;
#endif
}
