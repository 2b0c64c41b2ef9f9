"""Rays against a few hundred triangles, in NumPy: what light that walls send on needs, once a scene.

A ray and an edge pass each other on one side or on the other, which the product of their Plücker coordinates tells; a
ray that passes all three edges on the same side goes through the triangle (Jones, "Intersecting a ray and a triangle
with Plücker coordinates", Ray Tracing News 13-1, 2000). All rays and edges are then one product of two matrices, and
triangles that share an edge leave no gap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray

_AT_ONCE = 2**15  # pairs of a ray and a triangle: what is known of them stays in a processor's cache
NO_TRIANGLE = -1

Rays = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """What rays meet first.

    Attributes:
        distance_m: (n,) in lengths of the ray's direction; infinite where it meets nothing.
        triangle: (n,) index; `NO_TRIANGLE` where it meets nothing.
        outside: (n,) whether it meets the outer side (counter-clockwise).
    """

    distance_m: Rays
    triangle: NDArray[np.intp]
    outside: NDArray[np.bool_]


class Mesh:
    """Triangles ready to be met by rays.

    Args:
        corners_m: (t, 3, 3), counter-clockwise from outside.

    Attributes:
        corners_m: as given.
        normals: (t, 3) unit, outwards.
    """

    def __init__(self, corners_m: FloatArray) -> None:
        self.corners_m = corners_m
        self._middle = corners_m.reshape(-1, 3).mean(axis=0)  # single precision is finest about zero
        a = corners_m - self._middle
        b = a[:, (1, 2, 0)]
        moments, edges = np.cross(a, b), b - a
        # (3, t, 6): moment and direction of each edge, by which a ray's direction and moment are multiplied.
        self._edges = np.ascontiguousarray(np.concatenate([moments, edges], axis=2).transpose(1, 0, 2), "f4")
        across = np.cross(a[:, 1] - a[:, 0], a[:, 2] - a[:, 0])
        self.normals: FloatArray = across / np.linalg.norm(across, axis=1, keepdims=True)
        self._planes = self.normals.astype("f4")
        self._offsets = (self.normals * a[:, 0]).sum(axis=1).astype("f4")

    def cast(self, origins_m: FloatArray, directions: FloatArray) -> Hits:
        """Return what rays (n, 3), (n, 3) meet beyond their origins; the one origin (3,) may be that of all."""
        starts = np.broadcast_to(origins_m - self._middle, directions.shape)
        parts = [
            self._cast(_rows(starts[part]), _rows(directions[part])) for part in self._parts(len(starts))
        ]
        if not parts:
            return Hits(np.zeros(0, "f4"), np.zeros(0, np.intp), np.zeros(0, np.bool_))
        return Hits(*(np.concatenate(list(column)) for column in zip(*parts, strict=True)))

    def blocks(self, origins_m: FloatArray, direction: FloatArray) -> NDArray[np.bool_]:
        """Return (n,) whether rays from points (n, 3) in the one direction (3,) meet anything."""
        way = direction.astype("f4")
        # Where a ray goes is the same for all: which side of an edge it passes then goes with where it starts.
        edges = self._edges.reshape(-1, 6)
        sides, shifts = np.cross(way, edges[:, 3:]), edges[:, :3] @ way
        slopes = (way @ self._planes.T)[:, None]
        met = np.zeros(len(origins_m), np.bool_)
        for part in self._parts(len(origins_m)):
            starts = _rows(origins_m[part] - self._middle)
            passed = (sides @ starts + shifts[:, None]).reshape(3, -1, starts.shape[1])
            met[part] = (self._distances(passed, starts, slopes) < np.inf).any(axis=0)
        return met

    def _parts(self, count: int) -> list[slice]:
        """Return which rays are cast at once."""
        step = max(_AT_ONCE // len(self.normals), 1)
        return [slice(first, first + step) for first in range(0, count, step)]

    def _cast(self, starts: Rays, ways: Rays) -> tuple[Rays, NDArray[np.intp], NDArray[np.bool_]]:
        """Return the parts of `Hits` for rays (3, n), (3, n): coordinate by coordinate, as all here, for speed."""
        (a, b, c), (x, y, z) = starts, ways
        lines = np.stack([x, y, z, b * z - c * y, c * x - a * z, a * y - b * x])
        slopes = self._planes @ ways
        distance = self._distances(self._edges @ lines, starts, slopes)
        first, nearest = distance.argmin(axis=0), distance.min(axis=0)
        found = np.isfinite(nearest)
        outside = found & (np.take_along_axis(slopes, first[None], axis=0)[0] < 0)
        return nearest, np.where(found, first, NO_TRIANGLE), outside

    def _distances(self, passed: Rays, starts: Rays, slopes: Rays) -> Rays:
        """Return (t, n) where rays meet the triangles, infinite where they do not.

        Args:
            passed: (3, t, n) on which side they pass each edge.
            starts: (3, n) of them.
            slopes: (t, n) or (t, 1) how steeply they go along each triangle's normal.
        """
        one, two, three = passed
        least, most = np.minimum(np.minimum(one, two), three), np.maximum(np.maximum(one, two), three)
        met = ((least >= 0) | (most <= 0)) & (least < most)
        with np.errstate(divide="ignore", invalid="ignore"):
            distance = (self._offsets[:, None] - self._planes @ starts) / slopes
        return np.where(met & (distance > 0), distance, np.float32(np.inf))


def _rows(points: FloatArray) -> Rays:
    """Return points (n, 3) coordinate by coordinate (3, n)."""
    return np.ascontiguousarray(points.T, "f4")
