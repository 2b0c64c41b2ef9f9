#version 330 core
// First of two steps of the geometry pass through a lens: which triangle is nearest, and how near.
in vec3 v_camera;
#ifdef ALPHA_MASK
in vec2 v_uv;
flat in vec2 v_alpha;
#endif
#define MISSES_LOSE
#ifdef BASE_COLOR_MAP
uniform sampler2D base_color_map;
#endif
#ifdef MIRRORED
uniform vec4 mirror_plane;
#endif
layout(location = 0) out float out_triangle;

void main() {
#ifdef MIRRORED
    if (dot(mirror_plane.xyz, v_camera) + mirror_plane.w < 0.0) discard;
#endif
#ifdef ALPHA_MASK
    float alpha = v_alpha.x;
#ifdef BASE_COLOR_MAP
    alpha *= textureLod(base_color_map, v_uv, 0.0).a;  // as in geometry.frag
#endif
    if (alpha < v_alpha.y) discard;
#endif
    out_triangle = l_slack.w;  // see lens.geom
}
