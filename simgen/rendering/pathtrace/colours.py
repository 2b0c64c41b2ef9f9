"""The base colour of a surface at texture coordinates, for the albedo label."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simgen.colour import linear_from_srgb
from simgen.geometry import FloatArray
from simgen.records.asset import Material, Texture


def base_colors(material: Material, uvs: FloatArray) -> FloatArray:
    """Return linear RGB (n, 3) in 0..1 of a material at texture coordinates (n, 2): factor times map."""
    texture = material.base_color_map
    shares = np.ones((len(uvs), 3)) if texture is None else _map_colors(texture, uvs)
    return np.clip(shares * material.base_color_rgb, 0.0, 1.0)


def _map_colors(texture: Texture, uvs: FloatArray) -> FloatArray:
    """Return linear RGB (n, 3), bilinear between texels and repeating; only the texels around are decoded."""
    height, width = texture.pixels.shape[:2]
    x, y = uvs[:, 0] * width - 0.5, (1.0 - uvs[:, 1]) * height - 0.5
    left, top = np.floor(x), np.floor(y)
    right_share, low_share = (x - left)[:, None], (y - top)[:, None]
    columns = [(left.astype(np.int64) + k) % width for k in (0, 1)]
    rows = [(top.astype(np.int64) + k) % height for k in (0, 1)]
    upper, lower = (
        _texels(texture, row, columns[0]) * (1 - right_share)
        + _texels(texture, row, columns[1]) * right_share
        for row in rows
    )
    return upper * (1 - low_share) + lower * low_share


def _texels(texture: Texture, row: NDArray[np.int64], column: NDArray[np.int64]) -> FloatArray:
    encoded = texture.pixels[row, column, :3] / 255.0
    return linear_from_srgb(encoded) if texture.srgb else encoded
