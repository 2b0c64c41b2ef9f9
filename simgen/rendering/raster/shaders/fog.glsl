// Fog by the formulas of simgen/rendering/fog.py. Heights are the world's, above the fog's base.
uniform vec3 fog;            // extinction (1/m), scale height (0: uniform), height of the camera
uniform vec3 camera_up;      // the world's z in the camera's frame
const float FORWARD = 0.75, DIFFUSED = 0.5;

float density(float z) { return exp(-max(z, 0.0) / fog.y); }

float column(float z) { return min(z, 0.0) + fog.y * (1.0 - density(z)); }

float optical_depth(float z0, float z1, float apart) {
    if (fog.y <= 0.0) return fog.x * apart;
    float rise = z1 - z0;
    bool level = abs(rise) < 0.02 * fog.y;  // wider than in fog.py: single precision
    return fog.x * apart * (level ? density(z0 + 0.5 * rise) : (column(z1) - column(z0)) / rise);
}

float optical_depth_to_sky(float z, float climb) {
    bool rising = fog.y > 0.0 && climb > 1e-6;
    return rising ? fog.x * (fog.y - column(z)) / climb : 1e9;
}

float scattered(float cosine) {
    float q = 1.0 + FORWARD * FORWARD - 2.0 * FORWARD * cosine;
    return (DIFFUSED + (1.0 - DIFFUSED) * (1.0 - FORWARD * FORWARD) / (q * sqrt(q))) / (4.0 * PI);
}
