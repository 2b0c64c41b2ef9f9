const float PI = 3.14159265358979;

float luminance(vec3 rgb) {  // Rec. 709
    return dot(rgb, vec3(0.2126, 0.7152, 0.0722));
}

// Latitude-longitude texture coordinate of a direction: u = 0.5 at azimuth 0, growing towards +Y; v = 0 straight up.
vec2 latlong(vec3 d) {
    return vec2(atan(d.y, d.x) / (2.0 * PI) + 0.5, acos(clamp(d.z, -1.0, 1.0)) / PI);
}

// Unit vectors as two numbers in -1..1 (Cigolle et al., "Survey of efficient representations", JCGT 2014: octahedral).
vec2 folded(vec3 n) {
    n /= abs(n.x) + abs(n.y) + abs(n.z);
    return n.z >= 0.0 ? n.xy : (1.0 - abs(n.yx)) * vec2(n.x >= 0.0 ? 1.0 : -1.0, n.y >= 0.0 ? 1.0 : -1.0);
}

vec3 unfolded(vec2 f) {
    vec3 n = vec3(f, 1.0 - abs(f.x) - abs(f.y));
    float t = max(-n.z, 0.0);
    n.xy += vec2(n.x >= 0.0 ? -t : t, n.y >= 0.0 ? -t : t);
    return normalize(n);
}
