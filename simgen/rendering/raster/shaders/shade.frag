#version 330 core
// Light pass: linear radiance (cd/m2) of every pixel from the surface that the geometry pass left.
// Metallic-roughness as in glTF 2.0: Lambert + GGX with height-correlated Smith shadowing (Heitz, JCGT 2014)
// and Schlick's Fresnel term; surroundings light by spherical harmonics and a prefiltered map.
#include "common.glsl"
#include "shadow.glsl"

uniform sampler2D normal_depth;
uniform sampler2D albedo_slot;
uniform sampler2D shading_surface;
uniform sampler2D soft_visibility;
uniform sampler2D prefiltered;
uniform sampler2D background;

uniform mat3 R_world_camera;
uniform vec3 eye_world;
uniform vec4 ray_of_pixel;       // pixel centre -> camera x, y at z = 1: xy scale, zw shift
uniform vec3 irradiance_sh[9];   // of the surroundings without their suns, divided by pi, world frame
uniform vec2 map_rotation;       // cos, sin of the map's turn about world Z
uniform float map_scale;         // map units -> cd/m2
uniform float last_level;        // of `prefiltered`: the level of roughness 1
uniform float background_scale;  // 0 where cameras do not see the map
uniform vec3 emissive[64];
uniform float white;             // luminance that tone-maps to one half, for the anti-aliasing that follows

layout(location = 0) out vec4 out_radiance;
layout(location = 1) out float out_tone;

// Ramamoorthi and Hanrahan, "An efficient representation for irradiance environment maps", SIGGRAPH 2001.
vec3 ambient(vec3 n) {
    vec3 e = irradiance_sh[0] + irradiance_sh[1] * n.y + irradiance_sh[2] * n.z + irradiance_sh[3] * n.x
        + irradiance_sh[4] * (n.x * n.y) + irradiance_sh[5] * (n.y * n.z) + irradiance_sh[6] * (3.0 * n.z * n.z - 1.0)
        + irradiance_sh[7] * (n.x * n.z) + irradiance_sh[8] * (n.x * n.x - n.y * n.y);
    return max(e, 0.0);
}

vec3 in_map(vec3 d) {
    return vec3(map_rotation.x * d.x + map_rotation.y * d.y, map_rotation.x * d.y - map_rotation.y * d.x, d.z);
}

// Share of light that GGX reflects, as scale and bias on F0 (Karis, "Physically based shading on mobile", 2014).
vec2 split_sum(float roughness, float n_v) {
    const vec4 c0 = vec4(-1.0, -0.0275, -0.572, 0.022), c1 = vec4(1.0, 0.0425, 1.04, -0.04);
    vec4 r = roughness * c0 + c1;
    float a = min(r.x * r.x, exp2(-9.28 * n_v)) * r.x + r.y;
    return vec2(-1.04, 1.04) * a + r.zw;
}

vec3 ggx(vec3 n, vec3 v, vec3 l, vec3 f0, float alpha) {
    vec3 h = normalize(v + l);
    float n_l = clamp(dot(n, l), 0.0, 1.0), n_v = max(dot(n, v), 1e-3), n_h = clamp(dot(n, h), 0.0, 1.0);
    float a2 = alpha * alpha;
    float q = (n_h * a2 - n_h) * n_h + 1.0;
    float d = a2 / (PI * q * q);
    float shadowing = n_l * sqrt(n_v * n_v * (1.0 - a2) + a2) + n_v * sqrt(n_l * n_l * (1.0 - a2) + a2);
    vec3 f = f0 + (1.0 - f0) * pow(1.0 - clamp(dot(v, h), 0.0, 1.0), 5.0);
    return f * (d * 0.5 / max(shadowing, 1e-6));
}

// Soft visibility of a full-resolution pixel: of the four nearest half-resolution ones, those on its surface.
vec3 soft_visibility_at(ivec2 at, vec4 label, vec3 p) {
    ivec2 corner = (at - 1 + (at & 1)) / 2, last = textureSize(soft_visibility, 0) - 1;
    vec3 sum = vec3(0.0);
    float weight = 0.0;
    for (int i = 0; i < 4; ++i) {
        ivec2 there = min(corner + ivec2(i & 1, i >> 1), last);
        vec4 other = texelFetch(normal_depth, there * 2, 0);
        float away = abs(dot(vec3(vec2(there * 2) * ray_of_pixel.xy + ray_of_pixel.zw, 1.0) * other.w - p, label.xyz));
        vec2 apart = abs(vec2(at - there * 2));
        float w = (2.0 - min(apart.x, 1.9)) * (2.0 - min(apart.y, 1.9));
        float differs = 150.0 * away / label.w + 8.0 * (1.0 - dot(other.xyz, label.xyz));
        w = isnan(other.w) ? 0.0 : w / (1.0 + 20.0 * differs * differs);
        sum += texelFetch(soft_visibility, there, 0).rgb * w;
        weight += w;
    }
    return weight > 0.0 ? sum / weight : vec3(1.0);
}

vec3 surface(ivec2 at, vec4 label, vec3 ray) {
    vec4 base = texelFetch(albedo_slot, at, 0);
    vec4 bent = texelFetch(shading_surface, at, 0);
    vec3 albedo = base.rgb * base.rgb;
    float metallic = bent.a, roughness = clamp(bent.b, 0.045, 1.0);  // below it, highlights alias away
    vec3 n = R_world_camera * unfolded(bent.xy * 2.0 - 1.0), n_geometric = R_world_camera * label.xyz;
    vec3 p = eye_world + R_world_camera * (ray * label.w);
    vec3 v = -normalize(R_world_camera * ray);
    float n_v = clamp(dot(n, v), 1e-3, 1.0);
    vec3 f0 = mix(vec3(0.04), albedo, metallic), diffuse = albedo * (1.0 - metallic);

    vec2 reflected = split_sum(roughness, n_v);
    vec3 specular = f0 * reflected.x + reflected.y;
    vec3 share = soft_visibility_at(at, label, ray * label.w);  // of the surroundings' light, what arrives here
    vec3 l = diffuse * (1.0 - specular) * ambient(n) * share;
    float visible = min(luminance(share), 1.0);
    vec3 mirrored = in_map(reflect(-v, n));
    vec3 seen = textureLod(prefiltered, latlong(mirrored), sqrt(roughness) * last_level).rgb * map_scale;
    // Lagarde and de Rousiers, "Moving Frostbite to physically based rendering", 2014, section 4.10.2.
    float open = clamp(pow(n_v + visible, exp2(-16.0 * roughness - 1.0)) - 1.0 + visible, 0.0, 1.0);
    l += specular * seen * open;

    for (int i = 0; i < sun_count; ++i) {
        vec3 direction = sun_direction[i].xyz;
        float n_l = dot(n, direction);
        float faces = min(n_l, dot(n_geometric, direction));
        float lit = sun_visibility(i, p, n_geometric) * float(faces > 0.0);
        vec3 response = diffuse * (1.0 - specular) / PI + ggx(n, v, direction, f0, roughness * roughness);
        l += sun_color[i] * (max(n_l, 0.0) * lit) * response;
    }
    return l + emissive[int(base.a * 255.0 + 0.5)];
}

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec4 label = texelFetch(normal_depth, at, 0);
    vec3 ray = vec3((gl_FragCoord.xy - 0.5) * ray_of_pixel.xy + ray_of_pixel.zw, 1.0);
    vec3 l;
    if (isnan(label.w)) {
        vec3 d = normalize(R_world_camera * ray);
        l = textureLod(background, latlong(in_map(d)), 0.0).rgb * background_scale;
    } else {
        l = surface(at, label, ray);
    }
    l = clamp(l, 0.0, 65504.0);
    float y = luminance(l);
    out_radiance = vec4(l, 1.0);
    out_tone = y / (y + white);
}
