// What of a surface its material says, which vertices have by number. Included where v_color and the like are declared.
uniform sampler2D materials;  // row 0: colour and opacity, row 1: metallic, roughness, cutoff, slot of its finish
// row 2: luminance of what an emissive map shines with, transmission of glass; for what needs MORE
uniform vec4 base_color_override;  // alpha 1 replaces the colour
uniform vec3 tint;
uniform float first_finish;
uniform vec2 surface_override;  // roughness, metallic; negative keeps the material's own

void take_material(int number) {
    vec4 color = texelFetch(materials, ivec2(number, 0), 0);
    v_color = vec4(mix(color.rgb, base_color_override.rgb, base_color_override.a) * tint, color.a);
    v_surface = texelFetch(materials, ivec2(number, 1), 0);
    v_surface.y = surface_override.x < 0.0 ? v_surface.y : surface_override.x;
    v_surface.x = surface_override.y < 0.0 ? v_surface.x : surface_override.y;
    v_surface.w += v_surface.w > 0.0 ? first_finish : 0.0;
#ifdef EXTRA
    v_part = float(number) + 1.0;
#endif
#ifdef MORE
    v_more = texelFetch(materials, ivec2(number, 2), 0);
#endif
}
