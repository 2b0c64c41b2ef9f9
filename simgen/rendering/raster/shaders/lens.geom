#version 330 core
// Of every triangle, the pixels that a lens may show it in: a rectangle, two where the picture's seam parts it. Which of
// them it covers the fragment shader decides by their rays. Compiled for PANORAMA, whose seam and poles need care.
// What the vertex shader gives besides is handed on as the renderer writes in below.
layout(triangles) in;
layout(triangle_strip, max_vertices = 8) out;

in vec3 v_corner[];         // camera frame; gl_Position is its pixel and its angle off the axis, see lens_vertex.glsl
flat out vec3 l_corner[3];
flat out vec3 l_edge[3];    // inward normals of the planes through the eye and the edge across from each corner
flat out vec3 l_slack;      // how far beside an edge a ray counts as on it, so that no two triangles leave a gap

uniform vec2 lens_size;     // of the picture
uniform vec3 lens_focal;    // pixels for each unit of the image plane, along x and y; margin, pixels
uniform float lens_dropped; // sign of the volume of triangles that are not drawn; 0: all are
#ifndef PANORAMA
uniform sampler2D lens_table;
uniform float lens_seen;    // largest angle off the axis of any pixel
#endif
// DECLARATIONS

const float PI = 3.14159265358979;
const float ROUNDING = 6e-7;

vec3 a, b, c;
vec3 edge_a, edge_b, edge_c, slack;

// In the same order of its ends whichever triangle asks: both sides of an edge then see one line, to the last bit. The
// difference keeps what single precision would lose of the product of two nearly equal directions.
vec3 plane_of_edge(vec3 a, vec3 b) {
    bool first = a.x < b.x || (a.x == b.x && (a.y < b.y || (a.y == b.y && a.z < b.z)));
    return first ? cross(a, b - a) : -cross(b, a - b);
}

void put_corner(float x, float y) {
    // HAND ON
    gl_Position = vec4((vec2(x, y) + 0.5) * 2.0 / lens_size - 1.0, 0.0, 1.0);
    EmitVertex();
}

void put_pixels(vec2 low, vec2 high) {
    low = max(ceil(low - lens_focal.z), 0.0) - 0.5;
    high = min(floor(high + lens_focal.z), lens_size - 1.0) + 0.5;
    if (any(greaterThanEqual(low, high))) return;
    put_corner(low.x, low.y);
    put_corner(high.x, low.y);
    put_corner(low.x, high.y);
    put_corner(high.x, high.y);
    EndPrimitive();
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
    slack = ROUNDING * vec3(length(edge_a), length(edge_b), length(edge_c));

    vec3 to_a = normalize(a), to_b = normalize(b), to_c = normalize(c);
    float chord = max(distance(to_a, to_b), max(distance(to_b, to_c), distance(to_c, to_a)));
    float longest = 2.0 * asin(min(0.5 * chord, 1.0));  // side of the triangle on the sphere around the eye
    bool wide = longest > 2.0;
    float within = (longest > 1.2 ? 0.75 : 0.6) * longest;  // of a corner lies all of it
    vec3 pa = gl_in[0].gl_Position.xyz, pb = gl_in[1].gl_Position.xyz, pc = gl_in[2].gl_Position.xyz;
    vec2 low = min(pa.xy, min(pb.xy, pc.xy)), high = max(pa.xy, max(pb.xy, pc.xy));
    vec2 far = lens_size + 1.0;
#ifdef PANORAMA
    vec3 around = abs(vec3(pa.z, pb.z, pc.z));
    float top = max(around.x, max(around.y, around.z)) + within, turn = 2.0 * PI * lens_focal.x;
    if (wide) { put_pixels(-far, far); return; }
    float rise = within * lens_focal.y;
    if (top > 1.45) { put_pixels(vec2(-far.x, low.y - rise), vec2(far.x, high.y + rise)); return; }
    // Columns go on across the seam, where they jump by a whole turn.
    vec2 beside = vec2(pb.x, pc.x) - pa.x;
    beside -= turn * floor(beside / turn + 0.5);
    low.x = pa.x + min(0.0, min(beside.x, beside.y));
    high.x = pa.x + max(0.0, max(beside.x, beside.y));
    // A great circle bends by at most so much from the straight line between its ends.
    float bend = tan(top) * longest * longest / 8.0;
    low -= bend * vec2(lens_focal.x / cos(top), lens_focal.y);
    high += bend * vec2(lens_focal.x / cos(top), lens_focal.y);
    put_pixels(low, high);
    float shift = low.x < -0.5 ? turn : -turn;
    if (low.x < -0.5 || high.x > lens_size.x - 0.5) put_pixels(low + vec2(shift, 0.0), high + vec2(shift, 0.0));
#else
    float outer = max(pa.z, max(pb.z, pc.z)), inner = min(pa.z, min(pb.z, pc.z)), top = outer + within;
    if (inner - within > lens_seen) return;
    if (wide || top > 3.05) { put_pixels(-far, far); return; }
    int last = textureSize(lens_table, 0).x - 1;
    float bend = texelFetch(lens_table, ivec2(min(int(ceil(top / PI * float(last))), last), 0), 0).y;
    vec2 bulge = bend * longest * longest / 8.0 * lens_focal.xy;
    put_pixels(low - bulge, high + bulge);
#endif
}
