"""Which sample points triangles cover where the camera is no pinhole: rays are met exactly, none is resampled.

The rays of a lens start at one point. They are sorted onto the six faces of a cube around it, and there into the cells
of a grid. On a face triangles are what a pinhole sees: their cells are found as pixels are, each triangle grown so that
none is missed, and every ray of these cells is then held against the triangle by the signs of its edge functions (see
`coverage`). Parallel rays need no cube: their edge functions are linear in pixels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import inf

import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray
from simgen.rendering.pathtrace.coverage import (
    Grid,
    IntArray,
    Samples,
    Triangles,
    chunks,
    cross,
    dot,
    ranks_of,
)

_RAYS_A_CELL = 2  # about: fewer make more cells, more make more rays that miss
_MARGIN_CELLS = 0.5 + 1e-6
# Rows are the axes of a face in the camera frame: right, down, ahead.
_FACES = np.array(
    [
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[0, 0, -1], [0, 1, 0], [1, 0, 0]],
        [[0, 0, 1], [0, 1, 0], [-1, 0, 0]],
        [[1, 0, 0], [0, 0, -1], [0, 1, 0]],
        [[1, 0, 0], [0, 0, 1], [0, -1, 0]],
        [[-1, 0, 0], [0, 1, 0], [0, 0, -1]],
    ],
    float,
)


@dataclass(frozen=True, slots=True, eq=False)
class FaceRays:
    """The rays of one face, sorted by cell.

    Attributes:
        turn: (3, 3) camera -> face.
        cells: the face as a pinhole whose pixels are the cells.
        ray: (k,) index of each ray in the grid.
        start: (cells + 1,) where the rays of each cell begin in `ray`.
    """

    turn: FloatArray
    cells: Intrinsics
    ray: IntArray
    start: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class SortedRays:
    """The rays of a grid: (n, 3) directions, and the faces they fall on."""

    directions: FloatArray
    faces: tuple[FaceRays, ...]


class LensTriangles:
    """Triangles of one view through a lens; as `coverage.Triangles`, depth as the camera defines it."""

    def __init__(
        self, corners: FloatArray, camera: Intrinsics, one_sided: NDArray[np.bool_] | None = None
    ) -> None:
        self._camera, self._corners, self._one_sided = camera, corners, one_sided
        a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
        normals = np.stack([cross(b, c), cross(c, a), cross(a, b)], axis=1)
        volume = dot(a, normals[:, 0])
        self._normals = normals * np.where(volume < 0, -1.0, 1.0)[:, None, None]
        self._volume = np.abs(volume)

    def samples(self, grid: Grid) -> Iterator[Samples]:
        """Yield all meetings with a grid between near and far, face by face in the order of the triangles."""
        rays = sorted_rays(self._camera, grid)
        for face in rays.faces:
            turned = self._corners @ face.turn.T
            seen = Triangles(turned, face.cells, self._one_sided, _MARGIN_CELLS)
            for triangle, cell in seen.candidates(Grid.of_image(face.cells)):
                first, count = face.start[cell], face.start[cell + 1] - face.start[cell]
                for part in chunks(count):
                    which = np.repeat(triangle[part], count[part])
                    at = face.ray[np.repeat(first[part], count[part]) + ranks_of(count[part])]
                    yield self._meetings(rays.directions, which, at)

    def weights(self, triangle: IntArray, u: FloatArray, v: FloatArray) -> FloatArray:
        """Return (n, 3) barycentric coordinates of the surface points seen at pixels (u, v)."""
        value = self._edge_values(triangle, self._camera.directions(u, v))
        return value / value.sum(axis=1, keepdims=True)

    def _edge_values(self, triangle: IntArray, ray: FloatArray) -> FloatArray:
        edge = self._normals[triangle]
        return (
            edge[..., 0] * ray[:, None, 0] + edge[..., 1] * ray[:, None, 1] + edge[..., 2] * ray[:, None, 2]
        )

    def _meetings(self, directions: FloatArray, triangle: IntArray, at: IntArray) -> Samples:
        value = self._edge_values(triangle, directions[at])
        total = value.sum(axis=1)
        inside = (value >= 0).all(axis=1) & (total > 0)
        triangle, at, total = triangle[inside], at[inside], total[inside]
        depth = self._volume[triangle] / total
        shown = (depth >= self._camera.near_m) & (depth <= self._camera.far_m)
        return Samples(triangle, at, depth).kept(shown)


class FlatTriangles(Triangles):
    """Triangles of one view along parallel rays; as `coverage.Triangles`."""

    def __init__(
        self, corners: FloatArray, camera: Intrinsics, one_sided: NDArray[np.bool_] | None = None
    ) -> None:
        # Far behind and with as long a lens a pinhole's rays are parallel; here they are so exactly.
        self._camera = camera
        u = camera.fx * corners[..., 0] + camera.cx
        v = camera.fy * corners[..., 1] + camera.cy
        following = [1, 2, 0], [2, 0, 1]
        (u1, v1), (u2, v2) = ((u[:, k], v[:, k]) for k in following)
        edges = np.stack([v1 - v2, u2 - u1, u1 * v2 - u2 * v1], axis=-1)
        area = edges[..., 2].sum(axis=1)
        # Camera y points down: a counter-clockwise triangle has a negative area.
        self.edges = edges * np.where(area < 0, -1.0, 1.0)[:, None, None]
        self._sum = self.edges.sum(axis=1)
        self._area = np.abs(area)
        z = corners[..., 2]
        self._z = z
        self._nearest, self._farthest = z.min(axis=1), z.max(axis=1)
        usable = (area != 0) & (self._farthest >= camera.near_m) & (self._nearest <= camera.far_m)
        if one_sided is not None:
            usable &= ~(one_sided & (area > 0))
        self._usable = np.flatnonzero(usable)
        self._bounds = np.column_stack([u.min(axis=1), v.min(axis=1), u.max(axis=1), v.max(axis=1)])

    def _meetings(
        self, grid: Grid, triangle: IntArray, row: IntArray, first: IntArray, count: IntArray
    ) -> Samples:
        which, column = np.repeat(triangle, count), np.repeat(first, count) + ranks_of(count)
        rows = np.repeat(row, count)
        u, v = grid.x0 + column.astype(float) * grid.step_x, grid.y0 + rows.astype(float) * grid.step_y
        weights = self.weights(which, u, v)
        depth = np.clip((weights * self._z[which]).sum(axis=1), self._nearest[which], self._farthest[which])
        inside = (depth >= self._camera.near_m) & (depth <= self._camera.far_m)
        return Samples(which, rows * grid.width + column, depth).kept(inside)


def triangles_of(
    corners: FloatArray, camera: Intrinsics, one_sided: NDArray[np.bool_]
) -> Triangles | LensTriangles:
    """Return triangles (m, 3, 3) of the camera frame, set up for sampling through its lens."""
    if camera.lens is None:
        return Triangles(corners, camera, one_sided)
    if camera.is_orthographic:
        return FlatTriangles(corners, camera, one_sided)
    return LensTriangles(corners, camera, one_sided)


@lru_cache(maxsize=4)
def sorted_rays(camera: Intrinsics, grid: Grid) -> SortedRays:
    """Return the rays through the points of a grid, sorted; points that the lens does not show have none."""
    u = np.tile(grid.x0 + np.arange(grid.width, dtype=float) * grid.step_x, grid.height)
    v = np.repeat(grid.y0 + np.arange(grid.height, dtype=float) * grid.step_y, grid.width)
    directions = camera.directions(u, v)
    known = np.flatnonzero(np.isfinite(directions[:, 0]))
    along = directions[known] @ _FACES[:, 2].T
    face_of = np.argmax(along, axis=1)
    faces = (
        _face(_FACES[k], directions, known[face_of == k]) for k in range(len(_FACES)) if (face_of == k).any()
    )
    return SortedRays(directions, tuple(faces))


def _face(turn: FloatArray, directions: FloatArray, rays: IntArray) -> FaceRays:
    """Return the rays of a face in a grid over the part of it that they fall on."""
    local = directions[rays] @ turn.T
    flat = local[:, :2] / local[:, 2:]
    low, high = flat.min(axis=0), flat.max(axis=0)
    side = np.maximum(np.sqrt(np.prod(np.maximum(high - low, 1e-3)) * _RAYS_A_CELL / len(rays)), 1e-6)
    width, height = (int(n) for n in np.floor((high - low) / side) + 1)
    column, row = np.minimum((flat - low) / side, (width - 1, height - 1)).astype(np.int64).T
    cell = row * width + column
    order = np.argsort(cell, kind="stable")
    start = np.searchsorted(cell[order], np.arange(width * height + 1))
    # The centre of the first cell lies half a side inside.
    cx, cy = (float(v) for v in -low / side - 0.5)
    cells = Intrinsics(width, height, 1 / side, 1 / side, cx, cy, near_m=1e-12, far_m=inf)
    return FaceRays(turn, cells, rays[order], start)
