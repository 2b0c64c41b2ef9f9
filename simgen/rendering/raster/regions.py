"""Rectangles of the image that a further picture of the view is needed in: what shows through glass, and no more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simgen.camera import Intrinsics
from simgen.rendering.raster.drawables import DrawItem

Region = tuple[int, int, int, int]  # x0, y0, x1, y1: half-open pixels
# Light is looked up at a quarter of the resolution, and averaged over its neighbours there: a pixel this far from the
# region's border depends on nothing beyond it.
_MARGIN_PX = 24
_STEP_PX = 4
_OFF_AXIS = 1.5  # a sphere's image is longer than its radius says, away from the axis


def region_of(camera: Intrinsics, items: Sequence[DrawItem]) -> Region | None:
    """Return the part of the image that holds what of the items is see-through; None where that has no pixel.

    A margin is around it, so that what lies in it is lit as in the whole image.
    """
    boxes = [_box_of(camera, item) for item in items]
    x0, y0 = (min(box[k] for box in boxes) for k in (0, 1))
    x1, y1 = (max(box[k] for box in boxes) for k in (2, 3))
    if min(x1, camera.width) <= max(x0, 0.0) or min(y1, camera.height) <= max(y0, 0.0):
        return None
    return (
        max(_down(x0 - _MARGIN_PX), 0),
        max(_down(y0 - _MARGIN_PX), 0),
        min(_down(x1 + _MARGIN_PX) + _STEP_PX, camera.width),
        min(_down(y1 + _MARGIN_PX) + _STEP_PX, camera.height),
    )


def touches(camera: Intrinsics, item: DrawItem, region: Region) -> bool:
    """Return whether an item may have a pixel in a region."""
    if item.radius_px == np.inf:
        return True
    x, y = camera.project(item.T_camera_object[None, :3, 3])[0]
    reach = _OFF_AXIS * item.radius_px
    x0, y0, x1, y1 = region
    # Where the middle is not seen at all, the comparison is with NaN.
    return not (x + reach < x0 or x - reach > x1 or y + reach < y0 or y - reach > y1)


def _box_of(camera: Intrinsics, item: DrawItem) -> tuple[float, float, float, float]:
    points = item.see_through_camera()
    if points[:, 2].min() < camera.near_m:
        return (0.0, 0.0, float(camera.width), float(camera.height))
    pixels = camera.project(points)
    (x0, y0), (x1, y1) = pixels.min(axis=0), pixels.max(axis=0)
    return (float(x0), float(y0), float(x1), float(y1))


def _down(pixel: float) -> int:
    """Return a pixel of the coarse buffers' grid, so that a region's border is one of theirs."""
    return int(np.floor(pixel / _STEP_PX)) * _STEP_PX
