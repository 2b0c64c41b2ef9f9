#version 330 core
// What a painted line covers of the pixels of the plane that it lies in, and its colour: drawn a few times, each time a
// part of a pixel beside, and added up.
#include "ray.glsl"
in vec3 v_camera;
in vec3 v_normal;
flat in vec4 v_color;

uniform sampler2D normal_depth;
uniform usampler2D surface;    // see gbuffer.glsl
uniform float instance_id, weight;
uniform vec2 texel;
uniform vec3 up;               // of the lines, camera frame
uniform vec3 map_color;        // mean of its colour map
layout(location = 0) out vec4 out_sum;

const float OFF_M = 0.03;      // from the plane: the paint's thickness, and roads bend a little within a pixel
const float OWN = 33.0;        // as in repaint.frag

void main() {
    vec2 uv = gl_FragCoord.xy * texel;
    vec4 label = textureLod(normal_depth, uv, 0.0);
    vec3 n = normalize(v_normal), there = point_of(ray_at(floor(gl_FragCoord.xy)), label.w);
    bool level = dot(n, up) > 0.9 && dot(n, label.xyz) > 0.95;
    if (!(abs(dot(n, v_camera - there)) < OFF_M) || !level) discard;  // NaN where nothing is seen
    float own = float(int(textureLod(surface, uv, 0.0).x)) == instance_id ? OWN : 1.0;
    out_sum = vec4(clamp(v_color.rgb * map_color, 0.0, 1.0), own) * weight;
}
