#version 330 core
// Geometry pass: one vertex of one object.
#include "transform.glsl"

in vec3 in_position;
in vec3 in_normal;
in vec2 in_uv;
in float in_material;

uniform sampler2D materials;  // row 0: colour and opacity, row 1: metallic, roughness, cutoff, slot of its finish
// row 2: luminance of what an emissive map shines with, transmission of glass; for what needs MORE
uniform vec4 base_color_override;  // alpha 1 replaces the colour
uniform vec3 tint;
uniform float first_finish;
uniform vec2 surface_override;  // roughness, metallic; negative keeps the material's own

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

void main() {
    vec4 p_camera = to_camera(in_position);
    gl_Position = to_clip(p_camera);
    v_camera = p_camera.xyz;
    v_normal = mat3(T_camera_object) * in_normal;
    v_uv = in_uv;
    vec4 color = texelFetch(materials, ivec2(int(in_material), 0), 0);
    v_color = vec4(mix(color.rgb, base_color_override.rgb, base_color_override.a) * tint, color.a);
    v_surface = texelFetch(materials, ivec2(int(in_material), 1), 0);
    v_surface.y = surface_override.x < 0.0 ? v_surface.y : surface_override.x;
    v_surface.x = surface_override.y < 0.0 ? v_surface.x : surface_override.y;
    v_surface.w += v_surface.w > 0.0 ? first_finish : 0.0;
#ifdef EXTRA
    v_part = in_material + 1.0;
    v_object = in_position * scale;
#endif
#ifdef MORE
    v_more = texelFetch(materials, ivec2(int(in_material), 2), 0);
#endif
}
