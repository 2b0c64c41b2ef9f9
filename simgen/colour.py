"""Colour: what sRGB codes mean in light, and how bright linear RGB is. The one home of these formulas."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from simgen.geometry import FloatArray, Vec3

LUMINANCE_RGB = np.array([0.2126, 0.7152, 0.0722])
"""(3,) what linear red, green and blue add to luminance (ITU-R BT.709-6, item 3.2; the primaries of sRGB)."""

_LAST_STRAIGHT_CODE, _LAST_STRAIGHT_LIGHT = (
    0.04045,
    0.0031308,
)  # below them the curve is a line (IEC 61966-2-1)


def linear_from_srgb(encoded: ArrayLike) -> FloatArray:
    """Return the linear light, 0..1, of sRGB-encoded values 0..1 of any shape (IEC 61966-2-1)."""
    v = np.asarray(encoded, dtype=float)
    curved = ((np.maximum(v, _LAST_STRAIGHT_CODE) + 0.055) / 1.055) ** 2.4
    return np.where(v <= _LAST_STRAIGHT_CODE, v / 12.92, curved)


def srgb_from_linear(linear: ArrayLike) -> FloatArray:
    """Return the sRGB-encoded values, 0..1, of linear light 0..1 of any shape (IEC 61966-2-1)."""
    x = np.asarray(linear, dtype=float)
    curved = 1.055 * np.maximum(x, _LAST_STRAIGHT_LIGHT) ** (1 / 2.4) - 0.055
    return np.where(x <= _LAST_STRAIGHT_LIGHT, 12.92 * x, curved)


def linear_rgb(srgb: tuple[float, ...]) -> Vec3:
    """Return one linear colour of an sRGB-encoded one, both (r, g, b) in 0..1.

    In plain numbers: NumPy's powers differ in the last bit from processor to processor, and colours of scenarios are
    part of what is hashed.
    """
    red, green, blue = (_linear(channel) for channel in srgb)
    return (red, green, blue)


def _linear(v: float) -> float:
    return v / 12.92 if v <= _LAST_STRAIGHT_CODE else ((v + 0.055) / 1.055) ** 2.4
