// Which pixels a floor's mirror image is shown at: its own, and those of what lies flush with it.
uniform vec4 mirror_floor;  // normal, camera frame; instance id
uniform vec4 mirror_flush;  // instance ids

bool on_mirror(float id, vec3 n) {
    return (id == mirror_floor.w || any(equal(vec4(id), mirror_flush))) && dot(n, mirror_floor.xyz) >= 0.99;
}
