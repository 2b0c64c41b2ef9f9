#version 330 core
// What the label buffers hold where no surface is hit: NaN everywhere, id 0. Below the image: the mark of the frame.
layout(location = 0) out vec4 out_normal_depth;
layout(location = 1) out uvec4 out_surface;
#ifdef EXTRA
layout(location = 2) out vec4 out_albedo_part;
layout(location = 3) out vec4 out_object;
#endif
uniform float nonce;
uniform float rows;  // of the image

void main() {
    bool marks = gl_FragCoord.y > rows;
    float nan = marks ? nonce : uintBitsToFloat(0x7fc00000u);
    out_normal_depth = vec4(nan);
    out_surface = uvec4(marks ? floatBitsToUint(nonce) : 0u);
#ifdef EXTRA
    out_albedo_part = vec4(nan, nan, nan, marks ? nonce : 0.0);
    out_object = vec4(nan);
#endif
}
