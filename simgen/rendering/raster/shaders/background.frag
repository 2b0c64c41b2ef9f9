#version 330 core
// What cameras see where there is no surface: the light map, sharp.
#include "common.glsl"
#include "ray.glsl"
uniform sampler2D background;
uniform mat3 R_map_camera;
uniform float background_scale;  // map units -> cd/m2; 0 where cameras do not see the map
#ifdef FOG
#include "air.glsl"
uniform vec2 glow_scale;
#endif
#include "output.glsl"

void main() {
    vec3 ray = ray_at(gl_FragCoord.xy - 0.5), ahead = normalize(ahead_of(ray));
    vec3 l = textureLod(background, latlong(R_map_camera * ahead), 0.0).rgb * background_scale;
#ifdef FOG
    l = through_air(l, ahead, optical_depth_to_sky(EYE_HEIGHT(ray), dot(camera_up, ahead)), gl_FragCoord.xy * glow_scale);
#endif
#ifdef LENS
    l *= texelFetch(lens_rays, ivec2(gl_FragCoord.xy), 0).w;
#endif
    put_out(l, 0.0);
}
