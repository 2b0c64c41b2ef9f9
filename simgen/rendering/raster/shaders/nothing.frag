#version 330 core
// What the label buffers hold where no surface is hit: NaN everywhere, id 0.
layout(location = 0) out vec4 out_normal_depth;
layout(location = 1) out vec4 out_object_id;
layout(location = 2) out vec4 out_albedo;
layout(location = 3) out vec4 out_shading;
#ifdef EXTRA
layout(location = 4) out vec4 out_extra;
#endif

void main() {
    float nan = uintBitsToFloat(0x7fc00000u);
    out_normal_depth = vec4(nan);
    out_object_id = vec4(nan, nan, nan, 0.0);
    out_albedo = vec4(0.0);
    out_shading = vec4(0.0);
#ifdef EXTRA
    out_extra = vec4(nan, nan, nan, 0.0);
#endif
}
