"""Outlines of objects as a lens shows them, and what of them lies beyond the image's border.

What lies beyond is counted on a canvas of three times the image, as the BOP benchmark does: the same lens, its rays a
few pixels apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import pi

import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.lens import widest_angle
from simgen.rendering.raster.drawables import DrawItem
from simgen.rendering.raster.lens_bounds import Extent, bounds_of

_CANVAS = 3  # times the image
_FINE_PX, _COARSE_PX = 640, 160  # at most, of a canvas's longer side
_SURELY_RAD = 0.1  # beyond the widest angle: rounding
_SMALL_PX = 128  # on the finer one: larger things are counted well enough on the coarser
Box = tuple[int, int, int, int]


def lens_extent(camera: Intrinsics, item: DrawItem) -> Extent | None:
    """Return the extent of an object's vertices on the image plane; None where the lens does not show them all."""
    points = item.vertices_camera()
    if camera.lens is None or float(camera.depth_of(points).min()) < camera.near_m:
        return None
    behind = float(np.cos(min(widest_angle(camera.lens) + _SURELY_RAD, pi)))
    if (points[:, 2] < behind * np.linalg.norm(points, axis=1)).any():
        return None  # found at a fraction of what projecting takes, for all that surrounds the camera
    pixels = camera.project(points)
    if not np.isfinite(pixels).all():
        return None
    (x0, y0), (x1, y1) = pixels.min(axis=0), pixels.max(axis=0)
    return (float(x0), float(y0), float(x1), float(y1))


def lens_box(camera: Intrinsics, item: DrawItem) -> Box | None:
    """Return half-open pixels of the image outside which nothing of an object is shown; None where it is not at all."""
    scale = item.drawable.body.scale
    x0, y0, x1, y1 = bounds_of(camera, item.vertices_camera(), item.level.longest_edge_m * scale)
    left, top = int(max(np.floor(x0), 0.0)), int(max(np.floor(y0), 0.0))
    right, bottom = int(min(np.ceil(x1) + 1, camera.width)), int(min(np.ceil(y1) + 1, camera.height))
    return (left, top, right, bottom) if left < right and top < bottom else None


@dataclass(frozen=True, slots=True)
class Canvas:
    """The image and as much beside it on every side, seen through the same lens.

    Attributes:
        image: the camera.
        step_px: image pixels that one of its pixels is wide.
        camera: whose picture it is.
    """

    image: Intrinsics
    step_px: int
    camera: Intrinsics

    def pixels_beyond(self, box: Box, covered: NDArray[np.bool_]) -> float:
        """Return how many image pixels outside the image are covered, given what is covered of a box of its own."""
        columns, rows = (
            (first + np.arange(count)) * self.step_px + (self.step_px - 1) / 2 - size
            for first, count, size in (
                (box[0], covered.shape[1], self.image.width),
                (box[1], covered.shape[0], self.image.height),
            )
        )
        inside_x = (columns > -0.5) & (columns < self.image.width - 0.5)
        inside_y = (rows > -0.5) & (rows < self.image.height - 0.5)
        return float(np.count_nonzero(covered & ~(inside_y[:, None] & inside_x))) * self.step_px**2


def canvases_of(
    camera: Intrinsics, items: Sequence[DrawItem]
) -> list[tuple[Canvas, list[tuple[DrawItem, Box]]]]:
    """Return two canvases with what is to be drawn on each, and where: small things on the finer one."""
    fine, coarse = (_canvas_of(camera, most_px) for most_px in (_FINE_PX, _COARSE_PX))
    small: list[tuple[DrawItem, Box]] = []
    large: list[tuple[DrawItem, Box]] = []
    for item in items:
        box = lens_box(fine.camera, item)
        if box is None:
            continue
        if max(box[2] - box[0], box[3] - box[1]) <= _SMALL_PX:
            small.append((item, box))
        elif (coarse_box := lens_box(coarse.camera, item)) is not None:
            large.append((item, coarse_box))
    return [(fine, small), (coarse, large)]


@lru_cache(maxsize=8)
def _canvas_of(camera: Intrinsics, most_px: int) -> Canvas:
    step = -(-_CANVAS * max(camera.width, camera.height) // most_px)
    seen = replace(
        camera,
        width=-(-_CANVAS * camera.width // step),
        height=-(-_CANVAS * camera.height // step),
        fx=camera.fx / step,
        fy=camera.fy / step,
        cx=(camera.cx + camera.width - (step - 1) / 2) / step,
        cy=(camera.cy + camera.height - (step - 1) / 2) / step,
    )
    return Canvas(camera, step, seen)
