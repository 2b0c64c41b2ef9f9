"""Which sample points triangles cover, and how far away: exact edge functions, without any graphics library.

A ray through pixel (u, v) meets the plane of a triangle with corners a, b, c (camera frame) at the point whose
homogeneous barycentric coordinates are the edge functions (b x c) . r, (c x a) . r, (a x b) . r of the ray
r = ((u - cx) / fx, (v - cy) / fy, 1); its depth is det(a, b, c) over their sum (Olano and Greer, "Triangle scan
conversion using 2D homogeneous coordinates", 1997). Nothing is clipped: a triangle that passes behind the camera
is cut by the signs alone. Along a row each edge is linear in u, so that a row's samples are a whole interval.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray

_CHUNK = 1 << 20  # samples handled at once: bounds memory
_ROUNDING_PX = 1e-6  # by which rows and columns are looked at too many; the edge functions then decide

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Grid:
    """Sample points on the image plane: column i lies at x0 + i * step_x, row j at y0 + j * step_y, pixels."""

    x0: float
    y0: float
    width: int
    height: int
    step_x: float = 1.0
    step_y: float = 1.0

    @staticmethod
    def of_image(camera: Intrinsics) -> Grid:
        """Return the pixel centres of an image."""
        return Grid(0.0, 0.0, camera.width, camera.height)


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Where triangles and sample points meet.

    Attributes:
        triangle: (n,) index.
        cell: (n,) row * width + column of the grid.
        depth_m: (n,) distance to the image plane.
    """

    triangle: IntArray
    cell: IntArray
    depth_m: FloatArray

    def kept(self, wanted: NDArray[np.bool_]) -> Samples:
        """Return those that are wanted."""
        return Samples(self.triangle[wanted], self.cell[wanted], self.depth_m[wanted])


class Triangles:
    """Triangles of one view, set up for sampling.

    Args:
        corners: (m, 3, 3) triangle, corner, camera-frame coordinate; metres.
        camera: the pinhole.
        one_sided: (m,) whether a triangle is seen only where its corners run counter-clockwise.
        margin_px: by which triangles are grown, so that `candidates` leaves out no cell that they touch.
    """

    def __init__(
        self,
        corners: FloatArray,
        camera: Intrinsics,
        one_sided: NDArray[np.bool_] | None = None,
        margin_px: float = 0.0,
    ) -> None:
        self._camera = camera
        a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
        normals = np.stack([cross(b, c), cross(c, a), cross(a, b)], axis=1)
        volume = dot(a, normals[:, 0])
        # Seen from the origin, camera y pointing down, a counter-clockwise triangle has a negative volume.
        turned = np.where(volume < 0, -1.0, 1.0)
        self.edges = _in_pixels(normals * turned[:, None, None], camera)
        self._volume = np.abs(volume)
        self._sum = self.edges.sum(axis=1)
        self._nearest, self._farthest = corners[..., 2].min(axis=1), corners[..., 2].max(axis=1)
        usable = (volume != 0) & (self._farthest >= camera.near_m) & (self._nearest <= camera.far_m)
        if one_sided is not None:
            usable &= ~(one_sided & (volume > 0))
        self._usable = np.flatnonzero(usable)
        self._bounds = _bounds(corners, camera)
        if margin_px > 0:
            self.edges[..., 2] += margin_px * np.abs(self.edges[..., :2]).sum(axis=-1)
            self._bounds += np.array([-1, -1, 1, 1]) * margin_px

    def candidates(self, grid: Grid) -> Iterator[tuple[IntArray, IntArray]]:
        """Yield triangles (n,) and the cells (n,) of the grid that they cover, whatever their depth."""
        for triangle, row, first, count in self._spans(grid):
            cells = np.repeat(row * grid.width + first, count) + ranks_of(count)
            yield np.repeat(triangle, count), cells

    def samples(self, grid: Grid) -> Iterator[Samples]:
        """Yield all meetings with a grid between the near and the far plane, in the order of the triangles."""
        for span in self._spans(grid):
            yield self._meetings(grid, *span)

    def _spans(self, grid: Grid) -> Iterator[tuple[IntArray, IntArray, IntArray, IntArray]]:
        """Yield triangle, row, first column and number of columns of what is covered, a bounded number at once."""
        triangle, y = self._rows(grid)
        first, count = self._columns(grid, triangle, y)
        hit = count > 0
        triangle, y, first, count = triangle[hit], y[hit], first[hit], count[hit]
        for part in chunks(count):
            yield triangle[part], y[part], first[part], count[part]

    def weights(self, triangle: IntArray, u: FloatArray, v: FloatArray) -> FloatArray:
        """Return (n, 3) barycentric coordinates of the surface points seen at pixels (u, v)."""
        edge = self.edges[triangle]
        value = edge[..., 0] * u[:, None] + edge[..., 1] * v[:, None] + edge[..., 2]
        return value / value.sum(axis=1, keepdims=True)

    def _rows(self, grid: Grid) -> tuple[IntArray, IntArray]:
        """Return triangle and row of every row of the grid that a triangle may cover."""
        low, high = self._bounds[self._usable, 1], self._bounds[self._usable, 3]
        first = np.ceil(np.maximum((low - grid.y0) / grid.step_y, 0.0)).astype(np.int64)
        last = np.floor(np.minimum((high - grid.y0) / grid.step_y, grid.height - 1)).astype(np.int64)
        left, right = self._bounds[self._usable, 0], self._bounds[self._usable, 2]
        from_x = np.ceil((np.maximum(left, grid.x0) - grid.x0) / grid.step_x)
        to_x = np.floor((np.minimum(right, grid.x0 + (grid.width - 1) * grid.step_x) - grid.x0) / grid.step_x)
        count = np.where(to_x >= from_x, np.maximum(last - first + 1, 0), 0)
        return np.repeat(self._usable, count), np.repeat(first, count) + ranks_of(count)

    def _columns(self, grid: Grid, triangle: IntArray, row: IntArray) -> tuple[IntArray, IntArray]:
        """Return the first covered column and how many follow, for every row of a triangle."""
        v = grid.y0 + row * grid.step_y
        low = np.full(len(triangle), grid.x0)
        high = np.full(len(triangle), grid.x0 + (grid.width - 1) * grid.step_x)
        empty = np.zeros(len(triangle), np.bool_)
        for corner in range(3):
            slope, along, constant = self.edges[:, corner].T
            slope, rest = slope[triangle], along[triangle] * v + constant[triangle]
            with np.errstate(divide="ignore", invalid="ignore"):
                crossing = -rest / slope
            np.maximum(low, crossing, out=low, where=slope > 0)
            np.minimum(high, crossing, out=high, where=slope < 0)
            empty |= (slope == 0) & (rest < 0)
        first = np.ceil((low - grid.x0) / grid.step_x)
        last = np.floor((high - grid.x0) / grid.step_x)
        count = np.where(empty, 0.0, np.maximum(last - first + 1, 0.0))
        return np.where(count > 0, first, 0.0).astype(np.int64), count.astype(np.int64)

    def _meetings(
        self, grid: Grid, triangle: IntArray, row: IntArray, first: IntArray, count: IntArray
    ) -> Samples:
        along, across, constant = self._sum[triangle].T
        at_row = across * (grid.y0 + row * grid.step_y) + constant
        column = np.repeat(first, count) + ranks_of(count)
        total = np.repeat(along, count) * (grid.x0 + column * grid.step_x) + np.repeat(at_row, count)
        which = np.repeat(triangle, count)
        with np.errstate(divide="ignore"):
            depth = self._volume[which] / total
        # Seen edge-on, the quotient loses digits that the corners still have.
        depth = np.clip(depth, self._nearest[which], self._farthest[which])
        inside = (depth >= self._camera.near_m) & (depth <= self._camera.far_m)
        return Samples(which, np.repeat(row, count) * grid.width + column, depth).kept(inside)


def chunks(count: IntArray) -> Iterator[slice]:
    """Yield consecutive slices of runs of the given lengths, each of about `_CHUNK` in all."""
    ends = np.cumsum(count)
    start = 0
    while start < len(ends):
        done = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + _CHUNK, side="right")))
        yield slice(start, stop)
        start = stop


def ranks_of(count: IntArray) -> IntArray:
    """Return 0, 1, … for each run of the given lengths, one after the other."""
    ends = np.cumsum(count)
    return np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - count, count)


def _in_pixels(normals: FloatArray, camera: Intrinsics) -> FloatArray:
    """Return edge functions (..., 3) of a ray as linear functions (du, dv, constant) of pixel coordinates."""
    edges = np.empty_like(normals)
    edges[..., 0] = normals[..., 0] / camera.fx
    edges[..., 1] = normals[..., 1] / camera.fy
    edges[..., 2] = normals[..., 2] - edges[..., 0] * camera.cx - edges[..., 1] * camera.cy
    return edges


def _bounds(corners: FloatArray, camera: Intrinsics) -> FloatArray:
    """Return (m, 4) x0, y0, x1, y1 of the triangles on the image plane; unbounded where one reaches behind it."""
    z = corners[..., 2]
    before = (z > 0).all(axis=1)
    depth = np.where(z > 0, z, 1.0)
    u = camera.fx * corners[..., 0] / depth + camera.cx
    v = camera.fy * corners[..., 1] / depth + camera.cy
    bounds = np.column_stack([u.min(axis=1), v.min(axis=1), u.max(axis=1), v.max(axis=1)])
    bounds += np.array([-1, -1, 1, 1]) * _ROUNDING_PX
    bounds[~before] = (-np.inf, -np.inf, np.inf, np.inf)
    return bounds


def cross(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return a x b, exactly -(b x a): the two triangles of an edge see the same line."""
    return np.stack(
        [
            a[:, 1] * b[:, 2] - a[:, 2] * b[:, 1],
            a[:, 2] * b[:, 0] - a[:, 0] * b[:, 2],
            a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0],
        ],
        axis=1,
    )


def dot(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the products (n,) of vectors (n, 3)."""
    return a[:, 0] * b[:, 0] + a[:, 1] * b[:, 1] + a[:, 2] * b[:, 2]
