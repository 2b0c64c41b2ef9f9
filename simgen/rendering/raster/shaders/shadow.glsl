// Shadows of directional lights with a disc: percentage-closer soft shadows
// (Fernando, "Percentage-closer soft shadows", SIGGRAPH 2005 sketch). All in the camera's frame.
const float REACH = 0.06;                // widest search, tile widths; the atlas leaves as much between tiles
uniform vec4 sun_direction[SUNS];        // towards the light; w = tangent of its angular radius
uniform mat4 sun_from_camera[SUNS];      // camera -> x, y of the atlas, z = depth 0..1 away from the light
uniform vec4 sun_grid[SUNS];             // texel (m), depth range (m), tile width (m), first column in the atlas (0..1)
uniform sampler2D sun_depths;
uniform vec3 sun_tile;                   // width and height of one tile, 1 / texels along it
uniform float pixel_angle;               // of half a pixel of this pass, rad
#ifdef LEVELS
// Squares of each sun, finest first: middle (m), width (m), first column in the atlas. `sun_from_camera` is in metres.
uniform vec4 sun_level[SUNS * LEVELS];
#endif

// A receiver that slopes away from the sun is followed along its own plane: it must not shade itself, so each
// texel is compared with the plane at that texel's centre. Taps lie much as on Vogel's spiral, which fills a disc
// evenly, and are written out: software rendering does not unroll texture reads.
#define TAP(RIGHT, UP) { \
    vec2 uv = (floor(at + ((RIGHT) * right + (UP) * vec2(-right.y, right.x)) * disc) + 0.5) * texel; \
    float z = textureLod(sun_depths, uv, 0.0).r; \
    float blocks = float(z < level + dot(slope, uv)); blockers += blocks; depth += z * blocks; }

float sun_visibility(int sun, vec3 p_camera, vec3 n, float spread_m) {  // of a pixel against one at a depth of 1
    vec4 grid = sun_grid[sun], light = sun_direction[sun];
    mat4 place = sun_from_camera[sun];
#ifdef LEVELS
    vec2 spot = (place * vec4(p_camera, 1.0)).xy;
    vec4 square = sun_level[sun * LEVELS + LEVELS - 1];
    for (int i = LEVELS - 2; i >= 0; --i) {
        vec4 finer = sun_level[sun * LEVELS + i];
        vec2 off = abs(spot - finer.xy);
        square = max(off.x, off.y) < (0.5 - REACH) * finer.z ? finer : square;
    }
    grid = vec4(square.z * sun_tile.z, grid.y, square.z, square.w);
#endif
    float n_l = dot(n, light.xyz), width = grid.z;
    // A receiver moves off its own surface by what a texel may be wrong by.
    vec3 p = (place * vec4(p_camera + n * (grid.x * (0.4 + 1.2 * sqrt(max(1.0 - n_l * n_l, 0.0)))), 1.0)).xyz;
    vec2 slope = vec2(dot(vec3(place[0].x, place[1].x, place[2].x), n), dot(vec3(place[0].y, place[1].y, place[2].y), n));
#ifdef LEVELS
    p.xy = ((p.xy - square.xy) / width + 0.5) * sun_tile.xy + vec2(square.w, 0.0);
    slope *= sun_tile.xy / width;
#endif
    slope *= width * width / (grid.y * max(n_l, 0.2) * sun_tile.xy * sun_tile.xy);
    p.z -= 0.25 * grid.x / grid.y;
    vec2 texel = sun_tile.xy * sun_tile.z, at = p.xy / texel;
    float level = p.z - dot(slope, p.xy);
    vec2 inside = abs(p.xy - vec2(grid.w, 0.0) - 0.5 * sun_tile.xy) - 0.495 * sun_tile.xy;
    bool outside = max(inside.x, inside.y) > 0.0 || n_l <= 0.0;
    float spread = light.w / width;                         // tile widths for each metre of distance
    float finest = max(1.8 * sun_tile.z, pixel_angle * spread_m / width);
    float search = clamp(spread * 0.5, 2.0 * finest, REACH);  // as for a caster half a metre away
    float share = float(n_l > 0.0), lit = 0.0, disc = search / sun_tile.z;  // texels
    vec2 right = vec2(1.0, 0.0);
    int turn = 0, turns = 0;
    // First look for blockers; where some taps are blocked and some are not, ask again over the disc of the penumbra.
    // The way out is at the end: software rendering runs the body of a loop at least once.
    while (true) {
        float blockers = 0.0, depth = 0.0;
        TAP(0.0, 0.0); TAP(-0.386, 0.354); TAP(0.057, -0.643);
        TAP(0.465, 0.606); TAP(-0.853, -0.151); TAP(0.808, -0.414);
        lit += 6.0 - blockers;
        if (turn == 0) {
            float distance_m = (p.z - depth / max(blockers, 1.0)) * grid.y;
            float radius = clamp(spread * distance_m, finest, REACH);
            bool decided = blockers == 0.0 || (blockers == 6.0 && radius < 0.5 * search);
            share = outside ? share : float(blockers == 0.0);
            turns = decided || outside ? 0 : 2;
            disc = radius / sun_tile.z;
            lit = 0.0;
        } else {
            right = vec2(-0.48, 0.88);
        }
        if (turn == turns) break;
        ++turn;
    }
    return turns > 0 ? lit / 12.0 : share;
}
