"""Surfaces swept along a road: grids of cross sections, of which cells can belong to different materials."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from simgen.assets.procedural.meshes import Patch
from simgen.assets.procedural.road_line import ROW_M, RoadLine
from simgen.assets.procedural.solids import Part, hull_part
from simgen.geometry import FloatArray

# Length of a ground part. Where the road rises, 12 m lie within 12 mm of a slope of 6 % over 300 m.
_RISING_STEP_M, _LEVEL_STEP_M = 12.0, 40.0
Heights = Callable[[FloatArray, FloatArray], FloatArray]


def swept(
    line: RoadLine,
    rows_m: FloatArray,
    columns_m: FloatArray,
    tile_m: tuple[float, float],
    heights: Heights | None = None,
) -> Patch:
    """Return the grid between cross sections, facing up.

    Args:
        line: what it follows.
        rows_m: (r,) places along the line, growing.
        columns_m: (c,) lateral places, growing to the left.
        tile_m: lateral and longitudinal metres a texture repeat; u runs to the right, v ahead.
        heights: added to the line's height, of (s, lateral) (r, c) each; none: level across.
    """
    s, lateral = np.meshgrid(rows_m, columns_m, indexing="ij")
    positions = line.points(s, lateral)
    if heights is not None:
        positions[..., 2] += heights(s, lateral)
    along, across = np.gradient(positions, axis=0), np.gradient(positions, axis=1)
    normals = np.cross(along, across)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    uvs = np.stack([-lateral / tile_m[0], s / tile_m[1]], axis=-1)
    r, c = s.shape
    a = (np.arange(r - 1)[:, None] * c + np.arange(c - 1)).ravel()
    triangles = np.concatenate(
        [np.column_stack([a, a + c, a + c + 1]), np.column_stack([a, a + c + 1, a + 1])]
    )
    return Patch(positions.reshape(-1, 3), normals.reshape(-1, 3), uvs.reshape(-1, 2), triangles)


def cells(grid: Patch, chosen: NDArray[np.bool_]) -> Patch:
    """Return some cells of a swept grid.

    Args:
        grid: of r rows and c columns.
        chosen: (r - 1, c - 1).
    """
    triangles = grid.triangles[np.tile(chosen.ravel(), 2)]
    used, renumbered = np.unique(triangles, return_inverse=True)
    return Patch(
        grid.positions_m[used], grid.normals[used], grid.uvs[used], renumbered.reshape(triangles.shape)
    )


def end_faces(line: RoadLine, rows_m: FloatArray, left_m: float, right_m: float, depth_m: float) -> Patch:
    """Return upright faces under both ends of a strip, which give it a thickness."""
    corners, normals = list[FloatArray](), list[FloatArray]()
    for s, ahead in ((float(rows_m[0]), -1.0), (float(rows_m[-1]), 1.0)):
        a, b = line.points([s, s], [left_m, right_m] if ahead < 0 else [right_m, left_m])
        down = np.array([0.0, 0.0, depth_m])
        heading = float(line.heading_rad(s))
        corners += [a - down, b - down, b, a]
        normals += [ahead * np.array([np.cos(heading), np.sin(heading), 0.0])] * 4
    width, quads = abs(left_m - right_m), np.array([[0, 1, 2], [0, 2, 3]])
    uvs = np.tile(np.array([[0.0, 0.0], [width, 0.0], [width, depth_m], [0.0, depth_m]]), (2, 1))
    return Patch(np.array(corners), np.array(normals), uvs, np.concatenate([quads, quads + 4]))


def ground_parts(
    line: RoadLine, left_m: float, right_m: float, depth_m: float, lowest_m: float
) -> tuple[Part, ...]:
    """Return convex bodies under a strip, their tops where it is drawn.

    Args:
        line: what the strip follows.
        left_m: lateral place of one border.
        right_m: of the other.
        depth_m: of the bodies.
        lowest_m: they end there, as under the low end of a rising road.
    """
    rows = line.rows_m()
    longest = _RISING_STEP_M if line.slope else _LEVEL_STEP_M
    step = int(longest / ROW_M) if line.slope or line.bend_rad else len(rows) - 1
    places = [*rows[:-1:step], rows[-1]]
    tops = line.points(np.array(places)[:, None], [left_m, right_m])
    bottoms = np.stack([tops[..., 0], tops[..., 1], np.maximum(tops[..., 2] - depth_m, lowest_m)], axis=-1)
    ends = np.concatenate([tops, bottoms], axis=1)
    return tuple(hull_part(np.concatenate(pair)) for pair in pairwise(ends))
