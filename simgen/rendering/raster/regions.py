"""Rectangles of the image that a further picture of the view is needed in: what shows through glass, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise

import numpy as np

from simgen.camera import Intrinsics
from simgen.rendering.raster.drawables import DrawItem
from simgen.rendering.raster.lens_bounds import bounds_of
from simgen.rendering.raster.lens_table import needs_rays

Region = tuple[int, int, int, int]  # x0, y0, x1, y1: half-open pixels
# Light is looked up at a quarter of the resolution, and averaged over its neighbours there: a pixel this far from the
# region's border depends on nothing beyond it.
_MARGIN_PX = 24
_STEP_PX = 4
# One region more costs about as much as so large a share of the image: measured with 20 things on a table.
_SETUP_SHARE = 0.05


def regions_of(camera: Intrinsics, items: Sequence[DrawItem]) -> list[Region]:
    """Return parts of the image, apart from each other, that hold what of the items is see-through.

    A margin is around each, so that what lies in it is lit as in the whole image.
    """
    found = [region for item in items for region in _region_of(camera, item)]
    setup_px = _SETUP_SHARE * camera.width * camera.height
    merged = True
    while merged:
        merged = False
        for a, b in combinations(found, 2):
            both = (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))
            if _overlap(a, b) or _area(both) < _area(a) + _area(b) + setup_px:
                found = [region for region in found if region not in (a, b)] + [both]
                merged = True
                break
    return sorted(found)


def rest_of(whole: Region, regions: Sequence[Region]) -> list[Region]:
    """Return rectangles, apart from each other, of all of a rectangle that lies in no region; regions lie in it."""
    left, first, right, last = whole
    rows = sorted({first, last, *(y for region in regions for y in (region[1], region[3]))})
    found: list[Region] = []
    for top, bottom in pairwise(rows):
        past = left
        for x0, y0, x1, y1 in sorted(regions):
            if y0 < bottom and y1 > top:
                found += [(past, top, x0, bottom)] if x0 > past else []
                past = x1
        found += [(past, top, right, bottom)] if past < right else []
    return found


def _region_of(camera: Intrinsics, item: DrawItem) -> list[Region]:
    x0, y0, x1, y1 = _box_of(camera, item)
    if min(x1, camera.width) <= max(x0, 0.0) or min(y1, camera.height) <= max(y0, 0.0):
        return []
    x0, y0, x1, y1 = max(x0, 0.0), max(y0, 0.0), min(x1, camera.width), min(y1, camera.height)
    left, top = max(_down(x0 - _MARGIN_PX), 0), max(_down(y0 - _MARGIN_PX), 0)
    right, bottom = _down(x1 + _MARGIN_PX) + _STEP_PX, _down(y1 + _MARGIN_PX) + _STEP_PX
    return [(left, top, min(right, camera.width), min(bottom, camera.height))]


def _area(region: Region) -> int:
    return (region[2] - region[0]) * (region[3] - region[1])


def _overlap(a: Region, b: Region) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _box_of(camera: Intrinsics, item: DrawItem) -> tuple[float, float, float, float]:
    points = item.see_through_camera()
    if needs_rays(camera):
        return bounds_of(camera, points, item.level.longest_edge_m * item.drawable.body.scale)
    if points[:, 2].min() < camera.near_m:
        return (0.0, 0.0, float(camera.width), float(camera.height))
    pixels = camera.project(points)
    (x0, y0), (x1, y1) = pixels.min(axis=0), pixels.max(axis=0)
    return (float(x0), float(y0), float(x1), float(y1))


def _down(pixel: float) -> int:
    """Return a pixel of the coarse buffers' grid, so that a region's border is one of theirs."""
    return int(np.floor(pixel / _STEP_PX)) * _STEP_PX
