// Shadows of directional lights with a disc: percentage-closer soft shadows
// (Fernando, "Percentage-closer soft shadows", SIGGRAPH 2005 sketch). All in the camera's frame.
const float REACH = 0.06;                // widest search, tile widths
uniform vec4 sun_direction[SUNS];        // towards the light; w = tangent of its angular radius
uniform mat4 sun_from_camera[SUNS];      // camera -> x, y in 0..1 of its tile, z = depth 0..1 away from the light
uniform vec4 sun_grid[SUNS];             // texel (m), depth range (m), first column in the atlas (0..1), tile width (m)
uniform sampler2D sun_depths;
uniform sampler2DShadow sun_shadows;
uniform vec2 sun_tile;                   // width of one tile / width of the atlas, texels of one tile
uniform float pixel_angle;               // of half a pixel of this pass, rad

// The shadow map is as fine as a pixel: a receiver that slopes away from the sun is followed by its own plane.
#define AT(RIGHT, UP, WIDTH) \
    vec2 off = vec2(RIGHT, UP) * (WIDTH); \
    vec2 uv = clamp(p.xy + off, lo, hi); \
    float limit = p.z + dot(slope, off);
#define LOOK(RIGHT, UP) { AT(RIGHT, UP, search) \
    float z = textureLod(sun_depths, vec2(uv.x * sun_tile.x + grid.z, uv.y), 0.0).r; \
    float blocks = float(z < limit); blockers += blocks; depth += z * blocks; }
#define TAP(RIGHT, UP) { AT(c * (RIGHT) - s * (UP), s * (RIGHT) + c * (UP), radius) \
    lit += textureLod(sun_shadows, vec3(uv.x * sun_tile.x + grid.z, uv.y, limit), 0.0); }

float sun_visibility(int sun, vec3 p_camera, vec3 n) {
    vec4 grid = sun_grid[sun], light = sun_direction[sun];
    float n_l = dot(n, light.xyz);
    // A receiver moves off its own surface by what a texel may be wrong by.
    vec3 p = (sun_from_camera[sun] * vec4(p_camera + n * (grid.x * (0.4 + 1.2 * sqrt(max(1.0 - n_l * n_l, 0.0)))), 1.0)).xyz;
    mat3 axes = mat3(sun_from_camera[sun]);
    vec2 across = vec2(dot(vec3(axes[0].x, axes[1].x, axes[2].x), n), dot(vec3(axes[0].y, axes[1].y, axes[2].y), n));
    vec2 slope = across * (grid.w * grid.w / (grid.y * max(n_l, 0.2)));
    float texel = 1.0 / sun_tile.y, bias = 0.25 * grid.x / grid.y;
    p.z -= bias;
    float spread = light.w / grid.w;                         // tile widths for each metre of distance
    float finest = max(texel, pixel_angle * p_camera.z / grid.w);
    float search = clamp(spread * 0.5, 2.0 * finest, REACH);  // as for a caster half a metre away
    vec2 lo = vec2(texel), hi = vec2(1.0 - texel);
    float blockers = 0.0, depth = 0.0;
    LOOK(0.0, 0.0); LOOK(0.0, 0.45); LOOK(-0.39, -0.22); LOOK(0.39, -0.22);
    LOOK(0.82, 0.48); LOOK(-0.82, 0.48); LOOK(0.0, -0.95);
    float distance_m = blockers > 0.0 ? (p.z - depth / blockers) * grid.y : 0.0;
    float radius = clamp(spread * distance_m, finest, REACH);
    bool decided = blockers == 0.0 || (blockers == 7.0 && radius < 0.5 * search);
    bool outside = max(abs(p.x - 0.5), abs(p.y - 0.5)) > 0.495 || n_l <= 0.0;
    int turns = decided || outside ? 0 : radius > 3.0 * finest ? 2 : 1;
    float lit = 0.0, c = 1.0, s = 0.0;
    // Taps lie on Vogel's spiral, which fills a disc evenly. They are written out, since software rendering does not
    // unroll a loop of texture reads; the loop around them lets it skip all taps where no pixel needs them.
    for (int turn = 0; turn < turns; ++turn) {
        TAP(0.250, 0.000); TAP(-0.319, 0.292); TAP(0.049, -0.557); TAP(0.402, 0.525);
        TAP(-0.739, -0.131); TAP(0.700, -0.445); TAP(-0.234, 0.870); TAP(-0.446, -0.859);
        c = -0.53 * 1.06; s = 0.85 * 1.06;
    }
    float share = turns > 0 ? lit / float(8 * turns) : float(blockers == 0.0);
    return outside ? float(n_l > 0.0) : share;
}
