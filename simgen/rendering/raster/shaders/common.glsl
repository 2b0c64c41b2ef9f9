const float PI = 3.14159265358979;

float luminance(vec3 rgb) {  // Rec. 709
    return dot(rgb, vec3(0.2126, 0.7152, 0.0722));
}

// Latitude-longitude texture coordinate of a direction: u = 0.5 at azimuth 0, growing towards +Y; v = 0 straight up.
vec2 latlong(vec3 d) {
    return vec2(atan(d.y, d.x) / (2.0 * PI) + 0.5, acos(clamp(d.z, -1.0, 1.0)) / PI);
}
