"""Water on a porous surface: it darkens, and a film on it mirrors.

Darker by Lekner and Dorf, "Why some things are darker when wet", Applied Optics 27, 1988: light that a rough surface
has sent back is in part thrown onto it again at the underside of the water. A clear coat stands for the film: it
mirrors 4 % at right angles where water has 2 %.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from simgen.colour import linear_from_srgb
from simgen.geometry import FloatArray, vec3
from simgen.records.asset import Material, Texture

_REFLECTED = 0.066  # by water, of light from all sides, from without (Lekner and Dorf, n = 1.33)
_THROWN_BACK = 1.0 - (1.0 - _REFLECTED) / 1.33**2  # likewise, from within
_SATURATED = 0.5  # from this wetness on the pores are full and a film begins: assumed
_FILM_ROUGHNESS = (0.35, 0.06)  # of a film that just begins and of standing water: assumed
_SMOOTHED = 0.35  # of its roughness that the surface itself loses: assumed


def wetted(material: Material, wet: float) -> Material:
    """Return a material under water: `wet` 0 dry, 0.5 dark with full pores, 1 under a film that mirrors."""
    if wet <= 0.0:
        return material
    soaked, film = min(wet / _SATURATED, 1.0), max((wet - _SATURATED) / (1.0 - _SATURATED), 0.0)
    factor = 1.0 - soaked * (1.0 - wet_albedo(_mean_albedo(material)) / _mean_albedo(material))
    return replace(
        material,
        base_color_rgb=vec3(np.asarray(material.base_color_rgb) * factor),
        roughness=material.roughness * (1.0 - _SMOOTHED * soaked),
        coat=film,
        coat_roughness=_FILM_ROUGHNESS[0] + film * (_FILM_ROUGHNESS[1] - _FILM_ROUGHNESS[0]),
    )


def wet_albedo(dry: FloatArray | float) -> FloatArray | float:
    """Return what a surface that diffuses the share `dry` of the light still sends through the water on it."""
    return (1.0 - _REFLECTED) * (1.0 - _THROWN_BACK) * dry / (1.0 - _THROWN_BACK * dry)


def _mean_albedo(material: Material) -> FloatArray:
    """Return (3,) the mean colour, linear, at least a hundredth."""
    map_ = material.base_color_map
    mean = np.ones(3) if map_ is None else _mean(map_)
    return np.maximum(np.asarray(material.base_color_rgb) * mean, 0.01)


def _mean(texture: Texture) -> FloatArray:
    values = texture.pixels[::8, ::8, :3].astype(float) / 255.0
    if texture.srgb:
        values = linear_from_srgb(values)
    return values.mean(axis=(0, 1))
