// A surface as light passes see it: metallic-roughness as in glTF 2.0, Lambert + GGX with height-correlated Smith
// shadowing (Heitz, JCGT 2014) and Schlick's Fresnel term. In the camera's frame.

struct Surface {
    vec3 n, v;       // shading normal, towards the camera
    float n_v;
    vec3 f0;         // reflectance at normal incidence
    vec3 diffuse;    // what is left for the Lambert part
    vec3 specular;   // share of light from all around that GGX reflects
    float roughness;
    float cover;     // what is not covered shows what lies behind
};

// Share of light that GGX reflects, as scale and bias on F0 (Karis, "Physically based shading on mobile", 2014).
vec2 split_sum(float roughness, float n_v) {
    const vec4 c0 = vec4(-1.0, -0.0275, -0.572, 0.022), c1 = vec4(1.0, 0.0425, 1.04, -0.04);
    vec4 r = roughness * c0 + c1;
    float a = min(r.x * r.x, exp2(-9.28 * n_v)) * r.x + r.y;
    return vec2(-1.04, 1.04) * a + r.zw;
}

// From the targets of the geometry pass: colour's root, shading normal folded with roughness and metallic.
Surface surface_of(vec4 base, vec4 bent, vec3 ray) {
    Surface s;
    vec3 albedo = base.rgb * base.rgb;
    float metallic = bent.a;
    s.roughness = clamp(bent.b, 0.045, 1.0);  // below it, highlights alias away
    s.n = unfolded(bent.xy * 2.0 - 1.0);
    s.v = -normalize(ray);
    s.n_v = clamp(dot(s.n, s.v), 1e-3, 1.0);
    s.f0 = mix(vec3(0.04), albedo, metallic);
    s.diffuse = albedo * (1.0 - metallic);
    vec2 reflected = split_sum(s.roughness, s.n_v);
    s.specular = s.f0 * reflected.x + reflected.y;
    s.diffuse *= 1.0 - s.specular;
    s.cover = base.a * 255.0 < 63.5 ? 1.0 : (base.a * 255.0 - 64.0) / 191.0;  // below 64: a slot of the emissive table
    s.diffuse *= s.cover;
    return s;
}

// Radiance for each lux on the surface itself, times pi, from a small light in a direction.
vec3 reflection(Surface s, vec3 direction, float n_l, float alpha) {
    float a2 = alpha * alpha, root_v = sqrt(s.n_v * s.n_v * (1.0 - a2) + a2);
    float v_l = dot(s.v, direction);
    float inverse = inversesqrt(max(2.0 + 2.0 * v_l, 1e-6));
    float n_h = min((s.n_v + n_l) * inverse, 1.0), v_h = clamp((1.0 + v_l) * inverse, 0.0, 1.0);
    float q = (n_h * a2 - n_h) * n_h + 1.0, g = n_l * root_v + s.n_v * sqrt(n_l * n_l * (1.0 - a2) + a2);
    float x = 1.0 - v_h, x2 = x * x, x5 = x2 * x2 * x;
    float lobe = a2 * 0.5 / (max(q * q * g, 1e-9));
    return s.diffuse + (s.f0 + (1.0 - s.f0) * x5) * lobe;
}
