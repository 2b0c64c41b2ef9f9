// What shading leaves of a pixel: its radiance and, for the smoothing of edges, one word of tone and depth.
uniform float white;  // luminance that tone-maps to one half
layout(location = 0) out vec4 out_radiance;
layout(location = 1) out uint out_outline;  // 1 / z in the upper 24 bits, luminance y / (y + white) in the lower 8

void put_out(vec3 radiance, float inverse_z) {
    vec3 l = clamp(radiance, 0.0, 65504.0);
    float y = luminance(l);
    out_radiance = vec4(l, 1.0);
    out_outline = (floatBitsToUint(inverse_z) & 0xffffff00u) | uint(255.0 * y / (y + white) + 0.5);
}
