// What the air between the camera and a surface, or the sky, makes of its radiance. Compiled for FOG scenes with
// FOG_SUNS suns of their own and, where a scene has them, LAMPS, whose glow was added up before.
#include "fog.glsl"
uniform vec3 air_mean;       // airlight of the surroundings, cd/m2
#if FOG_SUNS > 0
uniform vec3 air_sun_direction[FOG_SUNS];  // towards the sun, camera frame
uniform vec3 air_sun_color[FOG_SUNS];      // lux
#endif
#ifdef LAMPS
uniform sampler2D glow;
#endif

vec3 through_air(vec3 l, vec3 ahead, float depth, vec2 uv) {  // ahead: unit, away from the camera
    vec3 air = air_mean;
#if FOG_SUNS > 0
    for (int i = 0; i < FOG_SUNS; ++i) air += air_sun_color[i] * scattered(dot(ahead, air_sun_direction[i]));
#endif
    float through = exp(-depth);
    l = l * through + air * (1.0 - through);
#ifdef LAMPS
    l += textureLod(glow, uv, 0.0).rgb;
#endif
    return l;
}
