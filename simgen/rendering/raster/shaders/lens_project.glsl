// Where a lens shows a point, for the bounds of triangles alone: pixel, and angle off the axis (PANORAMA: below the
// horizon). Beyond what the picture shows the radius goes on growing, so that bounds stay bounds.
uniform vec4 lens_image;       // image plane -> pixel: xy scale, zw shift
#ifndef PANORAMA
uniform sampler2D lens_table;  // by the angle off the axis, 0 to pi: radius, and the most that its image of a great circle bends
uniform vec3 lens_skew;        // p1, p2 of a Brown-Conrady lens; angle up to which they are known
#endif

// Of a vector's two parts, the first not negative. A graphics card's own may be known to a few ten-thousandths only, which
// would be a third of a pixel; this one is to single precision (Moshier, Cephes, atanf).
float angle_of(float across, float ahead) {
    float side = abs(ahead), least = min(side, across), most = max(side, across), t = least / max(most, 1e-30);
    bool large = t > 0.41421356;
    t = large ? (t - 1.0) / (t + 1.0) : t;
    float s = t * t;
    float angle = (((8.05374449538e-2 * s - 1.38776856032e-1) * s + 1.99777106478e-1) * s - 3.33329491539e-1) * s * t + t;
    angle += large ? 0.785398163 : 0.0;
    angle = across > side ? 1.570796327 - angle : angle;
    return ahead < 0.0 ? 3.141592654 - angle : angle;
}

#ifndef PANORAMA
uniform vec2 lens_beside;      // place on the aperture, see lens.py: of a plane in focus, or of a sphere
uniform float lens_sphere;
#endif
// Where the lens's middle sees what is shown of a point from beside it.
vec3 from_middle(vec3 p) {
#ifdef PANORAMA
    return p;
#else
    vec3 towards = normalize(p);
    float ahead = dot(towards.xy, lens_beside);
    float to_sphere = sqrt(max(ahead * ahead + 1.0 - dot(lens_beside, lens_beside), 0.0)) - ahead;
    return lens_sphere > 0.5 ? vec3(lens_beside, 0.0) + to_sphere * towards : vec3(p.xy + p.z * lens_beside, p.z);
#endif
}

// Of a point as the middle sees it.
vec3 lens_project(vec3 p) {
#ifdef PANORAMA
    float around = angle_of(abs(p.x), p.z), below = angle_of(abs(p.y), length(p.xz));
    below = p.y < 0.0 ? -below : below;
    return vec3(vec2(p.x < 0.0 ? -around : around, below) * lens_image.xy + lens_image.zw, below);
#else
    float across = length(p.xy), angle = angle_of(across, p.z);
    int last = textureSize(lens_table, 0).x - 1;
    float at = angle / 3.14159265358979 * float(last), before = min(floor(at), float(last - 1));
    float inner = texelFetch(lens_table, ivec2(int(before), 0), 0).x;
    float outer = texelFetch(lens_table, ivec2(int(before) + 1, 0), 0).x;
    vec2 towards = p.xy / max(across, 1e-30), flat_xy = towards * tan(min(angle, lens_skew.z));
    vec2 skewed = 2.0 * lens_skew.xy * flat_xy.x * flat_xy.y + lens_skew.yx * (dot(flat_xy, flat_xy) + 2.0 * flat_xy * flat_xy);
    return vec3((towards * mix(inner, outer, at - before) + skewed) * lens_image.xy + lens_image.zw, angle);
#endif
}
