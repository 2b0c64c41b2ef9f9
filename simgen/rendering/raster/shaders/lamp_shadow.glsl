// Shadows of lamps: percentage-closer soft shadows as in shadow.glsl, in perspective. A face's depth is affine in the
// reciprocal of the distance ahead, and that is affine over a plane: so receivers are followed along their plane here too.
const float REACH = 0.045;           // widest search, face widths; faces show as much more than they light
uniform vec4 lamp_grid[COUNT];       // tangent of half a face, depth = y - z / distance ahead, disc -> face widths
uniform vec4 lamp_slot[COUNT];       // first column (0..1), width and height of a face, 1 where there are six; x < 0: no map
uniform sampler2D lamp_depths;
uniform vec2 lamp_texel;             // 1 / size of the atlas
uniform float pixel_angle;           // of a pixel, rad

#define TAP(RIGHT, UP) { \
    vec2 uv = (floor(px + ((RIGHT) * right + (UP) * vec2(-right.y, right.x)) * disc) + 0.5) * lamp_texel; \
    float z = textureLod(lamp_depths, uv, 0.0).r; \
    float blocks = float(z < level + dot(slope, uv)); blockers += blocks; depth += z * blocks; }

// `at` and `m`: place and geometric normal in the lamp's frame; `spread_m`: of a pixel against one at a depth of 1.
float lamp_visibility(vec4 grid, vec4 slot, vec3 at, vec3 m, float spread_m) {
    bool cube = slot.w > 0.5, mapped = slot.x >= 0.0;
    float texels = slot.y / lamp_texel.x;
    vec3 a = abs(at);
    float texel_m = 2.0 * grid.x / texels * (cube ? max(a.x, max(a.y, a.z)) : a.x);
    float facing = -dot(m, at) * inversesqrt(dot(at, at));
    vec3 p = at + m * (texel_m * (0.5 + 1.2 * sqrt(max(1.0 - facing * facing, 0.0))));
    a = abs(p);
    bool along_x = !cube || (a.x >= a.y && a.x >= a.z), along_y = !along_x && a.y >= a.z;
    vec3 q = along_x ? p.yzx : (along_y ? p.zxy : p), n = along_x ? m.yzx : (along_y ? m.zxy : m);
    float ahead = abs(q.z);
    vec2 origin = vec2(max(slot.x, 0.0) + (along_x ? 0.0 : (along_y ? slot.y : 2.0 * slot.y)), cube && q.z < 0.0 ? slot.z : 0.0);
    float inverse = 1.0 / max(ahead, 1e-4), width = 2.0 * grid.x * ahead;
    vec2 place = 0.5 + q.xy * (inverse * 0.5 / grid.x);
    float level = grid.y - grid.z * inverse * (1.0 + 0.25 * texel_m * inverse);
    vec2 slope = n.xy * (2.0 * grid.x * grid.z / max(-dot(m, p), 0.1 * length(p))) / slot.yz;
    vec2 middle = origin + place * slot.yz, px = middle / lamp_texel;
    float receiver = level;
    level -= dot(slope, middle);
    bool outside = !mapped || facing <= 0.0 || (!cube && q.z <= 0.0) || max(abs(place.x - 0.5), abs(place.y - 0.5)) > 0.5;
    float finest = max(1.8 / texels, pixel_angle * spread_m / max(width, 1e-4));
    float search = clamp(grid.w * grid.z * inverse, 2.0 * finest, REACH);  // as for a blocker half way
    float share = 1.0, lit = 0.0, disc = search * texels;
    // At first at the very place: where a surface rises on all sides, as a seat does, all else may be blocked.
    float around = 0.0;
    vec2 right = vec2(1.0, 0.0);
    int turn = 0, turns = 0;
    while (true) {  // see shadow.glsl
        float blockers = 0.0, depth = 0.0;
        TAP(0.26 * around, 0.05 * around); TAP(-0.386, 0.354); TAP(0.057, -0.643);
        TAP(0.465, 0.606); TAP(-0.853, -0.151); TAP(0.808, -0.414);
        lit += 6.0 - blockers;
        if (turn == 0) {
            float radius = clamp(grid.w * (receiver - depth / max(blockers, 1.0)), finest, REACH);
            bool decided = blockers == 0.0 || (blockers == 6.0 && radius < 0.5 * search);
            share = outside ? 1.0 : float(blockers == 0.0);
            turns = decided || outside ? 0 : (radius * texels > 5.0 ? 8 : 3);
            disc = radius * texels;
            lit = 0.0;
            around = 1.0;
        } else {
            right = vec2(-0.737 * right.x - 0.676 * right.y, 0.676 * right.x - 0.737 * right.y);  // golden angle
        }
        if (turn == turns) break;
        ++turn;
    }
    return turns > 0 ? lit / (6.0 * float(turns)) : share;
}
