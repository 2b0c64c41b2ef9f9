// What a coarse pixel knows of its surface and of the light that reaches it, packed into one texel: reading one wide
// texel costs software rendering less than reading two narrow ones.
// x: bits of 1 / z; y: share of the surroundings' light, 10 bits each of r, g, b; z: share of four suns, 8 bits each.
// With PROBES y is the root of the share, since most places get little of the greatest light, and w is what mirrors ask:
// how much things leave open, and the root of a quarter of how bright it is here over the middle of the enclosure; then
// how much of the share things in the way send back.

uint packed_share(vec3 share) {
    uvec3 s = uvec3(clamp(share, 0.0, 1.0) * 1023.0 + 0.5);
    return s.r | s.g << 10 | s.b << 20;
}

// By way of signed integers, which processors can convert.
vec3 unpacked_share(uint s) {  // 0..1023
    return vec3(ivec3(int(s & 1023u), int(s >> 10 & 1023u), int(s >> 20 & 1023u)));
}
