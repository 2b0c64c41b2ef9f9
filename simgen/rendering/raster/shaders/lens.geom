#version 330 core
// Of every triangle, the pixels that a lens may show it in: a rectangle, two where the picture's seam parts it. Which of
// them it covers the fragment shader decides by their rays. Compiled for PANORAMA, whose seam and poles need care,
// and for passes that add up, which draw no pixel of a triangle more than ONCE.
// What the vertex shader gives besides is handed on as the renderer writes in below.
layout(triangles) in;
layout(triangle_strip, max_vertices = 16) out;

in vec3 v_corner[];         // camera frame; gl_Position is its pixel and its angle off the axis, see lens_project.glsl
flat in float v_tile[];
flat out vec3 l_edge[3];    // inward normals of the planes through the eye and the edge across from each corner
flat out vec4 l_slack;      // how far beside an edge a ray counts as on it, so that no two triangles leave a gap
#ifdef NUMBERED             // w of the slack: its number in the view, from 1
flat out vec3 l_plane;      // its normal; 1 for its points
uniform float lens_first;   // number of this draw's first
#else
flat out vec3 l_corner[3];
#endif

uniform vec2 lens_size;     // of the picture
uniform vec3 lens_focal;    // pixels for each unit of the image plane, along x and y; margin, pixels
uniform float lens_tiled;   // 1: of the triangle only what may lie in a tile of the picture, by the instance
uniform sampler2D lens_tiles; // row by tile: inward normals of its sides as seen from the eye; w: its first and last pixel
uniform vec3 lens_sides[4]; // inward normals of a pyramid around what the picture sees
uniform float lens_dropped; // sign of the volume of triangles that are not drawn; 0: all are
#ifndef PANORAMA
uniform float lens_widest;    // largest angle off the axis of any pixel
#endif
#include "lens_project.glsl"
// DECLARATIONS

const float PI = 3.14159265358979;
const float ROUNDING = 6e-7;
const float WORTH_PARTS = 200.0;  // pixels: measured with racks seen through a fisheye

vec3 a, b, c;
vec3 edge_a, edge_b, edge_c, slack, plane;

// In the same order of its ends whichever triangle asks: both sides of an edge then see one line, to the last bit. The
// difference keeps what single precision would lose of the product of two nearly equal directions.
vec3 plane_of_edge(vec3 a, vec3 b) {
    bool first = a.x < b.x || (a.x == b.x && (a.y < b.y || (a.y == b.y && a.z < b.z)));
    return first ? cross(a, b - a) : -cross(b, a - b);
}

void put_corner(vec2 pixel) {
    l_edge = vec3[](edge_a, edge_b, edge_c);
#ifdef NUMBERED
    l_slack = vec4(slack, lens_first + float(gl_PrimitiveIDIn));
    l_plane = plane;
#else
    l_slack = vec4(slack, 0.0);
    l_corner = vec3[](a, b, c);
#endif
    // HAND ON
    gl_Position = vec4((pixel + 0.5) * 2.0 / lens_size - 1.0, 0.0, 1.0);
    EmitVertex();
}

void put_pixels(vec2 low, vec2 high) {
    low = max(ceil(low), 0.0) - 0.5;
    high = min(floor(high), lens_size - 1.0) + 0.5;
    if (any(greaterThanEqual(low, high))) return;
    put_corner(low);
    put_corner(vec2(high.x, low.y));
    put_corner(vec2(low.x, high.y));
    put_corner(high);
    EndPrimitive();
}

// A triangle whose sides bend by at most so many pixels: itself, its sides moved outwards, or a rectangle around it,
// whichever is smaller. Moving the sides is growing it about the middle of its inner circle.
void put_triangle(vec2 pa, vec2 pb, vec2 pc, float bend) {
    float away = bend + lens_focal.z;
    vec2 low = min(pa, min(pb, pc)) - away, high = max(pa, max(pb, pc)) + away;
    low = max(ceil(low), 0.0);
    high = min(floor(high), lens_size - 1.0);
    if (any(lessThan(high, low))) return;
    vec3 sides = vec3(distance(pb, pc), distance(pc, pa), distance(pa, pb));
    vec2 u = pb - pa, v = pc - pa;
    float around = sides.x + sides.y + sides.z, twice = abs(u.x * v.y - u.y * v.x);
    float growth = 1.0 + away * around / max(twice, 1e-9);  // the inner radius is `twice / around`
    vec2 size = high - low + 1.0;
    if (0.5 * twice * growth * growth < size.x * size.y) {
        vec2 middle = (sides.x * pa + sides.y * pb + sides.z * pc) / around;
        put_corner(middle + growth * (pa - middle));
        put_corner(middle + growth * (pb - middle));
        put_corner(middle + growth * (pc - middle));
        EndPrimitive();
    } else {
        put_pixels(low, high);
    }
}

// Whether a tile sees nothing of the triangle: because of one of its own sides, or of one of the triangle's.
bool tile_misses(vec4 side[4]) {
    vec3 corner[4];
    for (int i = 0; i < 4; ++i) {
        vec3 n = side[i].xyz;
        if (dot(n, a) < 0.0 && dot(n, b) < 0.0 && dot(n, c) < 0.0) return true;
        corner[i] = cross(n, side[(i + 1) & 3].xyz);
    }
    vec3 most = vec3(-1.0);
    for (int i = 0; i < 4; ++i) {
        most = max(most, vec3(dot(edge_a, corner[i]), dot(edge_b, corner[i]), dot(edge_c, corner[i])));
    }
    return any(lessThan(most, vec3(0.0)));
}

void put_tile() {
    vec4 side[4];
    for (int i = 0; i < 4; ++i) side[i] = texelFetch(lens_tiles, ivec2(i, int(v_tile[0])), 0);
    if (!tile_misses(side)) put_pixels(vec2(side[0].w, side[1].w), vec2(side[2].w, side[3].w));
}

// Draws in the bounds of directions and their pixels. Where more pixels than `most` would be drawn because the sides
// bend, it draws nothing and returns how many.
float put_part(vec3 to_a, vec3 to_b, vec3 to_c, vec3 pa, vec3 pb, vec3 pc, float most) {
    float chord = max(distance(to_a, to_b), max(distance(to_b, to_c), distance(to_c, to_a)));
    float longest = 2.0 * asin(min(0.5 * chord, 1.0));  // side of the triangle on the sphere around the eye
    bool wide = longest > 2.0;
    float within = (longest > 1.2 ? 0.75 : 0.6) * longest;  // of a corner lies all of it
    vec2 far = lens_size + 1.0;
#ifdef PANORAMA
    vec3 around = abs(vec3(pa.z, pb.z, pc.z));
    float top = max(around.x, max(around.y, around.z)) + within, turn = 2.0 * PI * lens_focal.x;
    if (wide) { put_pixels(-far, far); return 0.0; }
    if (top > 1.45) {
        float rise = within * lens_focal.y + lens_focal.z;
        put_pixels(vec2(-far.x, min(pa.y, min(pb.y, pc.y)) - rise), vec2(far.x, max(pa.y, max(pb.y, pc.y)) + rise));
        return 0.0;
    }
    // Columns go on across the seam, where they jump by a whole turn.
    vec2 beside = vec2(pb.x, pc.x) - pa.x;
    beside -= turn * floor(beside / turn + 0.5);
    pb.x = pa.x + beside.x;
    pc.x = pa.x + beside.y;
    // A great circle bends by at most so much from the straight line between its ends.
    float bend = tan(top) * longest * longest / 8.0 * length(vec2(lens_focal.x / cos(top), lens_focal.y));
    float first = min(pa.x, min(pb.x, pc.x)) - bend, last = max(pa.x, max(pb.x, pc.x)) + bend;
    vec2 shift = vec2(first < lens_focal.z - 0.5 ? turn : -turn, 0.0);
    if (first < lens_focal.z - 0.5 || last > lens_size.x - 0.5 - lens_focal.z) {
        put_triangle(pa.xy, pb.xy, pc.xy, bend);
        put_triangle(pa.xy + shift, pb.xy + shift, pc.xy + shift, bend);
        return 0.0;
    }
#else
    float outer = max(pa.z, max(pb.z, pc.z)), inner = min(pa.z, min(pb.z, pc.z)), top = outer + within;
    if (inner - within > lens_widest) return 0.0;
    if (wide || top > 3.05) { put_pixels(-far, far); return 0.0; }
    int last = textureSize(lens_table, 0).x - 1;
    float bend = texelFetch(lens_table, ivec2(min(int(ceil(top / PI * float(last))), last), 0), 0).y;
    bend *= longest * longest / 8.0 * max(lens_focal.x, lens_focal.y);
#endif
    float extra = bend * (distance(pa.xy, pb.xy) + distance(pb.xy, pc.xy) + distance(pc.xy, pa.xy) + 3.0 * bend);
    if (extra <= most) put_triangle(pa.xy, pb.xy, pc.xy, bend);
    return extra;
}

// The corners of a triangle in such an order that its longest side comes first.
void longest_first(inout vec3 p, inout vec3 q, inout vec3 r) {
    float pq = dot(p, q), qr = dot(q, r), rp = dot(r, p);
    vec3 a = p, b = q, c = r;
    bool second = qr < pq && qr <= rp, third = rp < pq && rp < qr;
    p = second ? b : (third ? c : a);
    q = second ? c : (third ? a : b);
    r = second ? a : (third ? b : c);
}

// Half the side bends a quarter as much: two cuts, each through the longest side.
void put_parts(vec3 p, vec3 q, vec3 r) {
    longest_first(p, q, r);
    vec3 middle = normalize(p + q);
    for (int i = 0; i < 4; ++i) {
        vec3 u = i < 2 ? p : middle, v = i < 2 ? middle : q, w = r;
        longest_first(u, v, w);
        vec3 half_way = normalize(u + v), from = (i & 1) == 0 ? u : half_way, to = (i & 1) == 0 ? half_way : v;
        put_part(from, to, w, lens_project(from), lens_project(to), lens_project(w), 1e30);
    }
}

void main() {
    a = v_corner[0];
    b = v_corner[1];
    c = v_corner[2];
    edge_a = plane_of_edge(b, c);
    edge_b = plane_of_edge(c, a);
    edge_c = plane_of_edge(a, b);
    float volume = dot(a, edge_a);
    if (volume == 0.0 || volume * lens_dropped > 0.0) return;
    float inward = sign(volume);
    edge_a *= inward;
    edge_b *= inward;
    edge_c *= inward;
    vec3 normal = cross(b - a, c - a);
    plane = normal / dot(a, normal);
    slack = ROUNDING * vec3(length(edge_a), length(edge_b), length(edge_c));

    if (lens_tiled > 0.5) { put_tile(); return; }

    for (int i = 0; i < 4; ++i) {
        if (dot(lens_sides[i], a) < 0.0 && dot(lens_sides[i], b) < 0.0 && dot(lens_sides[i], c) < 0.0) return;
    }
    vec3 to_a = normalize(from_middle(a)), to_b = normalize(from_middle(b)), to_c = normalize(from_middle(c));
    vec3 pa = gl_in[0].gl_Position.xyz, pb = gl_in[1].gl_Position.xyz, pc = gl_in[2].gl_Position.xyz;
#ifdef ONCE
    put_part(to_a, to_b, to_c, pa, pb, pc, 1e30);  // the bounds of parts overlap, where a pixel would be drawn twice
#else
    float extra = put_part(to_a, to_b, to_c, pa, pb, pc, WORTH_PARTS);
    if (extra > WORTH_PARTS) put_parts(to_a, to_b, to_c);
#endif
}
