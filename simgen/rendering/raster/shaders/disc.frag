#version 330 core
// A lamp as cameras see it, its edge smoothed by how much of the pixel it covers.
#include "common.glsl"
in vec3 v_place;
flat in vec3 v_rgb;
in float v_depth;
#include "output.glsl"

void main() {
    vec2 inside = 1.0 - abs(v_place.xy);
    float round_inside = 1.0 - length(v_place.xy);
    vec2 covered = clamp(inside / max(fwidth(v_place.xy), 1e-6) + 0.5, 0.0, 1.0);
    float round_covered = clamp(round_inside / max(fwidth(round_inside), 1e-6) + 0.5, 0.0, 1.0);
    float share = v_place.z > 0.5 ? round_covered : covered.x * covered.y;
    if (share <= 0.0) discard;
#ifdef LENS
    put_out(v_rgb * share, 1.0 / l_depth);
#else
    put_out(v_rgb * share, 1.0 / v_depth);
#endif
}
