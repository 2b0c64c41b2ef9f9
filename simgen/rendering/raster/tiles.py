"""Where in an image lamps can be seen: each is drawn only in the tiles of it that its cone may touch."""

from __future__ import annotations

from itertools import groupby
from math import pi, tan

import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray
from simgen.rendering.raster.lamp import Lamp
from simgen.rendering.raster.lens_table import needs_rays
from simgen.rendering.raster.pyramids import tile_edges, tile_pyramids

Box = tuple[int, int, int, int]
"""First column, first row, past the last of both."""

_ACROSS, _DOWN = 8, 6
_RIM = 8  # points that stand for the rim of a cone
_WIDEST_CONE_RAD = 1.4  # wider ones are taken to reach everywhere


def tiles_of(lamp: Lamp, T_camera_lamp: FloatArray, reach_m: float, camera: Intrinsics) -> NDArray[np.bool_]:
    """Return in which tiles (rows, columns) of the image a lamp may be seen on things at most so far away."""
    hull = _hull(lamp, T_camera_lamp, reach_m)
    return np.ones((_DOWN, _ACROSS), bool) if hull is None else _tiles(camera, hull)


def _hull(lamp: Lamp, T_camera_lamp: FloatArray, reach_m: float) -> FloatArray | None:
    """Return points (n, 3) around all that a lamp lights, camera frame; None: everything."""
    if lamp.outer_rad > _WIDEST_CONE_RAD:
        return None
    rim = np.arange(_RIM) * (2 * pi / _RIM)
    out = reach_m * tan(lamp.outer_rad) / np.cos(pi / _RIM)
    points = np.zeros((_RIM + 1, 3))
    points[1:] = np.column_stack([np.full(_RIM, reach_m), out * np.cos(rim), out * np.sin(rim)])
    return points @ T_camera_lamp[:3, :3].T + T_camera_lamp[:3, 3]


def _tiles(camera: Intrinsics, hull: FloatArray) -> NDArray[np.bool_]:
    """Return which tiles (rows, columns) of the image a convex body of these corners can touch."""
    if needs_rays(camera):
        return _tiles_of_rays(camera, hull)
    x, y, z = hull.T
    if camera.is_orthographic:
        z = np.ones_like(z)
    if z.max() <= 0:
        return np.zeros((_DOWN, _ACROSS), bool)
    columns = _spans(x, z, camera.width, _ACROSS, camera.fx, camera.cx)
    rows = _spans(y, z, camera.height, _DOWN, camera.fy, camera.cy)
    return rows[:, None] & columns[None, :]


def _tiles_of_rays(camera: Intrinsics, hull: FloatArray) -> NDArray[np.bool_]:
    sides, known = tile_pyramids(camera, _ACROSS, _DOWN)
    beyond = (sides @ hull.T < 0).all(axis=-1).any(axis=-1)  # all of it, of one side
    return ~(beyond & known).reshape(_DOWN, _ACROSS)


def _spans(
    across: FloatArray, ahead: FloatArray, size_px: int, tiles: int, focal: float, middle: float
) -> NDArray[np.bool_]:
    """Return which of the slices of the view between planes through the eye a convex body touches."""
    edges = (np.array(tile_edges(size_px, tiles)) - 0.5 - middle) / focal
    beyond = (
        across[None, :] - edges[:, None] * ahead[None, :]
    )  # sign: which side of each plane a corner lies on
    return (beyond[:-1].max(axis=1) > 0) & (beyond[1:].min(axis=1) < 0)


def runs_of(seen: NDArray[np.bool_]) -> list[tuple[Box, tuple[int, ...]]]:
    """Return boxes of tiles with the lamps that may be seen in each.

    Args:
        seen: (lamps, rows, columns).
    """
    runs: list[tuple[Box, tuple[int, ...]]] = []
    for row in range(_DOWN):
        lists = [tuple(np.flatnonzero(seen[:, row, column]).tolist()) for column in range(_ACROSS)]
        column = 0
        for lamps, group in groupby(lists):
            past = column + len(list(group))
            if lamps:
                _extend(runs, (column, row, past, row + 1), lamps)
            column = past
    return runs


def _extend(runs: list[tuple[Box, tuple[int, ...]]], box: Box, lamps: tuple[int, ...]) -> None:
    """Add a run of one row, to the same run of the row above where there is one."""
    for index, (above, known) in enumerate(runs):
        if known == lamps and (above[0], above[2], above[3]) == (box[0], box[2], box[1]):
            runs[index] = ((above[0], above[1], box[2], box[3]), known)
            return
    runs.append((box, lamps))


def pixels_of(
    box: Box, width_px: int, height_px: int, region: tuple[int, int, int, int]
) -> tuple[int, int, int, int] | None:
    """Return first column, first row, width and height, in pixels, of what of a box of tiles lies in a region.

    Args:
        region: first column, first row, past the last of both, in pixels.
    """
    columns, rows = tile_edges(width_px, _ACROSS), tile_edges(height_px, _DOWN)
    x0, y0 = max(columns[box[0]], region[0]), max(rows[box[1]], region[1])
    x1, y1 = min(columns[box[2]], region[2]), min(rows[box[3]], region[3])
    return (x0, y0, x1 - x0, y1 - y0) if x0 < x1 and y0 < y1 else None
