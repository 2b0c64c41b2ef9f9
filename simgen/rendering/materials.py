"""What every back end makes of a material: where it is cut out, and what a scene's override changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from simgen.geometry import Vec3
from simgen.records.asset import Material, Texture
from simgen.records.scene import MaterialOverride


def alpha_threshold(material: Material) -> float:
    """Return the opacity below which a point of the surface is not there, for labels as for pictures.

    `blend` is cut out at half its opacity: glass without a map stays whole, and keeps its labels.
    """
    return material.alpha_cutoff if material.alpha_mode == "mask" else 0.5 * material.alpha


def overridden(material: Material, override: MaterialOverride | None) -> Material:
    """Return a material as an object of a scene wears it.

    A base colour replaces colour and colour map (the map's opacity stays); a tint multiplies what is there then.
    Roughness and metallic replace factor and map.
    """
    if override is None:
        return material
    color, color_map = material.base_color_rgb, material.base_color_map
    if override.base_color_rgb is not None:
        color, color_map = override.base_color_rgb, _opacity_only(color_map)
    roughness, metallic, surface_map = _surface(material, override)
    return replace(
        material,
        base_color_rgb=_times(color, override.tint_rgb or (1.0, 1.0, 1.0)),
        base_color_map=color_map,
        roughness=roughness,
        metallic=metallic,
        metallic_roughness_map=surface_map,
    )


def _opacity_only(color_map: Texture | None) -> Texture | None:
    """Return a white map with the opacity of this one; None where it has none."""
    if color_map is None or color_map.pixels.shape[2] < 4:
        return None
    pixels = np.full_like(color_map.pixels, 255)
    pixels[..., 3] = color_map.pixels[..., 3]
    return Texture(pixels, color_map.srgb)


def _surface(material: Material, override: MaterialOverride) -> tuple[float, float, Texture | None]:
    """Return roughness, metallic and their map; where one of both is replaced, its channel becomes 255 = 1."""
    roughness = material.roughness if override.roughness is None else override.roughness
    metallic = material.metallic if override.metallic is None else override.metallic
    replaced = {1: override.roughness is not None, 2: override.metallic is not None}  # channels G and B
    surface_map = material.metallic_roughness_map
    if surface_map is None or not any(replaced.values()):
        return roughness, metallic, surface_map
    if all(replaced.values()):
        return roughness, metallic, None
    pixels = surface_map.pixels.copy()
    pixels[..., [channel for channel, gone in replaced.items() if gone]] = 255
    return roughness, metallic, Texture(pixels, surface_map.srgb)


def _times(a: Vec3, b: Vec3) -> Vec3:
    return (a[0] * b[0], a[1] * b[1], a[2] * b[2])
