// Object frame -> camera frame -> clip. Labels and silhouettes both use it, so that their pixels agree.
uniform mat4 T_camera_object;
uniform float scale;

vec4 to_camera(vec3 p_object) {
    return T_camera_object * vec4(p_object * scale, 1.0);
}

#ifdef RESOLVED
vec4 to_clip(vec4 p_camera) { return p_camera; }  // nothing is to be placed
#elif defined(LENS)
#include "lens_vertex.glsl"
#elif defined(PLACES)
uniform mat4 projections[PLACES];  // of a camera that looks a part of a pixel beside, one for each time that all is drawn

vec4 to_clip(vec4 p_camera) {
    return projections[gl_InstanceID] * p_camera;
}
#else
uniform mat4 projection;

vec4 to_clip(vec4 p_camera) {
    return projection * p_camera;
}
#endif
