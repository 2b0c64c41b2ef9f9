#version 330 core
// A lamp as cameras see it, its edge smoothed by how much of the pixel it covers: the share of the places in it.
#include "common.glsl"
in vec3 v_place;
flat in vec3 v_rgb;
in float v_depth;
#include "output.glsl"
uniform int split;  // places along each side of a pixel

void main() {
    vec2 right = dFdx(v_place.xy), down = dFdy(v_place.xy);
    float step = 1.0 / float(split), inside = 0.0;
    for (int y = 0; y < split; ++y) {
        for (int x = 0; x < split; ++x) {
            vec2 off = (vec2(x, y) + 0.5) * step - 0.5;
            vec2 at = abs(v_place.xy + off.x * right + off.y * down);
            inside += (v_place.z > 0.5 ? dot(at, at) : max(at.x, at.y)) <= 1.0 ? 1.0 : 0.0;
        }
    }
    if (inside == 0.0) discard;
    vec3 rgb = v_rgb * (inside * step * step);
#ifdef LENS
    put_out(rgb, 1.0 / l_depth);
#else
    put_out(rgb, 1.0 / v_depth);
#endif
}
