// Patterns of headlights, as in `rendering/beams.py`: which part of the cone's light a beam sends along a unit vector of the
// lamp's frame. `beam`: 0 a plain cone, 1 a low beam whose near side is the right one, -1 the left one, 2 a high beam.
float bell(float x) { return exp(-0.5 * x * x); }

float beam_share(vec3 d, float beam) {
    if (beam == 0.0) return 1.0;
    float h = degrees(atan(beam < 0.0 ? d.y : -d.y, d.x)), v = degrees(atan(d.z, length(d.xy)));
    if (beam > 1.5) return 0.75 * bell(h / 3.5) * bell(v / 2.0) + 0.25 * bell(h / 10.0) * bell(v / 4.0);
    float below = -0.57 + 0.26794919 * max(h, 0.0) - v, under = max(below - 0.2, 0.0);
    float wide = 0.9 * bell((h - 1.5) / 5.5) * exp(-under / 2.0) + 0.1 * bell(h / 18.0) * exp(-under / 6.0);
    float stray = 0.012 * bell(h / 15.0) * bell(v / 12.0);
    return stray + (1.0 - stray) * smoothstep(-0.2, 0.2, below) * wide;
}
