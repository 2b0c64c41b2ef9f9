"""Light paths where they are missing: half of them everywhere, then as many where light is still uncertain.

Of sharp light, whose samples have nearly all of their error at edges, half as many follow there as were everywhere.

How far the paths of a pixel differ says how uncertain their mean is. A pixel's own paths must not decide how many more
it gets: where they missed a rare bright light they differ little, fewer more would follow, and pictures would be too
dark. So a pixel gets as many as the paths of its neighbours ask for, which makes the mean of all its paths that of
plain sampling (the bias of the other way: Kirk and Arvo, "Unbiased sampling techniques for image synthesis", 1991), but
for what rounding to whole numbers passes on from pixel to pixel: too little to be measured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from simgen.colour import LUMINANCE_RGB
from simgen.records.asset import Float32Array
from simgen.rendering.pathtrace.traced import Pixels

_REACH_PX = 2  # of the neighbours that are asked: 24 of them tell a variance from two paths each
_FLOOR = 0.1  # of a picture's mean: light below it is looked at as if it were so bright
_MOST = 16.0  # times as many more paths in a pixel as in the mean one
# Of sharp light: a pixel in so many is asked again; this and the next two had the least error for their time.
_EDGES_SHARE = 2
_MOST_AT_EDGES = 8.0  # times as many more samples in a pixel as in the mean one
_GUIDES = 0.3  # how much other albedo or another normal counts against other light
_ROUNDING = 1e-5  # of a square is what sums of single precision may be off

Floats = NDArray[np.floating]
# Pixels, whether again -> (4, n) RGB of light, and its square.
Follow = Callable[[Pixels, bool], Float32Array]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """How a picture shows the light of paths.

    Attributes:
        besides: (h, w, 3) what it shows besides, cd/m².
        left: (h, w, 3) the share of this light that comes through the air; or an array of which it is broadcast.
    """

    besides: Floats
    left: Floats


def in_two_rounds(follow: Follow, seen: Seen) -> Float32Array:
    """Return soft light (h, w, 3): the mean over the paths of a round everywhere, and of another where it matters.

    Args:
        follow: takes as many paths for each pixel that is asked for, in both rounds.
        seen: which light is uncertain.
    """
    height, width = seen.besides.shape[:2]
    everywhere = np.arange(height * width, dtype=np.uint32)
    first = follow(everywhere, False)
    light = _images(first[:3], (height, width))
    more = times_more(uncertainty(light, first[3].reshape(height, width), seen))
    return _images(_with_more(first[:3], more, lambda pixels: follow(pixels, True)[:3]), (height, width))


def with_edges(
    first: Float32Array, shape: tuple[int, int], follow: Callable[[Pixels], Float32Array]
) -> Float32Array:
    """Return sharp light and guides (9, n), with more samples where they are on several surfaces, or half in the sun.

    Args:
        first: (14, n) what `Engine.trace_sharp` told of every pixel.
        shape: of the picture, height and width.
        follow: returns (9, n) of as many samples again for each pixel that is asked for.
    """
    light, guides, direct = first[:3], first[3:9], first[9:12]
    level = LUMINANCE_RGB.astype(np.float32) @ (light + direct)
    level = np.hypot(level, _FLOOR * float(level.mean()))
    spread = np.sqrt(_variance(light, first[12]))
    unlike = np.divide(spread, level, out=np.zeros(level.shape), where=level > 0)
    unlike += _GUIDES * np.sqrt(_variance(guides, first[13]))
    # Squared: few pixels have nearly all of the error.
    more = times_more(np.square(around(unlike.reshape(shape))), unlike.size // _EDGES_SHARE, _MOST_AT_EDGES)
    return _with_more(first[:9], more, follow)


def _with_more(
    first: Float32Array, more: NDArray[np.int64], follow: Callable[[Pixels], Float32Array]
) -> Float32Array:
    """Return means (m, n) with those of a second round."""
    more = np.ravel(more)
    if not more.any():
        return first
    again = follow(np.repeat(np.arange(more.size, dtype=np.uint32), more))
    some = np.flatnonzero(more)
    sums = np.add.reduceat(again, np.cumsum(more)[some] - more[some], axis=1)
    share = np.float32(1.0) / (1 + more[some]).astype(np.float32)
    light = first.copy()
    for plane, added in zip(light, sums, strict=True):  # far quicker than all of them by one index
        plane[some] = (plane[some] + added) * share
    return light


def uncertainty(light: Floats, square: Floats, seen: Seen) -> Floats:
    """Return (h, w) how far the paths of a pixel's neighbours differ, for how bright the picture is there.

    Args:
        light: (h, w, 3) mean over the paths of each pixel, cd/m².
        square: (h, w) mean of its square.
        seen: how the picture shows it.
    """
    variance = _variance(np.moveaxis(light, -1, 0), square)
    spread = around(np.sqrt(variance) * np.mean(seen.left, axis=-1))
    rgb = LUMINANCE_RGB.astype(np.float32)
    bright = seen.besides @ rgb + around((light * seen.left) @ rgb)
    level = np.hypot(bright, _FLOOR * float(bright.mean()))
    return np.divide(spread, level, out=np.zeros(level.shape), where=level > 0)


def times_more(weight: Floats, length: int = 0, most: float = _MOST) -> NDArray[np.int64]:
    """Return (h, w) how many times paths of each pixel are followed again: as often as it weighs; none without weight.

    They add up to a length, or a half, a quarter ... of it where few weigh all: programs are kept for few lengths, and
    that of a first round does for the second.

    Args:
        weight: (h, w), 0 or more.
        length: 0: the number of pixels.
        most: times as many in a pixel as in the mean one.
    """
    total = float(weight.sum())
    if total <= 0:
        return np.zeros(weight.shape, np.int64)
    length = length or weight.size
    share = np.minimum(np.ravel(weight) * (length / total), most)
    while length > 1 and length // 2 >= share.sum():
        length //= 2
    # Whole numbers that add up: each pixel gets those that the running sum passes.
    passed = np.floor(np.cumsum(share) * (length / share.sum()) + 0.5).astype(np.int64)
    return np.diff(passed, prepend=0).reshape(weight.shape)


def around(values: Floats) -> Floats:
    """Return (h, w) the means over the square around each pixel, without the pixel itself."""
    counts = _square_sums(np.ones(values.shape)) - 1.0
    return (_square_sums(values) - values) / np.maximum(counts, 1.0)


def _square_sums(values: Floats) -> Floats:
    # Weighted by ones, not by a running sum as `boxFilter` does: where neighbours are zero nothing is left.
    side = np.ones(2 * _REACH_PX + 1)
    image = np.ascontiguousarray(values, float)
    sums = cv2.sepFilter2D(image, cv2.CV_64F, side, side, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(sums, float)


def _variance(mean: Floats, square: Floats) -> Floats:
    """Return (...) of means (n, ...) and the mean square; none where sums are off by as much."""
    variance = square - np.einsum("c...,c...", mean, mean)
    return np.where(variance > _ROUNDING * square, variance, np.float32(0.0))


def _images(planes: Float32Array, shape: tuple[int, int]) -> Floats:
    """Return planes (m, n) as an image (h, w, m)."""
    return np.ascontiguousarray(np.moveaxis(planes.reshape(-1, *shape), 0, -1))
