#version 330 core
// What cameras see where there is no surface: the light map, sharp.
#include "common.glsl"
uniform sampler2D background;
uniform vec4 ray_of_pixel;
uniform mat3 R_map_camera;
uniform float background_scale;  // map units -> cd/m2; 0 where cameras do not see the map
#ifdef FOG
#include "air.glsl"
uniform vec2 glow_scale;
#endif
#include "output.glsl"

void main() {
    vec3 ray = vec3((gl_FragCoord.xy - 0.5) * ray_of_pixel.xy + ray_of_pixel.zw, 1.0);
    vec3 ahead = normalize(ray), l = textureLod(background, latlong(R_map_camera * ahead), 0.0).rgb * background_scale;
#ifdef FOG
    l = through_air(l, ahead, optical_depth_to_sky(dot(camera_up, ahead)), gl_FragCoord.xy * glow_scale);
#endif
    put_out(l, 0.0);
}
