// The surface that light passes shade, as the geometry pass leaves it: one wide texel costs software rendering less
// than several narrow ones. Conversions go by way of signed integers, which processors have an instruction for.
// x: instance id, which is read back alone; y: shading normal, folded; z: roughness, metallic, 16 bits each; w: root of
// the linear colour (finer steps in the dark) and, in the upper byte, emissive slot or cover (see surface.glsl), 8 bits each.

uint two_shorts(vec2 v) {  // 0..1
    ivec2 s = ivec2(clamp(v, 0.0, 1.0) * 65535.0 + 0.5);
    return uint(s.x | s.y << 16);
}

vec2 from_shorts(uint s) {
    return vec2(ivec2(int(s & 0xffffu), int(s >> 16))) * (1.0 / 65535.0);
}

uint four_bytes(vec4 v) {  // 0..1
    ivec4 b = ivec4(clamp(v, 0.0, 1.0) * 255.0 + 0.5);
    return uint(b.x | b.y << 8 | b.z << 16 | b.w << 24);
}

vec3 low_bytes(uint b) {
    return vec3(ivec3(int(b & 255u), int(b >> 8 & 255u), int(b >> 16 & 255u))) * (1.0 / 255.0);
}
