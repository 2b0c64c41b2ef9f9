"""Formulas of edge collapse: quadric errors of places, and distances of points to triangles."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray, cross_rows, unit_rows

Int64Array = NDArray[np.int64]
_CHUNK = (
    1 << 15
)  # rows at a time: those of a large model would need a hundred megabytes, and no cache holds them
_BORDER_WEIGHT = 10.0  # assumed, as meshoptimizer does: holds borders where an area alone would let them go
_I, _J = np.triu_indices(4)
_TWICE = np.where(_I == _J, 1.0, 2.0)


class Quadrics:
    """Sums of squared distances to planes, one for each place (Garland and Heckbert, 1997)."""

    def __init__(self, places: FloatArray, triangles: Int64Array) -> None:
        self._places = places
        self._sums = np.zeros((len(places), len(_I)))
        self._weights = np.zeros(len(places))
        vectors = face_normals(places[triangles])
        self._add(triangles, vectors, np.linalg.norm(vectors, axis=1) / 2)

    def add_borders(self, start: Int64Array, end: Int64Array, apex: Int64Array) -> None:
        """Add the planes through edges of places, square to the triangles that have them."""
        along = self._places[end] - self._places[start]
        across = cross_rows(along, face_normals(self._places[np.column_stack([start, end, apex])]))
        self._add(np.column_stack([start, end]), across, _BORDER_WEIGHT * (along**2).sum(axis=1))

    def error(self, of: Int64Array, points: FloatArray) -> FloatArray:
        """Return the distance (root of the weighted mean square) of each point to the planes of a place."""
        total = np.empty(len(points))
        for rows in _chunks(len(points)):
            h = np.column_stack([points[rows], np.ones(len(points[rows]))])
            total[rows] = ((h[:, _I] * h[:, _J] * _TWICE) * self._sums[of[rows]]).sum(axis=1)
        return np.sqrt(np.maximum(total, 0.0) / np.maximum(self._weights[of], 1e-300))

    def merge(self, start: Int64Array, end: Int64Array) -> None:
        """Add the planes of places to those of others; an end may occur several times."""
        np.add.at(self._sums, end, self._sums[start])
        np.add.at(self._weights, end, self._weights[start])

    def _add(self, at: Int64Array, normals: FloatArray, weights: FloatArray) -> None:
        """Add planes through the first of each row's places to all of them."""
        units = unit_rows(normals)
        offset = -np.einsum("ij,ij->i", units, self._places[at[:, 0]])
        plane = np.column_stack([units, offset])
        rows = plane[:, _I] * plane[:, _J] * weights[:, None]
        for column in at.T:
            np.add.at(self._sums, column, rows)
            np.add.at(self._weights, column, weights)


def face_normals(corners: FloatArray) -> FloatArray:
    """Return the normals of triangles (m, 3, 3), as long as twice their areas."""
    return cross_rows(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


def distances_to_triangles(points: FloatArray, corners: FloatArray) -> FloatArray:
    """Return the distance of each point (n, 3) to the triangle beside it (n, 3, 3)."""
    distance = np.empty(len(points))
    for rows in _chunks(len(points)):
        distance[rows] = _distances(points[rows], corners[rows])
    return distance


def _chunks(count: int) -> Iterator[slice]:
    return (slice(first, min(first + _CHUNK, count)) for first in range(0, count, _CHUNK))


def _distances(points: FloatArray, corners: FloatArray) -> FloatArray:
    normals = face_normals(corners)
    squares = np.einsum("ij,ij->i", normals, normals)
    inside = squares > 0
    edges = np.full(len(points), np.inf)
    for k in range(3):
        a, b = corners[:, k], corners[:, (k + 1) % 3]
        along, to = b - a, points - a
        inside &= np.einsum("ij,ij->i", cross_rows(along, to), normals) >= 0
        length = np.maximum(np.einsum("ij,ij->i", along, along), 1e-300)
        share = np.clip(np.einsum("ij,ij->i", to, along) / length, 0.0, 1.0)[:, None]
        rest = to - share * along
        edges = np.minimum(edges, np.einsum("ij,ij->i", rest, rest))
    heights = np.einsum("ij,ij->i", points - corners[:, 0], normals) ** 2 / np.maximum(squares, 1e-300)
    return np.sqrt(np.where(inside, heights, edges))
