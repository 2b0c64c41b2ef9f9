// Where the ray of a lens's pixel meets a triangle: exactly, whatever the lens.
#include "ray.glsl"
flat in vec3 l_edge[3];   // see lens.geom
flat in vec4 l_slack;
#ifdef NUMBERED
flat in vec3 l_plane;
#else
flat in vec3 l_corner[3];
#endif
uniform vec2 lens_shift;  // place of the picture's first pixel in the target
uniform vec3 lens_range;  // near, 1 / near, 1 / far

vec3 l_weights;  // barycentric; beyond the triangle they go on, for derivatives
vec3 l_met;      // the point, camera frame
float l_depth;   // of it; negative where the ray misses

#if defined(NUMBERED) && !defined(ALPHA_MASK) && !defined(MIRRORED)
// All that is asked of most triangles, of which there are many.
float meet_triangle() {
    vec4 known = texelFetch(lens_rays, ivec2(gl_FragCoord.xy - lens_shift), 0);
    vec3 w = vec3(dot(l_edge[0], known.xyz), dot(l_edge[1], known.xyz), dot(l_edge[2], known.xyz)) + l_slack.xyz;
    float inverse = dot(l_plane, known.xyz);
    bool inside = min(min(w.x, w.y), min(w.z, known.w - 0.5)) >= 0.0 && inverse <= lens_range.y && inverse >= lens_range.z;
    l_depth = inside ? 1.0 : -1.0;
#ifndef OUTLINE
    gl_FragDepth = (lens_range.y - inverse) / (lens_range.y - lens_range.z);
#endif
    return l_depth;
}
#else
float meet_triangle() {
    ivec2 at = ivec2(gl_FragCoord.xy - lens_shift);
    vec4 known = texelFetch(lens_rays, clamp(at, ivec2(0), textureSize(lens_rays, 0) - 1), 0);
    vec3 ray = known.xyz, w = vec3(dot(l_edge[0], ray), dot(l_edge[1], ray), dot(l_edge[2], ray));
    bool inside = known.w > 0.0 && all(greaterThanEqual(w, -l_slack.xyz));
    w = inside ? max(w, 0.0) : w;
    float sum = w.x + w.y + w.z;
    inside = inside && sum > 0.0;
    l_weights = w / (sum != 0.0 ? sum : 1.0);
#ifdef NUMBERED
    float inverse = dot(l_plane, ray), depth = 1.0 / inverse;
#else
    vec3 p = l_weights.x * l_corner[0] + l_weights.y * l_corner[1] + l_weights.z * l_corner[2];
    float depth = dot(p, ray) / dot(ray, ray), inverse = 1.0 / depth;
#endif
    l_met = ray * depth;
    gl_FragDepth = (lens_range.y - inverse) / (lens_range.y - lens_range.z);
    return inside && depth >= lens_range.x && inverse >= lens_range.z ? depth : -1.0;
}
#endif
