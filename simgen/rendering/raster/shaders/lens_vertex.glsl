// What `lens.geom` takes of a vertex.
#include "lens_project.glsl"
out vec3 v_corner;
flat out float v_tile;

vec4 to_clip(vec4 p_camera) {
    v_corner = p_camera.xyz;
    v_tile = float(gl_InstanceID);
    return vec4(lens_project(from_middle(p_camera.xyz)), 1.0);
}
