// Light on a surface in an enclosure from probes around it, see `probe_grid.py`: six slabs of a texture along its z.
uniform sampler3D probes;
uniform mat4 box_from_camera;  // camera -> 0..1 in the enclosure
uniform mat3 R_world_camera;
uniform vec3 probe_fade;       // from the box outwards -> 1 where it has no say any more
uniform vec3 probe_scale, probe_shift, probe_edge;  // box -> texture; half a texel
uniform float probe_bias, probe_light;
uniform vec3 outside[6], middle[6];
uniform sampler2D irradiance;  // more than any surface gets, by its normal, octahedral

vec3 of_six(vec3 more, vec3 less, vec3 a, vec3 b, vec3 c, vec3 d, vec3 e, vec3 f) {
    return a * more.x + b * more.y + c * more.z + d * less.x + e * less.y + f * less.z;
}

vec3 slab(vec3 uvw, float side) {
    return textureLod(probes, vec3(uvw.xy, (uvw.z + side) / 6.0), 0.0).rgb;
}

// What arrives at a surface, as a share of what `irradiance` says; `shine`: over what arrives at the middle.
vec3 probed(vec3 p, vec3 n_camera, out float shine) {
    vec3 n = R_world_camera * n_camera, more = 0.5 * (n * n + n), less = more - n;
    vec3 at = (box_from_camera * vec4(p + n_camera * probe_bias, 1.0)).xyz;
    float away = min(length(max(abs(at - 0.5) - 0.5, 0.0) * probe_fade), 1.0);
    vec3 uvw = clamp(at * probe_scale + probe_shift, probe_edge, 1.0 - probe_edge);
    vec3 light = probe_light * of_six(more, less, slab(uvw, 0.0), slab(uvw, 1.0), slab(uvw, 2.0),
                                      slab(uvw, 3.0), slab(uvw, 4.0), slab(uvw, 5.0));
    vec3 far = of_six(more, less, outside[0], outside[1], outside[2], outside[3], outside[4], outside[5]);
    vec3 here = of_six(more, less, middle[0], middle[1], middle[2], middle[3], middle[4], middle[5]);
    light = max(mix(light, far, away), 0.0);
    shine = luminance(light) / max(luminance(here), 1e-9);
    const float SIDE = 32.0;
    return light / max(textureLod(irradiance, folded(n) * (0.5 - 0.5 / SIDE) + 0.5, 0.0).rgb, 1e-9);
}
