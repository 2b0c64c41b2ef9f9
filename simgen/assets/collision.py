"""Convex collision shapes: one hull where the shape is solid enough, a convex decomposition where it is not.

Physics engines are fast and stable on few convex parts with few vertices. A mug needs several (things fall into
it); a book does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, KDTree, QhullError

from simgen.assets.importers.polygons import connected_pieces, weld
from simgen.assets.importers.raw import RawPart
from simgen.assets.surface_points import hull_surface_points, surface_points
from simgen.assets.uncovered import uncovered_parts
from simgen.assets.vessel import vessel_parts
from simgen.errors import AssetError
from simgen.geometry import FloatArray, cross_rows
from simgen.records.asset import Collision

MAX_PARTS = 12  # of a decomposition; what it leaves out may add some
MAX_ALL_PARTS = 16  # with what is added; assumed: physics costs grow with them
MAX_VERTICES = 64  # of a single hull; assumed: smooth enough to roll
_SPREAD_POINTS = 24_000  # on the surface, to find what no part covers; assumed
_PART_VERTICES = 32  # of one part of several: physics costs grow with them
_HOLLOW_SHARE = 0.06  # of the diagonal; assumed: a hull further off its mesh than this is decomposed
_THINNEST_M = 0.001  # of a hull: thinner ones have no inside that a collision could be told from
_DECOMPOSED_TRIANGLES = 2000  # of what is decomposed; assumed
# coacd's measure of concavity. 0.1 leaves the hollow of a cup free; on models of many loose pieces (laces, slats)
# it costs ten times as long as 0.2 and ends in the same number of parts.
_FINE, _COARSE, _SIMPLE_PIECES = 0.1, 0.2, 8


def convex_parts(parts: Sequence[RawPart], mode: Literal["auto", "hull", "decompose"]) -> list[FloatArray]:
    """Return convex vertex sets, each (n <= 64, 3), at most 16 of them, for the triangles of a model in metres."""
    positions, triangles = merged(parts)
    hull = hull_points(positions)
    if mode == "hull" or (mode == "auto" and hollowness(positions, triangles, hull) < _HOLLOW_SHARE):
        return [few_vertices(hull)]
    spread = np.concatenate([positions, surface_points(positions, triangles, _SPREAD_POINTS)])
    vessel = vessel_parts(spread)
    if vessel is not None:
        return [few_vertices(hull_points(part), _PART_VERTICES) for part in vessel]
    decomposed = _decomposed(positions, triangles)
    if not decomposed:
        return [few_vertices(hull)]
    added = uncovered_parts(spread, decomposed, MAX_ALL_PARTS - len(decomposed))
    return [*decomposed, *(few_vertices(hull_points(part), _PART_VERTICES) for part in added)]


def collision_of(hulls: Sequence[FloatArray]) -> Collision:
    """Return the collision record of convex parts, its mass properties at uniform density.

    Parts are taken as not overlapping; where they do, the common part counts twice. Vertices are rounded to
    float32, as they are shipped.

    Raises:
        AssetError: a part is so thin beside its length that nothing of it is left after rounding.
    """
    ordered = [hull_points(points).astype(np.float32).astype(float) for points in hulls]
    try:
        solids = [ConvexHull(points) for points in ordered]
    except QhullError as error:
        longest = max(float(np.ptp(points, axis=0).max()) for points in ordered)
        raise AssetError(f"it is {longest:.4g} m long and so thin that no body collides with it") from error
    volumes = np.array([solid.volume for solid in solids])
    centres = np.array([_centroid(points, solid) for points, solid in zip(ordered, solids, strict=True)])
    centre = (volumes[:, None] * centres).sum(axis=0) / volumes.sum()
    return Collision(
        hulls_m=tuple(ordered),
        center_of_mass_m=(float(centre[0]), float(centre[1]), float(centre[2])),
        volume_m3=float(volumes.sum()),
    )


def merged(parts: Sequence[RawPart]) -> tuple[FloatArray, NDArray[np.int64]]:
    """Return all parts as one mesh (positions, triangles) whose vertices at one place are one vertex."""
    positions = np.concatenate([part.positions for part in parts])
    offsets = np.cumsum([0] + [len(part.positions) for part in parts])
    triangles = np.concatenate([part.triangles + o for part, o in zip(parts, offsets, strict=False)])
    places = weld(positions)
    _, first = np.unique(places, return_index=True)
    welded = places[triangles]
    distinct = (
        (welded[:, 0] != welded[:, 1]) & (welded[:, 1] != welded[:, 2]) & (welded[:, 0] != welded[:, 2])
    )
    return positions[first], welded[distinct]


def hollowness(positions: FloatArray, triangles: NDArray[np.int64], hull: FloatArray) -> float:
    """Return how far the hull's surface lies off the mesh: 95th percentile of the distance over the diagonal."""
    on_hull = hull_surface_points(hull, 600)
    on_mesh = surface_points(positions, triangles, 6000)
    distances = KDTree(on_mesh).query(on_hull)[0]
    diagonal = float(np.linalg.norm(np.ptp(positions, axis=0)))
    return float(np.percentile(distances, 95)) / diagonal


def few_vertices(points: FloatArray, most: int = MAX_VERTICES) -> FloatArray:
    """Return at most `most` of a hull's vertices: the extremes along each axis, then always the farthest one.

    The extremes come first, so the bounding box stays as it is.
    """
    if len(points) <= most:
        return points
    chosen = list(dict.fromkeys([*points.argmin(axis=0).tolist(), *points.argmax(axis=0).tolist()]))
    distance = np.min(np.linalg.norm(points[:, None] - points[chosen], axis=2), axis=1)
    while len(chosen) < most:
        chosen.append(int(np.argmax(distance)))
        distance = np.minimum(distance, np.linalg.norm(points - points[chosen[-1]], axis=1))
    return points[sorted(chosen)]


def _decomposed(positions: FloatArray, triangles: NDArray[np.int64]) -> list[FloatArray]:
    """Return the vertices of convex parts, in a fixed order, none outside the mesh's box.

    CoACD (Wei et al., "Approximate convex decomposition for 3D meshes with collision-aware concavity and tree search",
    ACM TOG 41, 2022).
    """
    import coacd

    low, high = positions.min(axis=0), positions.max(axis=0)
    positions, triangles = few_triangles(positions, triangles)
    loose = len(np.unique(connected_pieces(triangles)))
    coacd.set_log_level("error")
    pieces = coacd.run_coacd(
        coacd.Mesh(positions, triangles.astype(np.int32)),
        threshold=_FINE if loose <= _SIMPLE_PIECES else _COARSE,
        max_convex_hull=MAX_PARTS,
        preprocess_resolution=30,
        resolution=300,
        mcts_nodes=5,
        mcts_iterations=10,
        mcts_max_depth=1,
        seed=0,
    )
    inside = [np.clip(np.asarray(piece[0], float), low, high) for piece in pieces]  # remeshing reaches beyond
    hulls = [few_vertices(hull_points(points), _PART_VERTICES) for points in inside]
    hulls.sort(key=lambda hull: hull.tolist())
    return hulls[:MAX_PARTS]


def few_triangles(
    positions: FloatArray, triangles: NDArray[np.int64], most: int = _DECOMPOSED_TRIANGLES
) -> tuple[FloatArray, NDArray[np.int64]]:
    """Return a mesh of some `most` triangles: itself, or one simplified that stays inside its box."""
    if len(triangles) <= most:
        return positions, triangles
    import fast_simplification

    share = 1.0 - most / len(triangles)
    simple = fast_simplification.simplify(positions, triangles.astype(np.int32), target_reduction=share)
    inside = np.clip(simple[0], positions.min(axis=0), positions.max(axis=0))
    return inside.astype(float), np.asarray(simple[1], np.int64)


def hull_points(points: FloatArray) -> FloatArray:
    """Return the vertices of the convex hull in order of their input; a flat set is thickened to 1 mm first."""
    thin = np.ptp(points, axis=0) < _THINNEST_M
    if thin.any():
        half = np.where(thin, _THINNEST_M / 2, 0.0)
        points = np.vstack([points - half, points + half])
    try:
        solid = ConvexHull(points)
    except QhullError:  # flat, but not along an axis
        points = np.vstack([points + offset for offset in _cube(_THINNEST_M / 2)])
        solid = ConvexHull(points)
    return points[np.sort(solid.vertices)]


def _cube(half: float) -> FloatArray:
    return np.array([[x, y, z] for x in (-half, half) for y in (-half, half) for z in (-half, half)])


def _centroid(points: FloatArray, solid: ConvexHull) -> FloatArray:
    """Return the centroid of a convex solid: its tetrahedra from an inner point, weighted by volume."""
    inner = points.mean(axis=0)
    corners = points[solid.simplices]
    a, b, c = (corners[:, k] - inner for k in range(3))
    volumes = np.abs(np.einsum("ij,ij->i", a, cross_rows(b, c))) / 6
    centres = (corners.sum(axis=1) + inner) / 4
    return (volumes[:, None] * centres).sum(axis=0) / volumes.sum()
