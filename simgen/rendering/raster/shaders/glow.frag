#version 330 core
// Light of a few lamps that the air before a surface scatters towards the camera, at a quarter of the resolution:
// single scattering, summed over the part of the ray that a lamp's cone cuts out, at points of equal angles as seen
// from the lamp (Kulla and Fajardo, "Importance sampling techniques for path tracing in participating media", 2012).
// Compiled for COUNT lamps. Bodies do not block it.
#include "common.glsl"
#include "fog.glsl"
#include "ray.glsl"

uniform sampler2D normal_depth;
uniform float spacing;           // image pixels for each pixel of this pass
uniform vec2 last_px;            // of the image
uniform float farthest_m;        // where a ray to the sky is cut off
uniform mat4 lamp_from_camera[COUNT];
uniform vec4 lamp_rgb[COUNT];    // candela along the axis; w: height above the fog's base
uniform vec4 lamp_cone[COUNT];   // falloff: scale, shift, 1 where it is a cosine; cosine of the outer angle
#ifdef BEAMS
uniform float lamp_beam[COUNT];  // pattern, see beam.glsl
#include "beam.glsl"
#endif
layout(location = 0) out vec4 out_glow;

const int STEPS = 12;  // even

#ifdef BEAMS
// Patterns of beams are far finer than even steps. Steps grow from where along the ray, told by angles from `low` to
// `high` as seen from the lamp, a beam is brightest, or nearly: nearest to its axis, or at the cut-off of a low beam. As in
// `pathtrace/air.py`.
struct Arc { vec3 o, d; float middle, off, low, high; };

vec3 seen_at(Arc arc, float angle) { return arc.o + arc.d * (arc.middle + arc.off * tan(angle)); }

float nearest_to_axis(Arc arc) {
    float b = dot(arc.o, arc.d), along = (arc.d.x * dot(arc.o, arc.o) - arc.o.x * b) / (arc.o.x - arc.d.x * b);
    float best = clamp(atan((along - arc.middle) / arc.off), arc.low, arc.high), most = normalize(seen_at(arc, best)).x;
    float first = normalize(seen_at(arc, arc.low)).x, last = normalize(seen_at(arc, arc.high)).x;
    if (max(first, last) <= most) return best;  // else it is the farthest
    return first > last ? arc.low : arc.high;
}

float at_cut_off(Arc arc, float beam) {
    float low = arc.low, high = arc.high;
    float first = under_cut(beam_angles(seen_at(arc, low), beam)), last = under_cut(beam_angles(seen_at(arc, high), beam));
    if (first * last >= 0.0) return abs(first) < abs(last) ? low : high;
    for (int k = 0; k < 10; ++k) {
        float between = 0.5 * (low + high);
        if (under_cut(beam_angles(seen_at(arc, between), beam)) * first > 0.0) low = between; else high = between;
    }
    return 0.5 * (low + high);
}

float peak_of(Arc arc, float beam) {
    float axis = nearest_to_axis(arc);
    if (beam > 1.5) return axis;
    float edge = at_cut_off(arc, beam);  // where half of the light is left
    float there = 2.0 * beam_share(normalize(seen_at(arc, edge)), beam);
    return there > beam_share(normalize(seen_at(arc, axis)), beam) ? edge : axis;
}
#endif

// Part of a ray inside a cone about +x of half angle below a right angle; y below x where there is none.
vec2 in_cone(vec3 o, vec3 d, float c, float end) {
    float c2 = c * c, a = d.x * d.x - c2, b = d.x * o.x - c2 * dot(d, o), e = o.x * o.x - c2 * dot(o, o);
    float root2 = b * b - a * e;
    if (root2 <= 0.0) return vec2(0.0, -1.0);
    float root = sqrt(root2), k = abs(a) > 1e-6 ? 1.0 / a : 0.0;
    float first = min((-b - root) * k, (-b + root) * k), second = max((-b - root) * k, (-b + root) * k);
    // The double cone's inside lies between the roots or beyond both; only its half ahead shines.
    if (a < 0.0) return o.x + first * d.x > 0.0 ? vec2(max(first, 0.0), min(second, end)) : vec2(0.0, -1.0);
    return d.x > 0.0 ? vec2(max(second, 0.0), end) : vec2(0.0, min(first, end));
}

void main() {
    vec2 px = min((floor(gl_FragCoord.xy) + 0.5) * spacing, last_px);
    vec3 slot = ray_at(px - 0.5), ray = ahead_of(slot);
    float z = texelFetch(normal_depth, ivec2(px), 0).w, stretch = length(ray), climb = dot(camera_up, ray) / stretch;
    float end = isnan(z) ? farthest_m : min(z * stretch, farthest_m);
    vec3 ahead = ray / stretch, sum = vec3(0.0);
    float eye = EYE_HEIGHT(slot);
    for (int i = 0; i < COUNT; ++i) {
        vec3 o = FROM_EYE(lamp_from_camera[i], slot), d = mat3(lamp_from_camera[i]) * ahead;
        vec2 part = lamp_cone[i].w > 0.05 ? in_cone(o, d, lamp_cone[i].w, end) : vec2(0.0, end);
        float middle = -dot(o, d), off = max(length(o + d * middle), 0.02);
        float low = atan((part.x - middle) / off), high = atan((part.y - middle) / off);
        float step = (high - low) / float(STEPS), total = 0.0;
#ifdef BEAMS
        Arc arc = Arc(o, d, middle, off, low, high);
        float peak = lamp_beam[i] != 0.0 ? peak_of(arc, lamp_beam[i]) : low;
#endif
        for (int k = 0; k < STEPS; ++k) {
            float angle = low + step * (float(k) + 0.5), weight = 1.0;
#ifdef BEAMS
            if (lamp_beam[i] != 0.0) {  // half of the steps on either side of the peak, at growing squares
                float u = (float(k / 2) + 0.5) * 2.0 / float(STEPS), side = (k & 1) == 0 ? low - peak : high - peak;
                angle = peak + side * u * u;
                weight = 4.0 * u * abs(side) / (high - low);
            }
#endif
            float s = middle + off * tan(angle);
            vec3 p = o + d * s;
            float apart = max(length(p), 1e-3), height = eye + climb * s;
            float x = clamp(p.x / apart * lamp_cone[i].x + lamp_cone[i].y, 0.0, 1.0);
            float shine = lamp_cone[i].z > 0.5 ? x : x * x * (3.0 - 2.0 * x);
#ifdef BEAMS
            shine *= beam_share(p / apart, lamp_beam[i]);
#endif
            float depth = optical_depth(eye, height, s) + optical_depth(lamp_rgb[i].w, height, apart);
            float here = fog.y > 0.0 ? density(height) : 1.0;
            // Of the way that light goes on, from lamp to air to camera.
            total += weight * shine * here * exp(-depth) * scattered(-dot(p, d) / apart);
        }
        sum += part.y > part.x ? lamp_rgb[i].rgb * (total * step / off * fog.x) : vec3(0.0);
    }
    out_glow = vec4(min(sum, 65024.0), 1.0);
}
