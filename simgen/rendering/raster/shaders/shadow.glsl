// Shadows of directional lights with a disc: percentage-closer soft shadows
// (Fernando, "Percentage-closer soft shadows", SIGGRAPH 2005 sketch).
const int MAX_SUNS = 4;
const float REACH = 0.06;  // widest search, tile widths
uniform int sun_count;
uniform vec4 sun_direction[MAX_SUNS];  // towards the light; w = tangent of its angular radius
uniform vec3 sun_color[MAX_SUNS];      // lux
uniform mat4 sun_from_world[MAX_SUNS]; // world -> x, y in -1..1 of its tile, z = depth 0..1 away from the light
uniform vec3 sun_grid[MAX_SUNS];       // texel (m), depth range (m), first texel's column in the atlas / atlas width
uniform sampler2D sun_depths;
uniform sampler2DShadow sun_shadows;
uniform vec2 sun_tile;                 // width of one tile / width of the atlas, texels of one tile


// Taps lie on Vogel's spiral, which fills a disc evenly. They are written out: software rendering does not unroll a
// loop of texture reads, and would compute sines for every pixel.
#define LOOK(RIGHT, UP) { \
    vec2 uv = clamp(at + vec2(RIGHT, UP) * search, lo, hi); \
    float z = textureLod(sun_depths, vec2(uv.x * sun_tile.x + grid.z, uv.y), 0.0).r; \
    float blocks = float(z < p.z - bias); blockers += blocks; depth += z * blocks; }
#define TAP(RIGHT, UP) { \
    vec2 uv = clamp(at + vec2(RIGHT, UP) * radius, lo, hi); \
    lit += textureLod(sun_shadows, vec3(uv.x * sun_tile.x + grid.z, uv.y, p.z - bias), 0.0); }

float sun_visibility(int sun, vec3 p_world, vec3 n) {
    vec3 grid = sun_grid[sun];
    // A receiver moves off its own surface by what a texel may be wrong by.
    float slope = sqrt(max(1.0 - pow(dot(n, sun_direction[sun].xyz), 2.0), 0.0));
    vec3 p = (sun_from_world[sun] * vec4(p_world + n * (grid.x * (0.4 + 1.6 * slope)), 1.0)).xyz;
    float texel = 1.0 / sun_tile.y;
    vec2 at = p.xy * 0.5 + 0.5;
    float bias = 0.25 * grid.x / grid.y;
    float spread = sun_direction[sun].w / (grid.x * sun_tile.y);  // tile widths for each metre of distance
    float search = clamp(spread * 0.5, 2.0 * texel, REACH);       // as for a caster half a metre away
    vec2 lo = vec2(texel), hi = vec2(1.0 - texel);
    float blockers = 0.0, depth = 0.0;
    LOOK(0.316, 0.000); LOOK(-0.404, 0.370); LOOK(0.062, -0.704); LOOK(0.509, 0.664);
    LOOK(-0.934, -0.165);
    float distance_m = blockers > 0.0 ? (p.z - depth / blockers) * grid.y : 0.0;
    float radius = clamp(spread * distance_m, 1.0 * texel, REACH);
    float lit = 0.0;
    TAP(0.250, 0.000); TAP(-0.319, 0.292); TAP(0.049, -0.557); TAP(0.402, 0.525);
    TAP(-0.739, -0.131); TAP(0.700, -0.445); TAP(-0.234, 0.870); TAP(-0.446, -0.859);
    return max(abs(p.x), abs(p.y)) < 0.99 ? lit / 8.0 : 1.0;
}
