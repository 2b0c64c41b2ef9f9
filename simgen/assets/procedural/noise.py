"""Seamless noise, and pictures turned into textures. All images are (height, width), row 0 at v = 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simgen.geometry import FloatArray, Vec3
from simgen.records.asset import Texture


def value_noise(rng: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int]) -> FloatArray:
    """Return smooth noise 0..1 that repeats at the border, with `cells` (down, across) knots."""
    knots = rng.random(cells)
    return _along(_along(knots, shape[0]).T, shape[1]).T


def fractal_noise(
    rng: np.random.Generator,
    shape: tuple[int, int],
    cells: tuple[int, int],
    octaves: int = 4,
    gain: float = 0.5,
) -> FloatArray:
    """Return a sum of noises, each twice as fine and `gain` as strong as the one before, stretched to 0..1."""
    out, weight = np.zeros(shape), 1.0
    for _ in range(octaves):
        out += weight * value_noise(rng, shape, (min(cells[0], shape[0]), min(cells[1], shape[1])))
        cells, weight = (2 * cells[0], 2 * cells[1]), weight * gain
    low, high = float(out.min()), float(out.max())
    return (out - low) / (high - low)


def smoothstep(low: float, high: float, x: FloatArray) -> FloatArray:
    """Return 0 below `low`, 1 above `high`, and a smooth rise between; `low` > `high` falls instead."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def mix(a: ArrayLike, b: ArrayLike, amount: FloatArray) -> FloatArray:
    """Return colours between `a` and `b` (3,) or (h, w, 3), by an amount (h, w)."""
    start = np.asarray(a, float)
    return start + (np.asarray(b, float) - start) * amount[..., None]


def grid(shape: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
    """Return texture coordinates (u, v) of the pixel centres, v up."""
    v, u = np.mgrid[0 : shape[0], 0 : shape[1]]
    return (u + 0.5) / shape[1], 1.0 - (v + 0.5) / shape[0]


def rgb(hex_color: str) -> Vec3:
    """Return an sRGB colour 0..1 from `rrggbb`."""
    r, g, b = (int(hex_color[k : k + 2], 16) / 255 for k in (0, 2, 4))
    return (r, g, b)


def color_texture(color: FloatArray) -> Texture:
    """Return an sRGB-encoded image (h, w, 3 or 4) in 0..1 as a texture."""
    return Texture(_bytes(color), srgb=True)


def normal_texture(height: FloatArray, slope: float) -> Texture:
    """Return the normal map of a repeating height field.

    Args:
        height: (h, w), any unit.
        slope: metres of height over metres of one pixel, for a height step of 1.
    """
    du = (np.roll(height, -1, axis=1) - np.roll(height, 1, axis=1)) / 2 * slope
    dv = (np.roll(height, 1, axis=0) - np.roll(height, -1, axis=0)) / 2 * slope
    normal = np.stack([-du, -dv, np.ones_like(du)], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return Texture(_bytes(normal / 2 + 0.5), srgb=False)


def roughness_texture(roughness: FloatArray, metallic: float | FloatArray = 0.0) -> Texture:
    """Return a metallic-roughness map: G is roughness, B is metallic."""
    channels = [np.ones_like(roughness), roughness, np.broadcast_to(metallic, roughness.shape)]
    return Texture(_bytes(np.stack(channels, axis=-1)), srgb=False)


def _along(knots: FloatArray, size: int) -> FloatArray:
    """Interpolate the first axis smoothly and periodically to `size` rows."""
    place = np.arange(size) * (len(knots) / size)
    low = place.astype(int)
    t = place - low
    t = (t * t * (3.0 - 2.0 * t))[:, None]
    return knots[low] * (1.0 - t) + knots[(low + 1) % len(knots)] * t


def _bytes(values: FloatArray) -> NDArray[np.uint8]:
    return np.rint(np.clip(values, 0.0, 1.0) * 255.0).astype(np.uint8)
