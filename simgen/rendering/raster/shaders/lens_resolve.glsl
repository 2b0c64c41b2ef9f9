// What geometry.vert gives out, at a pixel whose triangle `seen.frag` found: its corners are taken anew, and what lies
// between them is taken where the pixel's ray meets it.
#include "ray.glsl"
uniform sampler2D lens_seen;      // number of the triangle in the order, from 1
uniform usampler2D lens_order;    // by that number: rows of its corners
uniform sampler2D lens_vertices;  // three texels a row: place, normal, texture coordinates, material
uniform mat4 T_camera_object;
uniform float scale;
uniform vec3 eye_object;          // the camera in the object's frame, scaled
const int ORDER_ACROSS = 2048, VERTICES_ACROSS = 512;

vec3 v_camera, v_normal;
vec2 v_uv;
vec4 v_color, v_surface;
#ifdef EXTRA
float v_part;
vec3 v_object;
#endif
#ifdef MORE
vec4 v_more;
#endif
#include "material.glsl"
float l_depth;
vec3 l_face, l_camera_dx, l_camera_dy;  // of the triangle; what changes from this pixel to the next
vec2 l_uv_dx, l_uv_dy;

void corner_at(uint row, out vec4 p, out vec4 q) {
    ivec2 first = ivec2(3 * (int(row) & (VERTICES_ACROSS - 1)), int(row) / VERTICES_ACROSS);
    p = texelFetch(lens_vertices, first, 0);
    q = texelFetch(lens_vertices, first + ivec2(1, 0), 0);
    p.xyz = p.xyz * scale - eye_object;
}

vec3 shares(vec3 w) {
    float sum = w.x + w.y + w.z;
    return w / (sum != 0.0 ? sum : 1.0);
}

void resolve() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    int triangle = int(texelFetch(lens_seen, at, 0).x) - 1;
    uvec3 rows = texelFetch(lens_order, ivec2(triangle & (ORDER_ACROSS - 1), triangle / ORDER_ACROSS), 0).xyz;
    vec4 p[3], q[3];
    for (int i = 0; i < 3; ++i) corner_at(rows[i], p[i], q[i]);
    mat3 R = mat3(T_camera_object), corners = mat3(p[0].xyz, p[1].xyz, p[2].xyz);
    vec3 ab = corners[1] - corners[0], bc = corners[2] - corners[1], ca = corners[0] - corners[2];
    mat3 beside = mat3(cross(corners[1], bc), cross(corners[2], ca), cross(corners[0], ab));
    if (dot(corners[0], beside[0]) < 0.0) beside = -beside;
    ivec2 last = textureSize(lens_rays, 0) - 1, by = ivec2(at.x < last.x ? 1 : -1, at.y < last.y ? 1 : -1);
    vec3 ray = texelFetch(lens_rays, at, 0).xyz;
    vec3 w = (ray * R) * beside, inner = shares(max(w, 0.0));
    w = shares(w);
    vec3 right = (shares((texelFetch(lens_rays, at + ivec2(by.x, 0), 0).xyz * R) * beside) - w) * float(by.x);
    vec3 down = (shares((texelFetch(lens_rays, at + ivec2(0, by.y), 0).xyz * R) * beside) - w) * float(by.y);
    l_depth = dot(R * (corners * inner), ray) / dot(ray, ray);
    v_camera = ray * l_depth;
    l_face = R * cross(ab, bc);
    l_camera_dx = R * (corners * right);
    l_camera_dy = R * (corners * down);
    v_normal = R * (inner.x * vec3(p[0].w, q[0].xy) + inner.y * vec3(p[1].w, q[1].xy) + inner.z * vec3(p[2].w, q[2].xy));
    mat3x2 uvs = mat3x2(q[0].zw, q[1].zw, q[2].zw);
    v_uv = uvs * inner;
    l_uv_dx = uvs * right;
    l_uv_dy = uvs * down;
    take_material(int(texelFetch(lens_vertices, ivec2(3 * (int(rows.z) & (VERTICES_ACROSS - 1)) + 2, int(rows.z) / VERTICES_ACROSS), 0).x));
#ifdef EXTRA
    v_object = corners * inner + eye_object;
#endif
}
