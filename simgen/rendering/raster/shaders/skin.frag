#version 330 core
// Skin pass: where the point that a pixel shows lies on the body in the rest pose, and in those before and after.
in vec3 v_rest;
in vec3 v_previous;
in vec3 v_next;
in vec2 v_uv;
flat in vec2 v_alpha;

#ifdef LENS
#define MISSES_LOSE
#endif

uniform float instance_id;
#ifdef BASE_COLOR_MAP
uniform sampler2D base_color_map;
#endif

layout(location = 0) out vec4 out_rest_id;  // w = instance id, exact in float32
layout(location = 1) out vec4 out_previous;
layout(location = 2) out vec4 out_next;

void main() {
#ifdef ALPHA_MASK
    float alpha = v_alpha.x;
#ifdef BASE_COLOR_MAP
    alpha *= textureLod(base_color_map, v_uv, 0.0).a;  // as in geometry.frag
#endif
    if (alpha < v_alpha.y) discard;
#endif
    out_rest_id = vec4(v_rest, instance_id);
    out_previous = vec4(v_previous, 1.0);
    out_next = vec4(v_next, 1.0);
}
