"""Outlines of objects as a lens shows them, and what of them lies beyond the image's border.

What lies beyond is counted on a canvas of three times the image, as the BOP benchmark does: the same lens, its rays a
few pixels apart.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.rendering.raster.drawables import DrawItem
from simgen.rendering.raster.lens_bounds import Extent, bounds_of

_CANVAS = 3  # times the image
_MOST_PX = 320  # of the canvas's longer side
Box = tuple[int, int, int, int]


def lens_extent(camera: Intrinsics, item: DrawItem) -> Extent | None:
    """Return the extent of an object's vertices on the image plane; None where the lens does not show them all."""
    points = item.vertices_camera()
    pixels = camera.project(points)
    if not np.isfinite(pixels).all() or float(camera.depth_of(points).min()) < camera.near_m:
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


def canvas_step(camera: Intrinsics) -> int:
    """Return how many image pixels a pixel of the canvas is wide."""
    return -(-_CANVAS * max(camera.width, camera.height) // _MOST_PX)


@lru_cache(maxsize=8)
def canvas_of(camera: Intrinsics) -> Intrinsics:
    """Return the camera of the canvas, which is as far from each border of the image as the image is wide and high."""
    step = canvas_step(camera)
    return replace(
        camera,
        width=-(-_CANVAS * camera.width // step),
        height=-(-_CANVAS * camera.height // step),
        fx=camera.fx / step,
        fy=camera.fy / step,
        cx=(camera.cx + camera.width - (step - 1) / 2) / step,
        cy=(camera.cy + camera.height - (step - 1) / 2) / step,
    )


def pixels_beyond(camera: Intrinsics, box: Box, covered: NDArray[np.bool_]) -> float:
    """Return how many image pixels outside the image are covered, given the pixels of a box of the canvas that are."""
    step = canvas_step(camera)
    columns, rows = (
        (first + np.arange(count)) * step + (step - 1) / 2 - size
        for first, count, size in (
            (box[0], covered.shape[1], camera.width),
            (box[1], covered.shape[0], camera.height),
        )
    )
    inside_x = (columns > -0.5) & (columns < camera.width - 0.5)
    inside_y = (rows > -0.5) & (rows < camera.height - 0.5)
    return float(np.count_nonzero(covered & ~(inside_y[:, None] & inside_x))) * step**2
