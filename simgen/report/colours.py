"""Colours of pictures made for people: ids that stay apart, depth in even steps, and the page they lie on."""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from simgen.colour import LUMINANCE_RGB, srgb_from_linear

Rgb = tuple[int, int, int]

PAGE: Rgb = (20, 22, 26)
NOTHING: Rgb = (30, 33, 39)
SURROUNDINGS: Rgb = (62, 67, 78)
CARRIER: Rgb = (122, 129, 142)
TEXT: Rgb = (234, 236, 240)
MUTED: Rgb = (150, 156, 166)
AXES: tuple[Rgb, Rgb, Rgb] = ((255, 82, 82), (92, 214, 92), (84, 150, 255))  # x, y, z by custom

_GOLDEN_TURN = 0.618033988749895  # successive hues lie as far apart as they can, however many there are
_LIGHTNESS = (
    0.74,
    0.62,
    0.82,
)  # neighbours in id differ in lightness too, for those who tell hues apart poorly
_CHROMA = 0.135  # lively, and inside sRGB at all hues for these lightnesses but for a little clipping


@lru_cache(maxsize=1024)
def instance_colour(instance_id: int) -> Rgb:
    """Return the colour of an object; the same id has the same colour in every picture."""
    hue = 2 * math.pi * ((0.07 + instance_id * _GOLDEN_TURN) % 1.0)
    return _srgb_from_oklch(_LIGHTNESS[instance_id % len(_LIGHTNESS)], _CHROMA, hue)


def _srgb_from_oklch(lightness: float, chroma: float, hue_rad: float) -> Rgb:
    """Return sRGB bytes of an Oklch colour, clipped (Ottosson, "A perceptual color space", 2020)."""
    a, b = chroma * math.cos(hue_rad), chroma * math.sin(hue_rad)
    lms = np.array(
        [
            lightness + 0.3963377774 * a + 0.2158037573 * b,
            lightness - 0.1055613458 * a - 0.0638541728 * b,
            lightness - 0.0894841775 * a - 1.2914855480 * b,
        ]
    )
    linear = np.clip(_RGB_FROM_LMS @ lms**3, 0, 1)
    r, g, b8 = (round(float(v) * 255) for v in srgb_from_linear(linear))
    return (r, g, b8)


_RGB_FROM_LMS = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


def lighter(colour: Rgb) -> Rgb:
    """Return a colour half way to white, for lines over areas of the colour itself."""
    r, g, b = ((value + 255) // 2 for value in colour)
    return (r, g, b)


def ink_on(colour: Rgb) -> Rgb:
    """Return near-black or white, whichever reads better on a colour (Rec. 709 luma)."""
    luma = float(np.dot(LUMINANCE_RGB, colour))
    return (18, 20, 24) if luma > 120 else (255, 255, 255)


def depth_ramp() -> NDArray[np.uint8]:
    """Return (256, 3): near is bright yellow, far is dark violet (viridis, even steps of lightness)."""
    ramp = cv2.applyColorMap(np.arange(255, -1, -1, dtype=np.uint8)[:, None], cv2.COLORMAP_VIRIDIS)
    return np.ascontiguousarray(ramp[:, 0, ::-1], dtype=np.uint8)


def depth_range_m(depth_m: NDArray[np.float32], things: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the depths at both ends of the ramp: all that is hit, but not so far that the things look alike.

    Args:
        depth_m: (h, w) NaN where nothing was hit.
        things: (h, w) pixels of countable objects.
    """
    hit = depth_m[np.isfinite(depth_m)]
    if not hit.size:
        return (0.0, 1.0)
    near, far = (float(v) for v in np.percentile(hit, (0.5, 99.5)))
    near_things = depth_m[things & np.isfinite(depth_m)]
    if near_things.size:
        far = min(far, 1.5 * float(np.percentile(near_things, 99)))
    return (near, max(far, near + 1e-3))


def paint_depth(depth_m: NDArray[np.float32], near_m: float, far_m: float) -> NDArray[np.uint8]:
    """Return (h, w, 3): the ramp over the range, clipped at both ends; flat grey where nothing was hit."""
    valid = np.isfinite(depth_m)
    step = np.clip((np.where(valid, depth_m, far_m) - near_m) / (far_m - near_m), 0, 1)
    painted = depth_ramp()[(step * 255).astype(np.uint8)]
    painted[~valid] = NOTHING
    return painted


def paint_instances(
    instance_id: NDArray[np.uint16],
    things: frozenset[int],
    carriers: frozenset[int],
    under: NDArray[np.uint8] | None,
) -> NDArray[np.uint8]:
    """Return (h, w, 3): each thing in its colour over a grey picture, outlined; the rest in slate.

    Args:
        instance_id: (h, w), 0 = background.
        things: ids of countable objects.
        carriers: ids of tables, bins and the like, drawn plain so that what they carry stands out.
        under: (h, w, 3) picture whose lightness shows through, None for flat colours.
    """
    table = np.tile(np.array(SURROUNDINGS, np.float32), (int(instance_id.max()) + 1, 1))
    table[0] = NOTHING
    colours = dict.fromkeys(carriers, CARRIER) | {key: instance_colour(key) for key in things}
    for key, colour in colours.items():
        if key < len(table):
            table[key] = colour
    flat = table[instance_id]
    if under is not None:
        lightness = cv2.cvtColor(under, cv2.COLOR_RGB2GRAY).astype(np.float32)[..., None] / 255
        flat = flat * (0.55 + 0.45 * np.sqrt(lightness))
    edges = _edges(instance_id) & np.isin(instance_id, list(things))
    flat[edges] *= 0.45
    return np.clip(flat, 0, 255).astype(np.uint8)


def _edges(instance_id: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """Return the pixels whose right or lower neighbour is of another object."""
    edges = np.zeros(instance_id.shape, np.bool_)
    edges[:, :-1] |= instance_id[:, :-1] != instance_id[:, 1:]
    edges[:-1] |= instance_id[:-1] != instance_id[1:]
    return edges
