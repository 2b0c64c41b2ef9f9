"""Steel uprights with the two rows of slots that beams hang in."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from simgen.assets.procedural.noise import (
    color_texture,
    fractal_noise,
    grid,
    mix,
    normal_texture,
    roughness_texture,
    smoothstep,
)
from simgen.geometry import Vec3
from simgen.records.asset import Material
from simgen.rng import keyed_generator

_SHAPE = (256, 256)


@lru_cache(maxsize=8)
def perforated_steel(srgb: Vec3) -> Material:
    """Return painted steel with slots every 50 mm along u; one repeat of the texture is 0.1 m."""
    rng = keyed_generator("perforated")
    u, v = grid(_SHAPE)
    along = np.abs((u * 2) % 1.0 - 0.5)
    across = np.minimum(np.abs(v - 0.32), np.abs(v - 0.68))
    slot = smoothstep(0.20, 0.17, along) * smoothstep(0.055, 0.042, across)
    cloud = fractal_noise(rng, _SHAPE, (4, 4), 5)
    color = np.asarray(srgb) * (0.94 + 0.1 * cloud)[..., None]
    return Material(
        name="perforated steel",
        base_color_rgb=(1.0, 1.0, 1.0),
        roughness=1.0,
        base_color_map=color_texture(mix(color, (0.03, 0.03, 0.035), slot)),
        normal_map=normal_texture(-slot, 6.0),
        metallic_roughness_map=roughness_texture(0.34 + 0.14 * cloud + 0.4 * slot),
        double_sided=False,
    )
