#version 330 core
// Geometry pass: every label of a pixel and the surface that the light pass shades, sampled at the pixel's centre.
#include "common.glsl"
#include "gbuffer.glsl"

#ifdef RESOLVED
#include "lens_resolve.glsl"
#else
in vec3 v_camera;
in vec3 v_normal;
in vec2 v_uv;
flat in vec4 v_color;
flat in vec4 v_surface;
#ifdef EXTRA
flat in float v_part;
in vec3 v_object;
#endif
#ifdef MORE
flat in vec4 v_more;
#endif
#endif

// What the surface is seen from, and its own plane: differences of pixels do where rays are those of a pinhole.
#ifdef RESOLVED
#define FACE l_face
#define DEPTH l_depth
#elif defined(LENS)
#define MISSES_LOSE
#define FACE cross(l_corner[1] - l_corner[0], l_corner[2] - l_corner[0])
#define DEPTH l_depth
#else
#define FACE cross(dp_dx, dp_dy)
#define DEPTH v_camera.z
#endif
// Neighbours of a pixel that was resolved may show other triangles.
#ifdef RESOLVED
#define TEXEL(MAP) textureGrad(MAP, v_uv, l_uv_dx, l_uv_dy)
#else
#define TEXEL(MAP) texture(MAP, v_uv)
#endif
#ifdef PARALLEL
#define VIEW vec3(0.0, 0.0, 1.0)
#else
#define VIEW normalize(v_camera)
#endif

uniform float instance_id;
#ifdef MIRRORED
uniform vec4 mirror_plane;  // camera frame; what lies below it is not mirrored
#endif
#ifdef BASE_COLOR_MAP
uniform sampler2D base_color_map;
uniform float keep_map_color;  // 0 where an override replaces the colour map
#endif
#ifdef METALLIC_ROUGHNESS_MAP
uniform sampler2D metallic_roughness_map;
uniform vec2 keep_map_surface;  // roughness, metallic: 0 where an override replaces the map
#endif
#ifdef NORMAL_MAP
uniform sampler2D normal_map;
#endif

layout(location = 0) out vec4 out_normal_depth;
layout(location = 1) out uvec4 out_surface;  // see gbuffer.glsl
#ifdef EXTRA  // only for views that ask for them
layout(location = 2) out vec4 out_albedo_part;
layout(location = 3) out vec4 out_object;
#endif

// Normal that a height field would have here; the frame comes from screen derivatives
// (Schueler, "Normal mapping without precomputed tangents", ShaderX5, 2006).
#ifdef NORMAL_MAP
vec3 mapped_normal(vec3 n, vec3 dp_dx, vec3 dp_dy) {
#ifdef RESOLVED
    vec2 duv_dx = l_uv_dx, duv_dy = l_uv_dy;
#else
    vec2 duv_dx = dFdx(v_uv), duv_dy = dFdy(v_uv);
#endif
    vec3 dp_dy_perp = cross(dp_dy, n), dp_dx_perp = cross(n, dp_dx);
    vec3 t = dp_dy_perp * duv_dx.x + dp_dx_perp * duv_dy.x;
    vec3 b = dp_dy_perp * duv_dx.y + dp_dx_perp * duv_dy.y;
    float longest = max(dot(t, t), dot(b, b));
    if (longest <= 0.0) return n;
    vec3 m = TEXEL(normal_map).xyz * 2.0 - 1.0;
    return normalize((t * m.x + b * m.y) * inversesqrt(longest) * sign(dot(cross(dp_dx, dp_dy), n)) + n * m.z);
}
#endif

void main() {
#ifdef RESOLVED
    resolve();
#endif
#if defined(MIRRORED) && !defined(RESOLVED)
    if (dot(mirror_plane.xyz, v_camera) + mirror_plane.w < 0.0) discard;
#endif
    vec4 color = v_color;
#ifdef BASE_COLOR_MAP
    vec4 texel = TEXEL(base_color_map);
    color *= vec4(mix(vec3(1.0), texel.rgb, keep_map_color), texel.a);
#endif
#if defined(ALPHA_MASK) && !defined(RESOLVED)
#if defined(BASE_COLOR_MAP) && !defined(SEE_THROUGH)
    color.a = v_color.a * textureLod(base_color_map, v_uv, 0.0).a;  // a blurred one would cut another outline
#endif
    if (color.a < v_surface.z) discard;
#endif
#ifdef RESOLVED
    vec3 dp_dx = l_camera_dx, dp_dy = l_camera_dy;
#else
    vec3 dp_dx = dFdx(v_camera), dp_dy = dFdy(v_camera);
#endif
    vec3 face = FACE;
    vec3 view = VIEW;
    face *= dot(face, view) > 0.0 ? -1.0 : 1.0;
    // Winding and vertex normals of found models cannot be trusted: the side that is seen is the outer one.
    vec3 n = dot(v_normal, v_normal) > 0.0 ? v_normal : face;
    n = normalize(n * (dot(n, face) < 0.0 ? -1.0 : 1.0));
    // A smooth normal may look away from the camera near an outline, where the flat triangle does not.
    n = normalize(n - max(dot(n, view) + 1e-3, 0.0) * view);
    vec3 shading = n;
#ifdef NORMAL_MAP
    shading = mapped_normal(n, dp_dx, dp_dy);
    shading = normalize(shading - max(dot(shading, view) + 1e-3, 0.0) * view);
#endif
    float metallic = v_surface.x, roughness = v_surface.y;
#ifdef METALLIC_ROUGHNESS_MAP
    vec2 map = TEXEL(metallic_roughness_map).gb;
    roughness *= mix(1.0, map.x, keep_map_surface.x);
    metallic *= mix(1.0, map.y, keep_map_surface.y);
#endif
    out_normal_depth = vec4(n, DEPTH);
    float top = v_surface.w / 255.0;
#ifdef MORE
    color.a *= 1.0 - v_more.w;  // of tinted glass the rest shows what lies behind, in its colour
#endif
#ifdef SEE_THROUGH
    top = (64.0 + 191.0 * clamp(color.a, 0.0, 1.0)) / 255.0;  // see surface.glsl
#endif
    out_surface = uvec4(uint(int(instance_id)), two_shorts(folded(shading) * 0.5 + 0.5), two_shorts(vec2(roughness, metallic)),
                        four_bytes(vec4(sqrt(clamp(color.rgb, 0.0, 1.0)), top)));
#ifdef EXTRA
    out_albedo_part = vec4(clamp(color.rgb, 0.0, 1.0), v_part);
    out_object = vec4(v_object, 1.0);
#endif
}
