#version 330 core
// Silhouette pass: a byte of 1 where the object covers the pixel's centre, which is read back as a truth value.
#ifdef ALPHA_MASK
in vec2 v_uv;
flat in vec2 v_alpha;
#endif
#ifdef BASE_COLOR_MAP
uniform sampler2D base_color_map;
#endif
#ifdef LENS
#define COVERED (l_depth < 0.0 ? 0.0 : 1.0)  // of all triangles the most is kept
#else
#define COVERED 1.0
#endif
layout(location = 0) out float out_covered;

void main() {
#ifdef ALPHA_MASK
    float alpha = v_alpha.x;
#ifdef BASE_COLOR_MAP
    alpha *= textureLod(base_color_map, v_uv, 0.0).a;  // as in geometry.frag
#endif
    if (alpha < v_alpha.y) discard;
#endif
    out_covered = COVERED / 255.0;
}
