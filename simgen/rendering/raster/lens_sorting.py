"""Triangles sorted by how a lens shows them: those out of sight are left out, very wide ones are told from the rest.

Spheres around all triangles are tried at once, before a graphics card is told of any; what they cannot tell of the few
triangles around the camera, their corners do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray
from simgen.rendering.raster.lens_table import is_panorama, widest_ray
from simgen.rendering.raster.pyramids import picture_pyramid

_WIDE_RAD = 1.0  # longest side of what is drawn tile by tile
_NEARLY_ALL_RAD = 3.0  # off the axis: a picture that shows more shows nearly everything
_TINY = np.float32(1e-9)

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class TriangleBounds:
    """Spheres around triangles, object frame before the scene's scale.

    Attributes:
        centers_m: (3, m).
        radii_m: (m,).
        longest_m: (m,) longest sides.
    """

    centers_m: Floats
    radii_m: Floats
    longest_m: Floats

    @staticmethod
    def of(positions_m: Floats, triangles: NDArray[np.uint32]) -> TriangleBounds:
        """Return the bounds of triangles (m, 3) between positions (n, 3)."""
        a, b, c = (positions_m[triangles[:, i]].T for i in range(3))
        centers = np.ascontiguousarray((a + b + c) / np.float32(3))
        reaches = [((p - centers) ** 2).sum(axis=0) for p in (a, b, c)]
        sides = [((p - q) ** 2).sum(axis=0) for p, q in ((a, b), (b, c), (c, a))]
        grown = np.float32(1 + 1e-5)  # rounding
        return TriangleBounds(
            centers, np.sqrt(np.maximum.reduce(reaches)) * grown, np.sqrt(np.maximum.reduce(sides))
        )


@dataclass(frozen=True, slots=True)
class Run:
    """Indices of sorted triangles that one draw call takes: all of them wide, or none."""

    first: int
    count: int
    wide: bool


@dataclass(frozen=True, slots=True, eq=False)
class SortedTriangles:
    """The triangles of a level that a camera may see.

    Attributes:
        chosen: rows of the level's triangles, ascending: those that are not wide, those that are.
        indices: (k, 3) their vertices, in that order.
    """

    chosen: tuple[NDArray[np.intp], NDArray[np.intp]]
    indices: NDArray[np.uint32]

    def runs(self, first: int, count: int) -> Iterator[Run]:
        """Return what is left of consecutive indices of the level."""
        begin = 0
        for wide, rows in enumerate(self.chosen):
            low, high = (int(v) for v in np.searchsorted(rows, (first // 3, (first + count) // 3)))
            if high > low:
                yield Run(3 * (begin + low), 3 * (high - low), bool(wide))
            begin += len(rows)


def sort_triangles(
    camera: Intrinsics,
    T_camera_object: FloatArray,
    scale: float,
    positions_m: Floats,
    triangles: NDArray[np.uint32],
    bounds: TriangleBounds,
) -> SortedTriangles:
    """Return the triangles (m, 3) of a level that a camera with a lens may see, sorted."""
    size = np.float32(scale)
    R: Floats = np.asarray(T_camera_object[:3, :3] * scale, np.float32)
    t: Floats = np.asarray(T_camera_object[:3, 3:], np.float32)
    centers: Floats = np.asarray(R @ bounds.centers_m + t, np.float32)
    radii = bounds.radii_m * size
    squares = (centers * centers).sum(axis=0)
    rows = np.flatnonzero(_seen(camera, centers, squares, radii))
    nearest = np.sqrt(squares[rows]) - radii[rows]
    wide = bounds.longest_m[rows] * size > _WIDE_RAD * nearest
    if not wide.any():
        return SortedTriangles((rows, rows[:0]), triangles[rows])
    maybe = rows[wide]
    placed: Floats = np.asarray(R @ positions_m[triangles[maybe]].reshape(-1, 3).T + t, np.float32)
    corners = placed.T.reshape(-1, 3, 3)
    angles = _longest_sides(corners)
    shown = _reach_in(camera, corners)
    narrow = np.union1d(rows[~wide], maybe[shown & (angles <= _WIDE_RAD)])
    chosen = (narrow, maybe[shown & (angles > _WIDE_RAD)])
    return SortedTriangles(chosen, triangles[np.concatenate(chosen)])


@lru_cache(maxsize=32)
def _pyramid(camera: Intrinsics) -> Floats | None:
    """Return inward unit normals (4, 3) around the picture; None where it sees too much for a pyramid."""
    sides = picture_pyramid(camera)
    if sides is None:
        return None
    return (sides / np.maximum(np.linalg.norm(sides, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def _seen(camera: Intrinsics, centers: Floats, squares: Floats, radii: Floats) -> NDArray[np.bool_]:
    """Return which spheres (m,) the picture may show."""
    seen = np.ones(len(radii), np.bool_)
    sides = _pyramid(camera)
    if sides is not None:
        for side in sides:
            seen &= side @ centers >= -radii
        return seen
    widest = pi if is_panorama(camera) else widest_ray(camera)
    if widest < _NEARLY_ALL_RAD:
        # The angle off the axis, less that of the sphere itself, by its cosine; what it is inside of shows everywhere.
        cosine, sine = np.float32(cos(widest)), np.float32(sin(widest))
        beside = np.sqrt(np.maximum(squares - radii * radii, np.float32(0)))
        apart = (beside > 0) & (beside * sine + radii * cosine > 0)
        seen &= ~(apart & (centers[2] < cosine * beside - sine * radii))
    return seen


def _longest_sides(corners: Floats) -> Floats:
    """Return the angles (m,) under which the longest sides of triangles (m, 3, 3) are seen."""
    towards = corners / np.maximum(np.linalg.norm(corners, axis=2, keepdims=True), _TINY)
    chords = np.linalg.norm(towards - np.roll(towards, 1, axis=1), axis=2).max(axis=1)
    return 2 * np.arcsin(np.minimum(chords / 2, np.float32(1)))


def _reach_in(camera: Intrinsics, corners: Floats) -> NDArray[np.bool_]:
    """Return which triangles (m, 3, 3) no side of the picture's pyramid cuts off."""
    sides = _pyramid(camera)
    if sides is None:
        return np.ones(len(corners), np.bool_)
    inside: NDArray[np.bool_] = np.asarray(corners @ sides.T) >= -_TINY
    return np.all(np.any(inside, axis=1), axis=1)
