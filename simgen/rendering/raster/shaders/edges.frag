#version 330 core
// Marks, by depth 0, the pixels to smooth: those where the depths show an edge, so that print stays sharp, and the
// brightness a step. A mark in the depth buffer lets software rendering skip all other pixels; a branch would not.
uniform usampler2D outline;  // see output.glsl
uniform vec2 texel;
uniform vec2 inner;  // centre of the last pixel that has a neighbour on every side

void main() {
    vec2 uv = clamp(gl_FragCoord.xy, vec2(1.5), inner) * texel;
    uint m = textureLod(outline, uv, 0.0).r;
    uint s = textureLod(outline, uv - vec2(0.0, texel.y), 0.0).r, n = textureLod(outline, uv + vec2(0.0, texel.y), 0.0).r;
    uint w = textureLod(outline, uv - vec2(texel.x, 0.0), 0.0).r, e = textureLod(outline, uv + vec2(texel.x, 0.0), 0.0).r;
    int tone = int(m & 255u);
    ivec4 around = ivec4(uvec4(s, n, w, e) & 255u);
    int least = min(tone, min(min(around.x, around.y), min(around.z, around.w)));
    int most = max(tone, max(max(around.x, around.y), max(around.z, around.w)));
    // Over a plane 1/z changes evenly from pixel to pixel; a step or a crease breaks that.
    float z = uintBitsToFloat(m & 0xffffff00u);
    vec4 other = uintBitsToFloat(uvec4(s, n, w, e) & 0xffffff00u);
    float bent = max(abs(other.x + other.y - 2.0 * z), abs(other.z + other.w - 2.0 * z));
    bool marked = float(most - least) > max(5.0, 0.08 * float(most)) && bent > 5e-4 * z;
    gl_FragDepth = marked ? 0.0 : 1.0;
}
