"""Triangle patches with normals and texture coordinates: turned profiles, prisms with a hole, tubes.

All patches are counter-clockwise from outside. Texture coordinates are metres divided by `tile_m`, so that a
surface keeps its real scale on any shape, unless a function says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simgen.geometry import FloatArray

IntArray = NDArray[np.int64]

_CREASE_COS = float(np.cos(np.radians(38.0)))  # sharper turns are drawn as edges, flatter ones as curves


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """Triangles of one material.

    Attributes:
        positions_m: (n, 3).
        normals: (n, 3), unit.
        uvs: (n, 2), v up.
        triangles: (m, 3).
        weights: (n, joints) share of each joint of a skeleton; None: rigid.
    """

    positions_m: FloatArray
    normals: FloatArray
    uvs: FloatArray
    triangles: IntArray
    weights: FloatArray | None = None

    def moved(self, offset_m: ArrayLike) -> Patch:
        """Return the patch shifted by an offset (3,)."""
        return replace(self, positions_m=self.positions_m + np.asarray(offset_m, float))

    def turned(self, rotation: FloatArray) -> Patch:
        """Return the patch turned by a proper 3x3 rotation about the origin."""
        return replace(self, positions_m=self.positions_m @ rotation.T, normals=self.normals @ rotation.T)


def merge(patches: Sequence[Patch]) -> Patch:
    """Return one patch holding all."""
    starts = np.cumsum([0, *[len(patch.positions_m) for patch in patches]])
    weights = [patch.weights for patch in patches if patch.weights is not None]
    return Patch(
        np.concatenate([patch.positions_m for patch in patches]),
        np.concatenate([patch.normals for patch in patches]),
        np.concatenate([patch.uvs for patch in patches]),
        np.concatenate([patch.triangles + start for patch, start in zip(patches, starts, strict=False)]),
        np.concatenate(weights) if len(weights) == len(patches) else None,
    )


def quad(corners_m: ArrayLike, uvs: ArrayLike) -> Patch:
    """Return a flat quadrilateral from four corners (4, 3), counter-clockwise from outside, and their uvs (4, 2)."""
    corners = np.asarray(corners_m, float)
    normal = np.cross(corners[1] - corners[0], corners[3] - corners[0])
    normal = normal / np.linalg.norm(normal)
    return Patch(corners, np.tile(normal, (4, 1)), np.asarray(uvs, float), np.array([[0, 1, 2], [0, 2, 3]]))


# -- turned and extruded shapes ----------------------------------------------------------------------------------


def lathe(
    profile_m: ArrayLike,
    *,
    segments: int = 48,
    repeat_u: float = 1.0,
    v_range: tuple[float, float] = (0.0, 1.0),
) -> Patch:
    """Return a profile turned about +Z.

    Args:
        profile_m: (n, 2) points (radius, height); the outside lies to the right when walking along it, so an
            outer wall goes upwards and an inner wall downwards. A radius of 0 closes the shape.
        segments: around; a multiple of 4 makes the extent exactly twice the radius.
        repeat_u: texture repeats around.
        v_range: texture v at the first and the last point; between, it follows the length of the profile.
    """
    rows, row_normals, lengths = _creased(np.asarray(profile_m, float))
    v = v_range[0] + (v_range[1] - v_range[0]) * lengths
    angle = np.linspace(0.0, 2 * np.pi, segments + 1)
    around = np.column_stack([np.cos(angle), np.sin(angle)])
    around[-1] = around[0]
    positions = _spin(rows, around)
    normals = _spin(row_normals, around)
    uvs = np.stack(np.broadcast_arrays(angle[None, :] / (2 * np.pi) * repeat_u, v[:, None]), axis=-1)
    triangles = _grid_triangles(len(rows), segments + 1)
    return Patch(positions, normals, uvs.reshape(-1, 2), _without_slivers(positions, triangles))


def disc(radius_m: float, z_m: float, *, up: bool, tile_m: float | None = None, segments: int = 48) -> Patch:
    """Return a flat round lid; the texture lies once over it, or in metres a `tile_m`."""
    angle = np.arange(segments) / segments * 2 * np.pi
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * radius_m
    return polygon(ring, z_m, up=up, tile_m=tile_m or 2 * radius_m, uv_shift=0.0 if tile_m else 0.5)


def polygon(
    outline_m: ArrayLike, z_m: float, *, up: bool, tile_m: float = 1.0, uv_shift: float = 0.0
) -> Patch:
    """Return a flat convex polygon (n, 2), counter-clockwise from above, at a height."""
    points = np.asarray(outline_m, float)
    n = len(points)
    fan = np.column_stack([np.zeros(n - 2, int), np.arange(1, n - 1), np.arange(2, n)])
    positions = np.column_stack([points, np.full(n, z_m)])
    normals = np.tile([0.0, 0.0, 1.0 if up else -1.0], (n, 1))
    return Patch(positions, normals, points / tile_m + uv_shift, fan if up else fan[:, ::-1])


def ring(outer_m: ArrayLike, inner_m: ArrayLike, z_m: float, *, up: bool, tile_m: float = 1.0) -> Patch:
    """Return the flat band between two closed outlines with as many points each (n, 2), paired by index."""
    outer, inner = np.asarray(outer_m, float), np.asarray(inner_m, float)
    n = len(outer)
    points = np.concatenate([outer, inner])
    here, there = np.arange(n), (np.arange(n) + 1) % n
    triangles = np.concatenate(
        [np.column_stack([here, there, there + n]), np.column_stack([here, there + n, here + n])]
    )
    positions = np.column_stack([points, np.full(2 * n, z_m)])
    normals = np.tile([0.0, 0.0, 1.0 if up else -1.0], (2 * n, 1))
    return Patch(positions, normals, points / tile_m, triangles if up else triangles[:, ::-1])


def wall(
    outline_m: ArrayLike, z0_m: ArrayLike, z1_m: ArrayLike, *, outward: bool = True, tile_m: float = 1.0
) -> Patch:
    """Return the upright wall over a closed outline (n, 2), counter-clockwise from above.

    Args:
        outline_m: corners; turns sharper than 38 degrees become edges.
        z0_m: lower height, one or (n,).
        z1_m: upper height, one or (n,).
        outward: False faces the inside, as in a hole.
        tile_m: metres a texture repeat.
    """
    points = np.asarray(outline_m, float)
    low, high = (np.broadcast_to(np.asarray(z, float), len(points)) for z in (z0_m, z1_m))
    if not outward:
        points, low, high = points[::-1], low[::-1], high[::-1]
    following = np.roll(points, -1, axis=0)
    edges = following - points
    lengths = np.linalg.norm(edges, axis=1)
    flat = np.column_stack([edges[:, 1], -edges[:, 0]]) / lengths[:, None]
    start_normals = _smoothed(flat, np.roll(flat, 1, axis=0))
    end_normals = _smoothed(flat, np.roll(flat, -1, axis=0))
    arc = np.concatenate([[0.0], np.cumsum(lengths)])
    patches = _wall_rows(points, following, start_normals, end_normals, arc, (low, high), tile_m)
    n = 4 * np.arange(len(points))[:, None]
    triangles = np.concatenate([n + np.array([0, 1, 2]), n + np.array([0, 2, 3])])
    return Patch(*patches, triangles)


def band(
    outer_m: ArrayLike, z_outer_m: ArrayLike, inner_m: ArrayLike, z_inner_m: ArrayLike, *, up: bool
) -> Patch:
    """Return the sloping band between two closed outlines (n, 2) around +Z at their heights, one or (n,) each."""
    outer, inner = np.asarray(outer_m, float), np.asarray(inner_m, float)
    n = len(outer)
    z_outer, z_inner = (np.broadcast_to(np.asarray(z, float), n) for z in (z_outer_m, z_inner_m))
    flat = ring(outer, inner, 0.0, up=up)
    positions = flat.positions_m.copy()
    positions[:n, 2], positions[n:, 2] = z_outer, z_inner
    run = np.linalg.norm(outer - inner, axis=1)
    rise = (z_inner - z_outer) if up else (z_outer - z_inner)
    outward = outer / np.linalg.norm(outer, axis=1)[:, None]
    normal = np.column_stack([outward * rise[:, None], run * (1.0 if up else -1.0)])
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    return Patch(positions, np.tile(normal, (2, 1)), flat.uvs, flat.triangles)


def tube(
    path_m: ArrayLike, radius_m: float, *, segments: int = 16, tile_m: float = 1.0, flip: bool = False
) -> Patch:
    """Return an open round tube along a path (n, 3) that lies in a plane of constant y.

    Args:
        path_m: centre line.
        radius_m: of the tube.
        segments: around.
        tile_m: metres a texture repeat.
        flip: True faces inwards (the bore of a pipe).
    """
    path = np.asarray(path_m, float)
    tangents = np.gradient(path, axis=0)
    tangents = tangents / np.linalg.norm(tangents, axis=1)[:, None]
    side = np.array([0.0, 1.0, 0.0])
    across = np.cross(tangents, side)
    angle = np.linspace(0.0, 2 * np.pi, segments + 1)
    normals = np.cos(angle)[None, :, None] * side + np.sin(angle)[None, :, None] * across[:, None, :]
    normals[:, -1] = normals[:, 0]
    positions = path[:, None, :] + radius_m * normals
    arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    uvs = np.stack(np.broadcast_arrays(angle[None, :] * radius_m / tile_m, arc[:, None] / tile_m), axis=-1)
    triangles = _grid_triangles(len(path), segments + 1)
    facing = -1.0 if flip else 1.0
    flat_positions, flat_normals = positions.reshape(-1, 3), facing * normals.reshape(-1, 3)
    outward = _faces_its_normals(flat_positions, flat_normals, triangles)
    return Patch(
        flat_positions, flat_normals, uvs.reshape(-1, 2), triangles if outward else triangles[:, ::-1]
    )


def _wall_rows(
    points: FloatArray,
    following: FloatArray,
    start_normals: FloatArray,
    end_normals: FloatArray,
    arc: FloatArray,
    z: tuple[FloatArray, FloatArray],
    tile_m: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    n = len(points)
    positions, normals, uvs = np.zeros((n, 4, 3)), np.zeros((n, 4, 3)), np.zeros((n, 4, 2))
    low, high = z
    after_low, after_high = np.roll(low, -1), np.roll(high, -1)
    corners = ((points, start_normals, arc[:-1], low), (following, end_normals, arc[1:], after_low),
               (following, end_normals, arc[1:], after_high), (points, start_normals, arc[:-1], high))  # fmt: skip
    for k, (where, normal, along, height) in enumerate(corners):
        positions[:, k, :2], positions[:, k, 2] = where, height
        normals[:, k, :2] = normal
        uvs[:, k, 0], uvs[:, k, 1] = along / tile_m, height / tile_m
    return positions.reshape(-1, 3), normals.reshape(-1, 3), uvs.reshape(-1, 2)


def _smoothed(own: FloatArray, neighbour: FloatArray) -> FloatArray:
    is_curve = np.sum(own * neighbour, axis=1) > _CREASE_COS
    blended = np.where(is_curve[:, None], own + neighbour, own)
    return blended / np.linalg.norm(blended, axis=1)[:, None]


def _creased(profile: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return profile rows, their normals (radial, up) and their relative arc length, edges doubled."""
    steps = np.diff(profile, axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    flat = np.column_stack([steps[:, 1], -steps[:, 0]]) / lengths[:, None]
    arc = np.concatenate([[0.0], np.cumsum(lengths)]) / lengths.sum()
    rows, normals, places = [profile[0]], [flat[0]], [arc[0]]
    for k in range(1, len(profile) - 1):
        smooth = float(flat[k - 1] @ flat[k]) > _CREASE_COS
        blend = flat[k - 1] + flat[k]
        here = [blend / np.linalg.norm(blend)] if smooth else [flat[k - 1], flat[k]]
        rows += [profile[k]] * len(here)
        normals += here
        places += [arc[k]] * len(here)
    rows, normals, places = [*rows, profile[-1]], [*normals, flat[-1]], [*places, arc[-1]]
    return np.array(rows), np.array(normals), np.array(places)


def _spin(rows: FloatArray, around: FloatArray) -> FloatArray:
    x, y = rows[:, :1] * around[:, 0], rows[:, :1] * around[:, 1]
    z = np.broadcast_to(rows[:, 1:], x.shape)
    return np.stack([x, y, z], axis=-1).reshape(-1, 3)


def _grid_triangles(rows: int, columns: int) -> IntArray:
    a = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    b, c, d = a + 1, a + columns + 1, a + columns
    return np.concatenate([np.column_stack([a, b, c]), np.column_stack([a, c, d])])


def _without_slivers(positions: FloatArray, triangles: IntArray) -> IntArray:
    p, q, r = (positions[triangles[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(q - p, r - p), axis=1)
    return triangles[area > 1e-14]


def _faces_its_normals(positions: FloatArray, normals: FloatArray, triangles: IntArray) -> bool:
    p, q, r = (positions[triangles[:, k]] for k in range(3))
    return bool(np.sum(np.cross(q - p, r - p) * normals[triangles[:, 0]]) > 0)
