"""What a picture shows between its texels: bilinear, repeating, row 0 at texture coordinate v = 1."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray

Texels = Callable[[NDArray[np.int64], NDArray[np.int64]], FloatArray | NDArray[np.float32]]
"""Returns the values (n,) or (n, channels) of texels by row (n,) and column (n,)."""


def bilinear(texels: Texels, height: int, width: int, uvs: FloatArray) -> FloatArray:
    """Return the values of a picture at texture coordinates (n, 2); only the four texels around each are asked for."""
    x, y = uvs[:, 0] * width - 0.5, (1.0 - uvs[:, 1]) * height - 0.5
    left, top = np.floor(x), np.floor(y)
    columns = [(left.astype(np.int64) + k) % width for k in (0, 1)]
    rows = [(top.astype(np.int64) + k) % height for k in (0, 1)]
    corners = [[texels(row, column) for column in columns] for row in rows]
    shape = (-1,) + (1,) * (corners[0][0].ndim - 1)
    right_share, low_share = (x - left).reshape(shape), (y - top).reshape(shape)
    upper, lower = (at_left * (1 - right_share) + at_right * right_share for at_left, at_right in corners)
    return upper * (1 - low_share) + lower * low_share
