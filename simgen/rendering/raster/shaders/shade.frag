#version 330 core
// Light pass: linear radiance (cd/m2) of every pixel from the surface that the geometry pass left.
// Metallic-roughness as in glTF 2.0: Lambert + GGX with height-correlated Smith shadowing (Heitz, JCGT 2014)
// and Schlick's Fresnel term; surroundings light by spherical harmonics and a prefiltered map.
// Compiled for a number of SUNS and, where a scene has lamps, for EMISSIVE surfaces. In the camera's frame.
#include "common.glsl"
#include "packing.glsl"

uniform sampler2D normal_depth;
uniform sampler2D albedo_slot;
uniform sampler2D shading_surface;
uniform usampler2D shares;
uniform sampler2D prefiltered;

uniform vec4 texel;              // of a target of the image's size, of `shares`
uniform float spacing;           // image pixels for each pixel of `shares`
uniform vec4 ray_of_pixel;       // pixel centre -> camera x, y at z = 1: xy scale, zw shift
uniform mat3 R_map_camera;
uniform sampler2D irradiance;    // octahedral, of the surroundings without their suns, divided by pi, map frame
uniform vec3 mirror;             // map units -> cd/m2, 1 / size of `prefiltered`
uniform vec2 level_of;           // root of roughness -> level of `prefiltered`: scale, shift
#if SUNS > 0
uniform vec3 sun_direction[SUNS];  // towards the light
uniform vec3 sun_color[SUNS];      // lux
#endif
#ifdef EMISSIVE
uniform vec3 emissive[64];
#endif
#include "output.glsl"

// Outermost texels lie on the fold of the octahedron, so that filtering needs no neighbour beyond them.
vec3 ambient(vec3 d) {
    const float SIDE = 32.0;
    return textureLod(irradiance, folded(d) * (0.5 - 0.5 / SIDE) + 0.5, 0.0).rgb;
}

// Share of light that GGX reflects, as scale and bias on F0 (Karis, "Physically based shading on mobile", 2014).
vec2 split_sum(float roughness, float n_v) {
    const vec4 c0 = vec4(-1.0, -0.0275, -0.572, 0.022), c1 = vec4(1.0, 0.0425, 1.04, -0.04);
    vec4 r = roughness * c0 + c1;
    float a = min(r.x * r.x, exp2(-9.28 * n_v)) * r.x + r.y;
    return vec2(-1.04, 1.04) * a + r.zw;
}

vec3 mirrored(vec3 d, float roughness) {
    float level = floor(sqrt(roughness) * level_of.x + level_of.y), first = level < 0.5 ? 0.0 : 64.0 + 64.0 * level;
    float inner = level < 0.5 ? 63.5 : 31.5;  // half of the tile less its outermost texels' half
    return textureLod(prefiltered, (vec2(first, 0.0) + folded(d) * inner + inner + 0.5) * mirror.yz, 0.0).rgb * mirror.x;
}

void main() {
    vec2 uv = gl_FragCoord.xy * texel.xy;
    vec4 label = textureLod(normal_depth, uv, 0.0), base = textureLod(albedo_slot, uv, 0.0);
    vec4 bent = textureLod(shading_surface, uv, 0.0);
    vec3 ray = vec3((gl_FragCoord.xy - 0.5) * ray_of_pixel.xy + ray_of_pixel.zw, 1.0);

    // Of the four nearest pixels of `shares`, those on the plane of this one.
    float plane = dot(label.xyz, ray) * label.w, weight = 1e-9;
    vec2 cell = floor(gl_FragCoord.xy / spacing), corner = (cell + 0.5) * texel.zw;
    vec2 past = gl_FragCoord.xy - 0.5 - cell * spacing, beside = mix(vec2(0.02), vec2(1.0), past);  // past is 0 or 1
    vec3 share = vec3(0.0);  // of the surroundings' light, what arrives here
    vec4 lit = vec4(0.0);    // of each sun's light
    for (int i = 0; i < 4; ++i) {
        vec2 step = vec2(i & 1, i >> 1);
        uvec4 there = textureLod(shares, corner + step * texel.zw, 0.0);
        float off = OFF_PLANE(uintBitsToFloat(there.x), (ray + vec3((step * spacing - past) * ray_of_pixel.xy, 0.0)));
        off /= ray_of_pixel.x;
        float w = ((i & 1) == 1 ? beside.x : 1.0) * (i > 1 ? beside.y : 1.0) / (1.0 + 4.0 * off * off);
        share += unpacked_share(there.y) * w;
#if SUNS > 0
        lit += vec4(there.z & 255u, there.z >> 8 & 255u, there.z >> 16 & 255u, there.z >> 24) * w;
#endif
        weight += w;
    }
    share *= 1.0 / (1023.0 * weight);
    lit *= 1.0 / (255.0 * weight);

    vec3 albedo = base.rgb * base.rgb;
    float metallic = bent.a, roughness = clamp(bent.b, 0.045, 1.0);  // below it, highlights alias away
    vec3 n = unfolded(bent.xy * 2.0 - 1.0), v = -normalize(ray);
    float n_v = clamp(dot(n, v), 1e-3, 1.0);
    vec3 f0 = mix(vec3(0.04), albedo, metallic), diffuse = albedo * (1.0 - metallic);
    vec2 reflected = split_sum(roughness, n_v);
    vec3 specular = f0 * reflected.x + reflected.y;
    diffuse *= 1.0 - specular;

    vec3 n_map = R_map_camera * n, v_map = R_map_camera * v;
    vec3 l = diffuse * ambient(n_map) * share;
    float visible = min(luminance(share), 1.0);
    // Lagarde and de Rousiers, "Moving Frostbite to physically based rendering", 2014, section 4.10.2.
    float open = clamp(pow(n_v + visible, exp2(-16.0 * roughness - 1.0)) - 1.0 + visible, 0.0, 1.0);
    l += specular * mirrored(2.0 * dot(n, v) * n_map - v_map, roughness) * open;

#if SUNS > 0
    float alpha = roughness * roughness, a2 = alpha * alpha, root_v = sqrt(n_v * n_v * (1.0 - a2) + a2);
    for (int i = 0; i < SUNS; ++i) {
        vec3 direction = sun_direction[i];
        float n_l = clamp(dot(n, direction), 0.0, 1.0), v_l = dot(v, direction);
        float inverse = inversesqrt(max(2.0 + 2.0 * v_l, 1e-6));
        float n_h = min((n_v + n_l) * inverse, 1.0), v_h = clamp((1.0 + v_l) * inverse, 0.0, 1.0);
        float q = (n_h * a2 - n_h) * n_h + 1.0, g = n_l * root_v + n_v * sqrt(n_l * n_l * (1.0 - a2) + a2);
        float x = 1.0 - v_h, x2 = x * x, x5 = x2 * x2 * x;
        float lobe = a2 * 0.5 / (max(q * q * g, 1e-9));
        l += sun_color[i] * (n_l * lit[i] / PI) * (diffuse + (f0 + (1.0 - f0) * x5) * lobe);
    }
#endif
#ifdef EMISSIVE
    l += emissive[int(base.a * 255.0 + 0.5)];
#endif
    put_out(l, 1.0 / label.w);
}
