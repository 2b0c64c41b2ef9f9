#version 330 core
// One level of the prefiltered map: the map seen by a GGX lobe about each direction (n = v = r), by filtered
// importance sampling (Krivanek and Colbert, "Real-time shading with filtered importance sampling", EGSR 2008).
#include "common.glsl"
uniform sampler2D source;   // the map with mipmaps
uniform vec3 tile;          // octahedral: first column, width, samples
uniform float roughness;
uniform float source_solid_angle;  // mean, of one texel of level 0
layout(location = 0) out vec4 out_radiance;

void main() {
    vec3 n = unfolded((gl_FragCoord.xy - vec2(tile.x + 0.5, 0.5)) / (tile.y - 1.0) * 2.0 - 1.0);  // outermost texels lie on the fold
    vec3 side = normalize(abs(n.z) < 0.9 ? vec3(-n.y, n.x, 0.0) : vec3(0.0, -n.z, n.y));
    vec3 other = cross(n, side);
    float a2 = roughness * roughness * roughness * roughness;
    vec3 sum = vec3(0.0);
    float weight = 0.0;
    for (int i = 0; i < int(tile.z); ++i) {
        float x = (float(i) + 0.5) / tile.z, turn = 2.0 * PI * fract(float(i) * 0.61803398875);
        float cos2 = (1.0 - x) / (1.0 + (a2 - 1.0) * x);
        float c = sqrt(cos2), s = sqrt(max(1.0 - cos2, 0.0));
        vec3 h = side * (s * cos(turn)) + other * (s * sin(turn)) + n * c;
        vec3 l = 2.0 * c * h - n;
        float n_l = dot(n, l);
        if (n_l <= 0.0) continue;
        float q = cos2 * (a2 - 1.0) + 1.0;
        float density = a2 / (PI * q * q) * 0.25;  // of l: D n.h / (4 v.h), and n.h = v.h
        float lod = max(0.5 * log2(1.0 / (tile.z * density * source_solid_angle)) + 1.0, 0.0);
        sum += textureLod(source, latlong(l), lod).rgb * n_l;
        weight += n_l;
    }
    out_radiance = vec4(min(sum / weight, vec3(65024.0)), 1.0);
}
