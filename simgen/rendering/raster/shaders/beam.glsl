// Patterns of headlights, as in `rendering/beams.py`: which part of the cone's light a beam sends along a unit vector of the
// lamp's frame. `beam`: 0 a plain cone, 1 a low beam whose near side is the right one, -1 the left one, 2 a high beam.
float bell(float x) { return exp(-0.5 * x * x); }

// A direction in degrees, to the near side and up; and how far such a one lies under the cut-off of a low beam.
vec2 beam_angles(vec3 d, float beam) {
    return vec2(degrees(atan(beam < 0.0 ? d.y : -d.y, d.x)), degrees(atan(d.z, length(d.xy))));
}

float under_cut(vec2 hv) { return -0.57 + 0.26794919 * max(hv.x, 0.0) - hv.y; }

float beam_share(vec3 d, float beam) {
    if (beam == 0.0) return 1.0;
    vec2 hv = beam_angles(d, beam);
    float h = hv.x, v = hv.y;
    if (beam > 1.5) return 0.75 * bell(h / 3.5) * bell(v / 2.0) + 0.25 * bell(h / 10.0) * bell(v / 4.0);
    float below = under_cut(hv), under = max(below - 0.2, 0.0);
    float wide = 0.9 * bell((h - 1.5) / 5.5) * exp(-under / 2.0) + 0.1 * bell(h / 18.0) * exp(-under / 6.0);
    float stray = 0.012 * bell(h / 15.0) * bell(v / 12.0);
    return stray + (1.0 - stray) * smoothstep(-0.2, 0.2, below) * wide;
}
