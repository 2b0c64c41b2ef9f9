"""The base colour of a surface at texture coordinates, for the albedo label."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simgen.colour import linear_from_srgb
from simgen.geometry import FloatArray
from simgen.records.asset import Material, Texture
from simgen.rendering.pathtrace.texels import bilinear


def base_colors(material: Material, uvs: FloatArray) -> FloatArray:
    """Return linear RGB (n, 3) in 0..1 of a material at texture coordinates (n, 2): factor times map."""
    texture = material.base_color_map
    shares = np.ones((len(uvs), 3)) if texture is None else _map_colors(texture, uvs)
    return np.clip(shares * material.base_color_rgb, 0.0, 1.0)


def _map_colors(texture: Texture, uvs: FloatArray) -> FloatArray:
    """Return linear RGB (n, 3) between texels; only those around are decoded."""
    height, width = texture.pixels.shape[:2]
    return bilinear(lambda row, column: _texels(texture, row, column), height, width, uvs)


def _texels(texture: Texture, row: NDArray[np.int64], column: NDArray[np.int64]) -> FloatArray:
    encoded = texture.pixels[row, column, :3] / 255.0
    return linear_from_srgb(encoded) if texture.srgb else encoded
