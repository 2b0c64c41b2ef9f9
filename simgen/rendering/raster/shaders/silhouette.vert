#version 330 core
// Silhouette pass: the geometry pass's positions, moved from the image into the object's tile.
#include "transform.glsl"

in vec3 in_position;
in vec2 in_uv;
in float in_material;

uniform vec4 window;  // clip x, y -> scale (xy) and shift (zw); identity keeps the image's own sampling
uniform sampler2D materials;

#ifdef ALPHA_MASK
out vec2 v_uv;
flat out vec2 v_alpha;  // opacity, cutoff
#endif

void main() {
    gl_Position = to_clip(to_camera(in_position));
    gl_Position.xy = gl_Position.xy * window.xy + gl_Position.w * window.zw;
#ifdef ALPHA_MASK
    v_uv = in_uv;
    v_alpha = vec2(texelFetch(materials, ivec2(int(in_material), 0), 0).a,
                   texelFetch(materials, ivec2(int(in_material), 1), 0).z);
#endif
}
