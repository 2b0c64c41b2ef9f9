"""What of a mesh matters beyond its triangles: its rough shape, flat faces that hide things, the plane of its top."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray

_ROUGH_CELLS = 9  # along the longest side
ROUGH_ENOUGH = 300  # triangles
# How far a corner may be off a face's plane, and a triangle's least area: in lengths of the model, and their squares.
_FLAT, _LARGE, _MOST_LARGE = 1e-4, 0.01, 32
_STEEPEST_SIDE = 0.9  # z of the normals of what counts as an upper side


def clustered(
    positions_m: NDArray[np.float32], triangles: NDArray[np.uint32], closed: int
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Return the distinct triangles between cells of a coarse grid, one vertex a cell (Rossignac and Borrel, 1993).

    Args:
        closed: so many triangles come first that belong to closed surfaces, which they still do then.

    Returns:
        Those of closed surfaces, and others.
    """
    if len(triangles) <= ROUGH_ENOUGH:
        return triangles[:closed], triangles[closed:]
    extent = np.ptp(positions_m, axis=0)
    cells = np.floor((positions_m - positions_m.min(axis=0)) / (float(extent.max()) / _ROUGH_CELLS)).astype(
        np.int64
    )
    keys = (cells[:, 0] * 4096 + cells[:, 1]) * 4096 + cells[:, 2]
    _, first, cell_of_vertex = np.unique(keys, return_index=True, return_inverse=True)
    corners = cell_of_vertex[triangles]
    # The same three cells joined twice cast one shadow; those of a closed surface, if both times the same way round.
    lowest = corners.argmin(axis=1)[:, None]
    turned = np.take_along_axis(corners, (lowest + np.arange(3)) % 3, axis=1)
    kept = _distinct(turned[:closed], len(first)), _distinct(np.sort(corners[closed:], axis=1), len(first))
    one, two = (
        first[part].astype(np.uint32) for part in (turned[:closed][kept[0]], corners[closed:][kept[1]])
    )
    return one, two


def _distinct(corners: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """Return the first rows of those (n, 3) of numbers below `count` that are alike and have three different ones."""
    a, b, c = corners.T
    rows = np.flatnonzero((a != b) & (b != c) & (a != c))
    _, distinct = np.unique(((a * count + b) * count + c)[rows], return_index=True)
    return rows[np.sort(distinct)]


def flat_faces(corners_m: FloatArray) -> FloatArray:
    """Return the large flat convex faces (f, 4, 3) of two triangles each that triangles (t, 3, 3) have.

    Corners are counter-clockwise as those of the triangles are.
    """
    if len(corners_m) == 0:
        return np.zeros((0, 4, 3))
    size = float(np.ptp(corners_m.reshape(-1, 3), axis=0).max())
    areas = np.linalg.norm(_across(corners_m), axis=1) / 2
    largest = np.argsort(-areas, kind="stable")[:_MOST_LARGE]
    triangles = corners_m[largest[areas[largest] > _LARGE * size**2]]
    starts, ends = triangles.reshape(-1, 3), np.roll(triangles, -1, axis=1).reshape(-1, 3)
    tips = np.roll(triangles, -2, axis=1).reshape(-1, 3)
    # Neighbours run along the edge between them in opposite directions.
    one, two = np.nonzero(
        (starts[:, None] == ends[None]).all(axis=2) & (ends[:, None] == starts[None]).all(axis=2)
    )
    one, two = one[one < two], two[one < two]
    faces = np.stack([starts[one], tips[two], ends[one], tips[one]], axis=1)
    edges = np.roll(faces, -1, axis=1) - faces
    turns = np.cross(edges, np.roll(edges, -1, axis=1))
    normals = turns.sum(axis=1)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)
    is_convex = ((turns * normals[:, None]).sum(axis=2) > 0).all(axis=1)
    off_plane = np.ptp((faces * normals[:, None]).sum(axis=2), axis=1)
    return faces[is_convex & (off_plane < _FLAT * size)]


def _across(corners: FloatArray) -> FloatArray:
    """Return vectors (n, 3) across triangles (n, 3 or more, 3), twice as long as their areas are large."""
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


@dataclass(frozen=True, slots=True, eq=False)
class UpperSide:
    """The plane through all of a mesh that faces up, object frame.

    Attributes:
        middle_m: (3,) a point of it.
        normal: (3,) unit, upwards.
        uneven_m: how far corners are off it.
        share: of the whole surface that faces up.
        width_m: of the triangles that face up, from their longest side; the mean over their area.
    """

    middle_m: FloatArray
    normal: FloatArray
    uneven_m: float
    share: float
    width_m: float


def upper_side(positions_m: NDArray[np.float32], triangles: NDArray[np.uint32]) -> UpperSide | None:
    """Return the plane of what faces up; None where nothing does."""
    corners = positions_m[triangles].astype(float)
    across = _across(corners)
    sizes = np.linalg.norm(across, axis=1)
    up = across[:, 2] > _STEEPEST_SIDE * np.maximum(sizes, 1e-12)
    if not up.any():
        return None
    longest = np.sqrt(((corners[up] - np.roll(corners[up], -1, axis=1)) ** 2).sum(axis=2).max(axis=1))
    share, width = (
        float(sizes[up].sum() / sizes.sum()),
        float((sizes[up] ** 2 / longest).sum() / sizes[up].sum()),
    )
    points = corners[up].reshape(-1, 3)
    middle = points.mean(axis=0)
    normal = np.linalg.svd(points - middle, full_matrices=False)[2][2]
    normal = normal * np.sign(normal[2] or 1.0)
    return UpperSide(middle, normal, float(np.abs((points - middle) @ normal).max()), share, width)
