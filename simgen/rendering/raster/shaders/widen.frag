#version 330 core
// A tile of the prefiltered map from a smaller one at the same place of another texture. Of both, the outermost texels
// lie on the fold.
uniform sampler2D small;
uniform vec3 tile;  // first column, width of the small one, width
uniform vec2 texel;
layout(location = 0) out vec4 out_radiance;

void main() {
    vec2 first = vec2(tile.x + 0.5, 0.5), at = (gl_FragCoord.xy - first) * ((tile.y - 1.0) / (tile.z - 1.0));
    out_radiance = textureLod(small, (at + first) * texel, 0.0);
}
