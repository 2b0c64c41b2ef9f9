#version 330 core
// Averages soft visibility over four pixels along one axis, not across edges; both axes make up the 4 x 4 block.
uniform sampler2D light;
uniform sampler2D normal_depth;
uniform ivec2 along;
uniform ivec2 last;   // last pixel
uniform float plane_m;  // distance from the plane that counts as another surface
uniform vec4 ray_of_pixel;
uniform bool final;     // whether to put out the share itself
layout(location = 0) out vec4 out_light;

vec3 position(ivec2 at, float depth) {
    return vec3(vec2(at * 2) * ray_of_pixel.xy + ray_of_pixel.zw, 1.0) * depth;
}

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec4 centre = texelFetch(normal_depth, at * 2, 0);
    vec4 sum = texelFetch(light, at, 0);
    if (isnan(centre.w)) {
        out_light = vec4(1.0);
        return;
    }
    vec3 p = position(at, centre.w);
    float weight = 1.0;
    for (int i = -2; i < 3; ++i) {
        if (i == 0) continue;
        ivec2 there = clamp(at + along * i, ivec2(0), last);
        vec4 label = texelFetch(normal_depth, there * 2, 0);
        float away = abs(dot(position(there, label.w) - p, centre.xyz));
        // The outermost two share the weight of one, so that every phase of the pattern counts the same.
        float w = abs(i) == 2 ? 0.5 : 1.0;
        w *= away < plane_m * (1.0 + centre.w) && dot(label.xyz, centre.xyz) > 0.8 ? 1.0 : 0.0;
        sum += w > 0.0 ? texelFetch(light, there, 0) * w : vec4(0.0);
        weight += w;
    }
    out_light = final ? vec4(sum.rgb / max(sum.a, 1e-12), 1.0) : sum / weight;
}
