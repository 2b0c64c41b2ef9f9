"""Triangles of planar polygons, and normals where a file has none."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray, turn, unit_rows

_MOST_CORNERS = 10_000  # of one face; cutting it up takes time with the square: assumed
_MOST_HOLLOW = 1000  # of a polygon that is not convex: cutting ears off takes time with their square
_PIECE = 1 << 15  # corners at a time
_MOST_NEIGHBOURS = 512  # corners around one vertex that are looked at; the tip of a cone may have more


def triangulate(corners: list[int], points: FloatArray) -> list[tuple[int, int, int]]:
    """Return the triangles of one polygon.

    Args:
        corners: indices of its corners, in order.
        points: (k, 3) positions of those corners.

    Convex polygons become a fan; others are cut by ears (Meisters 1975) in the plane of their mean normal.

    Raises:
        ValueError: it has more corners than are read.
    """
    count = len(corners)
    if count == 3:
        return [(corners[0], corners[1], corners[2])]
    if count > _MOST_CORNERS:
        raise ValueError(f"a face of {count} corners; at most {_MOST_CORNERS} are read")
    flat = _flatten(points)
    if _is_convex(flat):
        return [(corners[0], corners[i], corners[i + 1]) for i in range(1, count - 1)]
    if count > _MOST_HOLLOW:
        raise ValueError(f"a face of {count} corners; one that is not convex may have {_MOST_HOLLOW}")
    return [(corners[a], corners[b], corners[c]) for a, b, c in _cut_ears(flat)]


def _flatten(points: FloatArray) -> list[tuple[float, float]]:
    """Return the polygon in 2D, counter-clockwise, dropping the axis of its largest normal component (Newell)."""
    # In plain numbers: arrays of four rows would cost most of the import of a model of quads.
    rows: list[list[float]] = points.tolist()
    normal = [0.0, 0.0, 0.0]
    for (ax, ay, az), (bx, by, bz) in zip(rows, [*rows[1:], rows[0]], strict=True):
        normal[0] += ay * bz - az * by
        normal[1] += az * bx - ax * bz
        normal[2] += ax * by - ay * bx
    axis = max(range(3), key=lambda k: abs(normal[k]))
    first, second = ((1, 2), (2, 0), (0, 1))[axis]
    if normal[axis] < 0:
        first, second = second, first
    x0, y0 = rows[0][first], rows[0][second]
    return [(row[first] - x0, row[second] - y0) for row in rows]


def _is_convex(flat: list[tuple[float, float]]) -> bool:
    count = len(flat)
    return all(turn(flat[i - 2], flat[i - 1], flat[i]) >= 0 for i in range(count))


def _cut_ears(flat: list[tuple[float, float]]) -> list[tuple[int, int, int]]:
    left = list(range(len(flat)))
    triangles: list[tuple[int, int, int]] = []
    while len(left) > 3:
        ear = next((i for i in range(len(left)) if _is_ear(flat, left, i)), 0)
        triangles.append((left[ear - 1], left[ear], left[(ear + 1) % len(left)]))
        del left[ear]
    return [*triangles, (left[0], left[1], left[2])]


def _is_ear(flat: list[tuple[float, float]], left: list[int], i: int) -> bool:
    before, here, after = left[i - 1], left[i], left[(i + 1) % len(left)]
    a, b, c = flat[before], flat[here], flat[after]
    if turn(a, b, c) <= 0:
        return False
    others = (flat[j] for j in left if j not in (before, here, after))
    return not any(
        turn(a, b, p) >= 0 and turn(b, c, p) >= 0 and turn(c, a, p) >= 0 and p not in (a, b, c)
        for p in others
    )


def weld(positions: FloatArray) -> NDArray[np.int64]:
    """Return for each position (n, 3) the index of its place; positions within 1e-6 of the extent share one."""
    if len(positions) == 0:
        return np.zeros(0, np.int64)
    low = positions.min(axis=0)
    step = max(float((positions.max(axis=0) - low).max()), 1e-12) * 1e-6
    cells = np.rint((positions - low) / step).astype(np.int64)
    keys = (cells[:, 0] << 42) | (cells[:, 1] << 21) | cells[:, 2]
    return np.unique(keys, return_inverse=True)[1].astype(np.int64)


def face_vectors(positions: FloatArray, triangles: NDArray[np.int64]) -> FloatArray:
    """Return the normal of each triangle (m, 3), as long as twice its area."""
    a, b, c = (positions[triangles[:, k]] for k in range(3))
    return np.cross(b - a, c - a)


def corner_normals(
    positions: FloatArray, triangles: NDArray[np.int64], cos_crease: NDArray[np.float64]
) -> FloatArray:
    """Return unit normals (m, 3, 3) of every corner, smooth up to a crease angle.

    A corner's normal is the sum of the normals of the triangles that meet at its place and turn from its own by
    less than the crease angle, weighted by their angle there (Thuermer & Wuethrich 1998).

    Args:
        positions: (n, 3).
        triangles: (m, 3).
        cos_crease: (m,) cosine of each triangle's crease angle; above 1 keeps it flat.
    """
    units = unit_rows(face_vectors(positions, triangles))
    places = weld(positions)[triangles].reshape(-1)
    order = np.argsort(places, kind="stable")
    normals = np.empty((len(order), 3))
    for rows in _pieces(places[order]):
        corners = order[rows]
        face = corners // 3
        weight = _angles(positions, triangles[face], corners % 3)[:, None]
        normals[corners] = _smoothed(places[corners], units[face], weight, cos_crease[face])
    return normals.reshape(-1, 3, 3)


def _pieces(place: NDArray[np.int64]) -> Iterator[slice]:
    """Yield ranges of sorted places, none of which is in two: all at once would need much memory."""
    first = 0
    while first < len(place):
        last = place[min(first + _PIECE, len(place)) - 1]
        after = int(np.searchsorted(place, last, side="right"))
        yield slice(first, after)
        first = after


def _smoothed(
    place: NDArray[np.int64], unit: FloatArray, weight: FloatArray, limit: FloatArray
) -> FloatArray:
    """Return the unit normals (n, 3) of corners that are sorted by place."""
    total = unit * weight
    here = np.arange(len(place))
    for offset in range(1, _MOST_NEIGHBOURS):
        here = here[here + offset < len(place)]
        here = here[place[here] == place[here + offset]]
        if len(here) == 0:
            break
        there = here + offset
        cosine = np.einsum("ij,ij->i", unit[here], unit[there])
        one, other = cosine >= limit[here], cosine >= limit[there]
        total[here[one]] += unit[there[one]] * weight[there[one]]
        total[there[other]] += unit[here[other]] * weight[here[other]]
    norms = np.linalg.norm(total, axis=1, keepdims=True)
    normals = np.where(norms > 1e-12, total / np.where(norms > 1e-12, norms, 1.0), unit)
    normals[np.linalg.norm(normals, axis=1) < 0.5] = (0.0, 0.0, 1.0)
    return normals


def _angles(positions: FloatArray, triangles: NDArray[np.int64], corner: NDArray[np.int64]) -> FloatArray:
    """Return the angle at one corner (n,) of each triangle (n, 3)."""
    rows = np.arange(len(triangles))
    here, following, before = (positions[triangles[rows, (corner + k) % 3]] for k in range(3))
    cosines = -np.einsum("ij,ij->i", unit_rows(following - here), unit_rows(here - before))
    return np.arccos(np.clip(cosines, -1.0, 1.0))


def connected_pieces(corners: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each triangle (m, 3) of vertex numbers the connected piece it lies on, from 0."""
    from scipy.sparse import coo_array  # slow to import, and importers are used without it
    from scipy.sparse.csgraph import connected_components

    ends = np.concatenate([corners[:, :2], corners[:, 1:]])
    count = int(corners.max()) + 1
    graph = coo_array((np.ones(len(ends), np.int8), (ends[:, 0], ends[:, 1])), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)[corners[:, 0]]
