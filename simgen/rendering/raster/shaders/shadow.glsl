// Shadows of directional lights with a disc: percentage-closer soft shadows
// (Fernando, "Percentage-closer soft shadows", SIGGRAPH 2005 sketch). All in the camera's frame.
const float REACH = 0.06;                // widest search, tile widths; the atlas leaves as much between tiles
uniform vec4 sun_direction[SUNS];        // towards the light; w = tangent of its angular radius
uniform mat4 sun_from_camera[SUNS];      // camera -> x, y of the atlas, z = depth 0..1 away from the light
uniform vec4 sun_grid[SUNS];             // texel (m), depth range (m), tile width (m), first column in the atlas (0..1)
uniform sampler2D sun_depths;
uniform sampler2DShadow sun_shadows;
uniform vec3 sun_tile;                   // width and height of one tile, 1 / texels along it
uniform float pixel_angle;               // of half a pixel of this pass, rad

// A receiver that slopes away from the sun is followed along its own plane: it must not shade itself.
#define LOOK(RIGHT, UP) { \
    vec2 off = vec2(RIGHT, UP) * reach; \
    float z = textureLod(sun_depths, p.xy + off, 0.0).r; \
    float blocks = float(z < p.z + dot(slope, off)); blockers += blocks; depth += z * blocks; }
#define TAP(RIGHT, UP) { \
    vec2 off = ((RIGHT) * right + (UP) * vec2(-right.y, right.x)) * disc; \
    lit += textureLod(sun_shadows, vec3(p.xy + off, p.z + dot(slope, off)), 0.0); }

float sun_visibility(int sun, vec3 p_camera, vec3 n) {
    vec4 grid = sun_grid[sun], light = sun_direction[sun];
    mat4 place = sun_from_camera[sun];
    float n_l = dot(n, light.xyz), width = grid.z;
    // A receiver moves off its own surface by what a texel may be wrong by.
    vec3 p = (place * vec4(p_camera + n * (grid.x * (0.4 + 1.2 * sqrt(max(1.0 - n_l * n_l, 0.0)))), 1.0)).xyz;
    vec2 slope = vec2(dot(vec3(place[0].x, place[1].x, place[2].x), n), dot(vec3(place[0].y, place[1].y, place[2].y), n));
    slope *= width * width / (grid.y * max(n_l, 0.2) * sun_tile.xy * sun_tile.xy);
    p.z -= 0.25 * grid.x / grid.y;
    float spread = light.w / width;                         // tile widths for each metre of distance
    float finest = max(1.2 * sun_tile.z, pixel_angle * p_camera.z / width);
    float search = clamp(spread * 0.5, 2.0 * finest, REACH);  // as for a caster half a metre away
    vec2 reach = search * sun_tile.xy;
    float blockers = 0.0, depth = 0.0;
    LOOK(0.0, 0.0); LOOK(0.0, 0.45); LOOK(-0.39, -0.22); LOOK(0.39, -0.22);
    LOOK(0.82, 0.48); LOOK(-0.82, 0.48); LOOK(0.0, -0.95);
    float distance_m = (p.z - depth / max(blockers, 1.0)) * grid.y;
    float radius = clamp(spread * distance_m, finest, REACH);
    bool decided = blockers == 0.0 || (blockers == 7.0 && radius < 0.5 * search);
    vec2 inside = abs(p.xy - vec2(grid.w, 0.0) - 0.5 * sun_tile.xy) - 0.495 * sun_tile.xy;
    bool outside = max(inside.x, inside.y) > 0.0 || n_l <= 0.0;
    int turns = decided || outside ? 0 : radius > 3.0 * finest ? 2 : 1;
    float lit = 0.0;
    vec2 right = vec2(1.0, 0.0), disc = radius * sun_tile.xy;
    // Taps lie on Vogel's spiral, which fills a disc evenly. They are written out, since software rendering does not
    // unroll a loop of texture reads; the loop around them lets it skip all taps where no pixel needs them.
    for (int turn = 0; turn < turns; ++turn) {
        TAP(0.289, 0.000); TAP(-0.369, 0.338); TAP(0.057, -0.643);
        TAP(0.465, 0.606); TAP(-0.853, -0.151); TAP(0.808, -0.514);
        right = vec2(-0.44, 0.82);
    }
    float share = turns > 0 ? lit / float(6 * turns) : float(blockers == 0.0);
    return outside ? float(n_l > 0.0) : share;
}
