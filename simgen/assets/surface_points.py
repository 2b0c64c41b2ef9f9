"""Points spread evenly over a surface, for measuring shapes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from simgen.assets.importers.polygons import face_vectors
from simgen.geometry import FloatArray


def surface_points(positions: FloatArray, triangles: NDArray[np.int64], count: int) -> FloatArray:
    """Return `count` points spread over a surface by area: stratified in area, R2 sequence inside a triangle."""
    areas = np.linalg.norm(face_vectors(positions, triangles), axis=1)
    edges = np.cumsum(areas)
    face = np.searchsorted(edges, (np.arange(count) + 0.5) / count * edges[-1])
    index = np.arange(1, count + 1)
    u, v = (0.7548776662466927 * index) % 1, (0.5698402909980532 * index) % 1  # R2: Roberts 2018
    over = u + v > 1
    u, v = np.where(over, 1 - u, u), np.where(over, 1 - v, v)
    a, b, c = (positions[triangles[np.minimum(face, len(triangles) - 1), k]] for k in range(3))
    return a + u[:, None] * (b - a) + v[:, None] * (c - a)


def hull_surface_points(points: FloatArray, count: int) -> FloatArray:
    """Return `count` points spread over the convex hull of points that do not lie in one plane."""
    return surface_points(points, ConvexHull(points).simplices.astype(np.int64), count)
