// A surface as light passes see it: metallic-roughness as in glTF 2.0, Burley's diffuse law + GGX with Schlick's Fresnel
// term and Smith's shadowing and masking, each on its own (Walter et al., EGSR 2007), as the path tracer has them: where
// both are strong, an oncoming lamp low over a rough road, the height-correlated form sends four times as much. In the
// camera's frame.
#include "gbuffer.glsl"

const float UNMIRRORED = 0.93;  // of the colour of what is no metal, in the mean: the path tracer keeps as much

struct Surface {
    vec3 n, v;       // shading normal, towards the camera
    float n_v;
    vec3 f0;         // reflectance at normal incidence
    vec3 base;       // colour of what is no metal
    vec3 diffuse;    // what is left of it for Burley's part
    vec3 specular;   // share of light from all around that GGX reflects
    float roughness;
    float cover;     // what is not covered shows what lies behind
#ifdef COAT
    vec3 coat_n;     // normal without the base's normal map
    float coat_n_v;
    float coat;      // share of light from all around that the coat reflects
    float coat_share, coat_roughness;
    float under;     // what the coat leaves to what lies under it
    float f90;       // reflectance of what lies under it at grazing incidence
#endif
};

// Share of light that GGX reflects, as scale and bias on F0: fitted to its integral, from which their sum is off by 0.026
// and the bias by 0.016 in the root mean square over all angles and roughnesses.
vec2 split_sum(float roughness, float n_v) {
    float x = 1.0 - n_v, x2 = x * x, r = roughness, r2 = r * r;
    float bias = 1.0158 * x2 * x2 * x * exp2(r2 * (6.4384 - 17.3555 * x));
    float all = 1.0 + r2 * (n_v * (0.3178 + 0.3506 * n_v) - 0.8199 + r * (0.4619 - n_v * (0.1219 * n_v + 0.932)));
    return vec2(all - bias, bias);
}

#ifdef COAT
uniform vec2 coats[64];  // by slot of the finish: how much of the surface is coated, roughness

// Clear coat as in glTF's KHR_materials_clearcoat: a second GGX lobe of F0 = 4 % over a base that gets what it leaves.
// Where the base is no metal it has the coat's refractive index, and mirrors nothing of its own under it (Guy and
// Agopian, "Physically based rendering in Filament", 2018, section 4.9.3).
void put_coat(inout Surface s, uvec4 texel, vec3 n) {
    int slot = int(texel.w >> 24);
    float metallic = from_shorts(texel.z).y;
    vec2 coat = coats[slot & 63] * float(slot < 64);
    s.coat_n = n;
    s.coat_n_v = clamp(dot(n, s.v), 1e-3, 1.0);
    s.coat_share = coat.x;
    s.coat_roughness = clamp(coat.y, 0.045, 1.0);
    vec2 reflected = split_sum(s.coat_roughness, s.coat_n_v);
    s.coat = s.coat_share * (0.04 * reflected.x + reflected.y);
    s.under = 1.0 - s.coat;
    s.f90 = mix(1.0 - s.coat_share, 1.0, metallic);
    s.f0 -= 0.04 * (1.0 - metallic) * s.coat_share;
    vec2 below = split_sum(s.roughness, s.n_v);
    vec3 all = 1.0 - s.specular;
    s.specular = (s.f0 * below.x + s.f90 * below.y) * s.under;
    s.diffuse *= (s.under - s.specular) / max(all, 1e-3);
}

// What the coat adds for each lux on a plane facing a small light, times pi; `widened` by the light's size.
float coat_reflection(Surface s, vec3 direction, float widened) {
    float alpha = min(s.coat_roughness * s.coat_roughness + widened, 1.0), a2 = alpha * alpha;
    float v_l = dot(s.v, direction), n_v = s.coat_n_v, n_l = clamp(dot(s.coat_n, direction), 0.0, 1.0);
    float inverse = inversesqrt(max(2.0 + 2.0 * v_l, 1e-6));
    float n_h = min((n_v + n_l) * inverse, 1.0), v_h = clamp((1.0 + v_l) * inverse, 0.0, 1.0);
    float q = (n_h * a2 - n_h) * n_h + 1.0;
    float g = 0.5 * (n_l + sqrt(n_l * n_l * (1.0 - a2) + a2)) * (n_v + sqrt(n_v * n_v * (1.0 - a2) + a2));
    float x = 1.0 - v_h, x2 = x * x;
    return s.coat_share * (0.04 + 0.96 * x2 * x2 * x) * n_l * a2 * 0.5 / max(q * q * g, 1e-9);
}
#endif

// From what the geometry pass left.
Surface surface_of(uvec4 texel, vec3 ray) {
    Surface s;
    vec3 root = low_bytes(texel.w), albedo = root * root;
    vec2 rough_metallic = from_shorts(texel.z);
    float metallic = rough_metallic.y, top = float(int(texel.w >> 24));
    s.roughness = clamp(rough_metallic.x, 0.045, 1.0);  // below it, highlights alias away
    s.n = unfolded(from_shorts(texel.y) * 2.0 - 1.0);
    s.v = -normalize(ray);
    s.n_v = clamp(dot(s.n, s.v), 1e-3, 1.0);
    s.f0 = mix(vec3(0.04), albedo, metallic);
    vec2 reflected = split_sum(s.roughness, s.n_v);
    s.specular = s.f0 * reflected.x + reflected.y;
    s.cover = top < 63.5 ? 1.0 : (top - 64.0) / 191.0;  // below 64: a slot of its finish
    s.base = albedo * ((1.0 - metallic) * s.cover);
    s.diffuse = UNMIRRORED * s.base;
    return s;
}

// What a rough surface sends of a small light, over what Lambert's law says: more back to where the light comes from
// (Burley, "Physically based shading at Disney", SIGGRAPH 2012, section 5.3), as the path tracer has it.
float retro_reflected(Surface s, float n_l, float v_h) {
    float from = 1.0 - n_l, to = 1.0 - s.n_v, from2 = from * from, to2 = to * to;
    float l5 = from2 * from2 * from, v5 = to2 * to2 * to, back = 2.0 * s.roughness * v_h * v_h;
    return (1.0 - 0.5 * l5) * (1.0 - 0.5 * v5) + back * (l5 + v5 + l5 * v5 * (back - 1.0));
}

// Radiance for each of light that comes from all around. Burley's formula summed over all directions, its mixed term
// rounded, makes light of white at grazing angles and loses some head-on: the whiter a colour, the more it gets just
// what is not mirrored, so that white sends on all that arrives.
vec3 diffuse_from_around(Surface s) {
    float to = 1.0 - s.n_v, to2 = to * to, v5 = to2 * to2 * to, r = s.roughness;
    float back = r * (v5 * (1.0 + 0.667 * s.n_v) + (1.0 + 0.25 * s.n_v + v5 * (1.3 * r - 1.0)) / 21.0);
    vec3 white = s.base * s.base;
#ifdef COAT
    vec3 left = s.under - s.specular;
#else
    vec3 left = 1.0 - s.specular;
#endif
    return mix(s.diffuse * (0.976 * (1.0 - 0.5 * v5) + back), s.base * left, white * white);
}

// What GGX sends for each lux on the surface itself, times pi, of a small light: cosines between it and eye, and normal.
vec3 mirrored_from(Surface s, float v_l, float n_l, float alpha) {
    float a2 = alpha * alpha, root_v = sqrt(s.n_v * s.n_v * (1.0 - a2) + a2);
    float inverse = inversesqrt(max(2.0 + 2.0 * v_l, 1e-6));
    float n_h = min((s.n_v + n_l) * inverse, 1.0), v_h = clamp((1.0 + v_l) * inverse, 0.0, 1.0);
    float q = (n_h * a2 - n_h) * n_h + 1.0, g = 0.5 * (n_l + sqrt(n_l * n_l * (1.0 - a2) + a2)) * (s.n_v + root_v);
    float x = 1.0 - v_h, x2 = x * x, x5 = x2 * x2 * x;
    float lobe = a2 * 0.5 / (max(q * q * g, 1e-9));
#ifdef COAT
    return (s.f0 + (s.f90 - s.f0) * x5) * (lobe * s.under);
#endif
    return (s.f0 + (1.0 - s.f0) * x5) * lobe;
}

// Radiance for each lux on the surface itself, times pi, from a small light in a direction.
vec3 reflection(Surface s, vec3 direction, float n_l, float alpha) {
    float v_l = dot(s.v, direction);
    float v_h = clamp((1.0 + v_l) * inversesqrt(max(2.0 + 2.0 * v_l, 1e-6)), 0.0, 1.0);
    return s.diffuse * retro_reflected(s, n_l, v_h) + mirrored_from(s, v_l, n_l, alpha);
}
