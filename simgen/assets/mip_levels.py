"""Smaller levels of textures: what an eye farther away sees, the same light, averaged."""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from simgen.colour import linear_from_srgb, srgb_from_linear
from simgen.records.asset import Texture

_LINEAR_MAX = 65535

Pixels = NDArray[np.uint8]


def smaller_levels(texture: Texture) -> tuple[Pixels, ...]:
    """Return the levels (h, w, 3 or 4) below a texture's own, each half as high and wide (rounded down), to one texel.

    A texel is the mean of what it covers: of light where the colour is sRGB encoded, of the numbers where it is not;
    opacity always by its numbers.
    """
    colour = np.ascontiguousarray(texture.pixels[..., :3])
    levels = _colour_levels(colour) if texture.srgb else _plain_levels(colour)
    if texture.pixels.shape[2] == 3:
        return tuple(levels)
    opacities = _plain_levels(np.ascontiguousarray(texture.pixels[..., 3]))
    return tuple(np.dstack(both) for both in zip(levels, opacities, strict=True))


def _plain_levels(values: Pixels) -> list[Pixels]:
    levels: list[Pixels] = []
    while max(values.shape[:2]) > 1:
        values = _halved(values)
        levels.append(values)
    return levels


def _colour_levels(srgb: Pixels) -> list[Pixels]:
    to_linear, to_srgb = _tables()
    levels: list[Pixels] = []
    linear = _array(cv2.LUT(srgb, to_linear))
    while max(linear.shape[:2]) > 1:
        linear = _halved(linear)
        # No index is out of range: `wrap` skips the search for one.
        levels.append(to_srgb.take(linear, mode="wrap"))
    return levels


def _halved(level: NDArray[Any]) -> NDArray[Any]:
    """Return the means over areas; where a side is odd, texels are shared between two areas."""
    height, width = level.shape[:2]
    size = (max(width // 2, 1), max(height // 2, 1))
    return _array(cv2.resize(level, size, interpolation=cv2.INTER_AREA))


def _array(image: Any) -> NDArray[Any]:
    """Return what OpenCV gave, whose type it states more widely than it is."""
    return np.asarray(image)


@cache
def _tables() -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    """Return sRGB (0..255) -> light (0..65535), and back."""
    light = linear_from_srgb(np.arange(256) / 255)
    back = srgb_from_linear(np.arange(_LINEAR_MAX + 1) / _LINEAR_MAX)
    return np.rint(light * _LINEAR_MAX).astype(np.uint16), np.rint(back * 255).astype(np.uint8)
