#version 330 core
// Soft visibility at half resolution: which part of the surroundings' light reaches the surface, from depth maps
// along 64 directions of equal energy. Each pixel asks 4 of them; a 4 x 4 block of pixels asks all.
#include "common.glsl"

uniform sampler2D normal_depth;
uniform sampler2DShadow depths;   // 8 x 8 tiles
uniform mat3 R_world_camera;
uniform vec3 eye_world;
uniform vec4 ray_of_pixel;
uniform vec3 direction[64];       // towards the light, world
uniform vec4 side_u[64];          // world -> tile x in -1..1: xyz axis / half width, w shift
uniform vec4 side_v[64];
uniform vec3 energy[64];
uniform vec3 bounce[64];          // what a blocker in that direction sends back of the light that reaches it
uniform vec4 casters;             // centre, half of the depth that the maps span
uniform float texel_m;
layout(location = 0) out vec4 out_light;  // rgb share that arrives times weight, a weight: what would arrive

const int SHARE = 4;

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec4 label = texelFetch(normal_depth, at * 2, 0);
    if (isnan(label.w)) {
        out_light = vec4(1.0);
        return;
    }
    vec3 ray = vec3(vec2(at * 2) * ray_of_pixel.xy + ray_of_pixel.zw, 1.0);
    vec3 n = R_world_camera * label.xyz;
    vec3 p = eye_world + R_world_camera * (ray * label.w) + n * (0.7 * texel_m);
    int phase = (at.x & 3) + 4 * (at.y & 3);
    vec3 direct = vec3(0.0), returned = vec3(0.0);
    vec3 all = vec3(1e-12);
    float seen = 0.0;
    for (int k = 0; k < SHARE; ++k) {
        int i = (phase + 16 * k) & 63;
        float n_l = dot(n, direction[i]);
        if (n_l <= 0.0) continue;
        vec2 tile = vec2(dot(side_u[i].xyz, p) + side_u[i].w, dot(side_v[i].xyz, p) + side_v[i].w);
        float z = 0.5 - 0.5 * dot(direction[i], p - casters.xyz) / casters.w;
        float open = 1.0;
        if (max(abs(tile.x), abs(tile.y)) < 1.0) {
            vec2 uv = (vec2(i & 7, i >> 3) + tile * 0.5 + 0.5) / 8.0;
            open = textureLod(depths, vec3(uv, z - 0.5 * texel_m / casters.w), 0.0);
        }
        vec3 e = energy[i] * n_l;
        direct += e * open;
        returned += bounce[i] * (n_l * (1.0 - open));
        all += e;
        seen += luminance(e) * open;
    }
    // Blockers near a hidden corner are about as hidden as the corner (Jimenez et al., GTAO, SIGGRAPH 2016).
    float weight = luminance(all);
    // A ratio for each pixel: the few directions it asks differ in colour from those that its neighbours ask.
    out_light = vec4((direct + returned * (seen / weight)) / all * weight, weight);
}
