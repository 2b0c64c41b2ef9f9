// Shadows of directional lights with a disc: percentage-closer soft shadows
// (Fernando, "Percentage-closer soft shadows", SIGGRAPH 2005 sketch).
const int MAX_SUNS = 4;
uniform int sun_count;
uniform vec4 sun_direction[MAX_SUNS];  // towards the light; w = tangent of its angular radius
uniform vec3 sun_color[MAX_SUNS];      // lux
uniform mat4 sun_from_world[MAX_SUNS]; // world -> x, y in -1..1 of its tile, z = depth 0..1 away from the light
uniform vec3 sun_grid[MAX_SUNS];       // texel (m), depth range (m), first texel's column in the atlas / atlas width
uniform sampler2D sun_depths;
uniform sampler2DShadow sun_shadows;
uniform vec2 sun_tile;                 // width of one tile / width of the atlas, texels of one tile

// Vogel's spiral: points that fill a disc evenly.
vec2 on_disc(int i, int count) {
    float r = sqrt((float(i) + 0.5) / float(count)), a = float(i) * 2.39996323;
    return r * vec2(cos(a), sin(a));
}

float sun_visibility(int sun, vec3 p_world, vec3 n) {
    vec3 grid = sun_grid[sun];
    // A receiver moves off its own surface by what a texel may be wrong by.
    float slope = sqrt(max(1.0 - pow(dot(n, sun_direction[sun].xyz), 2.0), 0.0));
    vec3 p = (sun_from_world[sun] * vec4(p_world + n * (grid.x * (0.4 + 1.6 * slope)), 1.0)).xyz;
    if (max(abs(p.x), abs(p.y)) > 0.99) return 1.0;
    float texel = 1.0 / sun_tile.y;
    vec2 at = p.xy * 0.5 + 0.5;
    float bias = 0.25 * grid.x / grid.y;
    float spread = sun_direction[sun].w / (grid.x * sun_tile.y);  // tile widths for each metre of distance
    float search = clamp(spread * 0.5, 2.0 * texel, 0.06);        // as for a caster half a metre away
    vec2 lo = vec2(texel), hi = vec2(1.0 - texel);
    float blockers = 0.0, depth = 0.0;
    for (int i = 0; i < 8; ++i) {
        vec2 uv = clamp(at + on_disc(i, 8) * search, lo, hi);
        float z = textureLod(sun_depths, vec2(uv.x * sun_tile.x + grid.z, uv.y), 0.0).r;
        if (z < p.z - bias) { blockers += 1.0; depth += z; }
    }
    float distance_m = blockers > 0.0 ? (p.z - depth / blockers) * grid.y : 0.0;
    float radius = clamp(spread * distance_m, 1.0 * texel, 0.06);
    int taps = blockers > 0.0 ? 12 : 0;  // a loop of no turns costs nothing where every pixel nearby is lit
    float lit = 0.0;
    for (int i = 0; i < taps; ++i) {
        vec2 uv = clamp(at + on_disc(i, 12) * radius, lo, hi);
        lit += textureLod(sun_shadows, vec3(uv.x * sun_tile.x + grid.z, uv.y, p.z - bias), 0.0);
    }
    return taps > 0 ? lit / 12.0 : 1.0;
}
