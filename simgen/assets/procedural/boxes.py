"""Box patches: sharp or with a bevel, textured in real scale along a grain, or with one picture a face."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simgen.assets.procedural.meshes import IntArray, Patch, merge, quad
from simgen.geometry import FloatArray, Vec3

FACES = ("+x", "-x", "+y", "-y", "+z", "-z")
_EDGES = tuple((a, b) for a in FACES for b in FACES if a[1] < b[1])  # faces that meet, in axis order


def box(
    size_m: Vec3,
    center_m: Vec3 = (0.0, 0.0, 0.0),
    *,
    tile_m: float = 1.0,
    chamfer_m: float = 0.0,
    grain: int = 0,
    uv_shift: tuple[float, float] = (0.0, 0.0),
) -> Patch:
    """Return a closed box, its edges cut by `chamfer_m` at 45 degrees.

    Args:
        size_m: extent.
        center_m: middle.
        tile_m: metres a texture repeat.
        chamfer_m: bevel width; at most a third of the shortest side is used.
        grain: axis (0, 1, 2) along which the texture's u runs where the face contains it.
        uv_shift: added to the texture coordinates, so that equal boards look different.
    """
    inset = min(chamfer_m, min(size_m) / 3)
    template = _box_template(inset > 0)
    positions = template.signs * (np.asarray(size_m, float) / 2 - template.pulled * inset)
    uvs = np.take_along_axis(positions, template.uv_axes[grain], axis=1) / tile_m + np.asarray(uv_shift)
    return Patch(positions + np.asarray(center_m, float), template.normals, uvs, template.triangles)


@dataclass(frozen=True, slots=True, eq=False)
class _BoxTemplate:
    """What all boxes with, or without, a bevel share.

    Attributes:
        signs: (n, 3) side of the box that a vertex lies on, per axis.
        pulled: (n, 3) whether the bevel pulls it in along an axis.
        normals: (n, 3).
        uv_axes: per grain axis, (n, 2) coordinates that become u and v.
        triangles: (m, 3).
    """

    signs: FloatArray
    pulled: FloatArray
    normals: FloatArray
    uv_axes: tuple[IntArray, IntArray, IntArray]
    triangles: IntArray


@lru_cache(maxsize=2)
def _box_template(bevelled: bool) -> _BoxTemplate:
    size, inset = (2.0, 2.0, 2.0), 0.5 if bevelled else 0.0
    faces = [box_face(face, size, inset_m=inset) for face in FACES]
    strips = box_bevel(size, inset, tile_m=1.0) if bevelled else []
    across = [_axis_sign(face)[0] for face in FACES] + [_axis_sign(a)[0] for a, _ in _EDGES] + [2] * 8
    whole = merge([*faces, *strips])
    axis = np.repeat(across[: 6 + len(strips)], [len(patch.positions_m) for patch in (*faces, *strips)])
    uv_axes = (_uv_axes(axis, 0), _uv_axes(axis, 1), _uv_axes(axis, 2))
    pulled = (np.abs(whole.positions_m) < 1.0).astype(float)
    return _BoxTemplate(np.sign(whole.positions_m), pulled, whole.normals, uv_axes, whole.triangles)


def _uv_axes(axis: IntArray, grain: int) -> IntArray:
    """Return the coordinates (n, 2) that become u and v on a face across `axis` (n,), u along the grain if it can."""
    pairs = [_uv_pair(k, grain) for k in range(3)]
    return np.array(pairs)[axis]


def _uv_pair(axis: int, grain: int) -> tuple[int, int]:
    first, second = (a for a in range(3) if a != axis)
    return (second, first) if grain == second else (first, second)


def box_face(
    face: str, size_m: Vec3, *, inset_m: float = 0.0, tile_m: float | None = 1.0, grain: int = 0
) -> Patch:
    """Return one flat face of a box centred at the origin, its border pulled in by `inset_m`.

    Args:
        face: one of `FACES`.
        size_m: extent of the box.
        inset_m: taken off every side of the face.
        tile_m: metres a texture repeat; None stretches the texture once over the whole face, upright on the sides.
        grain: axis along which u runs.
    """
    corners = _face_corners(face, size_m, inset_m)
    if tile_m is None:
        return quad(corners, _unit_uvs(face, corners, size_m))
    return quad(corners, _metric_uvs(face, corners, grain) / tile_m)


def box_bevel(size_m: Vec3, inset_m: float, *, tile_m: float, grain: int = 0) -> list[Patch]:
    """Return the strips and corners that close six faces pulled in by `inset_m`."""
    corners = {face: _face_corners(face, size_m, inset_m) for face in FACES}
    strips = [_strip(a, b, corners, tile_m, grain) for a, b in _EDGES]
    tips = [_tip(x, y, z, corners) for x in FACES[:2] for y in FACES[2:4] for z in FACES[4:]]
    return [*strips, *tips]


def _axis_sign(face: str) -> tuple[int, float]:
    return "xyz".index(face[1]), 1.0 if face[0] == "+" else -1.0


def _face_corners(face: str, size_m: Vec3, inset_m: float) -> FloatArray:
    axis, sign = _axis_sign(face)
    u_axis, v_axis = {0: (1, 2), 1: (2, 0), 2: (0, 1)}[axis]
    half = np.asarray(size_m, float) / 2
    order = [(-1, -1), (1, -1), (1, 1), (-1, 1)] if sign > 0 else [(-1, -1), (-1, 1), (1, 1), (1, -1)]
    corners = np.zeros((4, 3))
    corners[:, axis] = sign * half[axis]
    corners[:, u_axis] = [u * (half[u_axis] - inset_m) for u, _ in order]
    corners[:, v_axis] = [v * (half[v_axis] - inset_m) for _, v in order]
    return corners


def _metric_uvs(face: str, points_m: FloatArray, grain: int) -> FloatArray:
    return points_m[:, list(_uv_pair(_axis_sign(face)[0], grain))]


def _unit_uvs(face: str, points_m: FloatArray, size_m: Vec3) -> FloatArray:
    axis, sign = _axis_sign(face)
    unit = points_m / np.asarray(size_m, float) + 0.5
    columns = {0: (1, 2), 1: (0, 2), 2: (0, 1)}[axis]
    uvs = unit[:, list(columns)].copy()
    mirrored = (axis == 0 and sign < 0) or (axis == 1 and sign > 0) or (axis == 2 and sign < 0)
    if mirrored:
        uvs[:, 0] = 1.0 - uvs[:, 0]
    return uvs


def _face_normal(face: str) -> FloatArray:
    axis, sign = _axis_sign(face)
    normal = np.zeros(3)
    normal[axis] = sign
    return normal


def _strip(a: str, b: str, corners: dict[str, FloatArray], tile_m: float, grain: int) -> Patch:
    axis_a, sign_a = _axis_sign(a)
    axis_b, sign_b = _axis_sign(b)
    along = 3 - axis_a - axis_b
    near_a = corners[a][corners[a][:, axis_b] * sign_b > 0]
    near_b = corners[b][corners[b][:, axis_a] * sign_a > 0]
    near_a, near_b = near_a[np.argsort(near_a[:, along])], near_b[np.argsort(near_b[:, along])]
    positions = np.array([near_a[0], near_a[1], near_b[1], near_b[0]])
    normal = (_face_normal(a) + _face_normal(b)) / np.sqrt(2.0)
    triangles = np.array([[0, 1, 2], [0, 2, 3]])
    facing = np.cross(positions[1] - positions[0], positions[3] - positions[0]) @ normal
    triangles = triangles if facing > 0 else triangles[:, ::-1]
    normals = np.tile(normal, (4, 1))
    return Patch(positions, normals, _metric_uvs(a, positions, grain) / tile_m, triangles)


def _tip(x: str, y: str, z: str, corners: dict[str, FloatArray]) -> Patch:
    signs = np.array([_axis_sign(face)[1] for face in (x, y, z)])
    points = np.array(
        [corner for face in (x, y, z) for corner in corners[face] if np.all(corner * signs > 0)]
    )
    normals = np.tile(signs / np.sqrt(3.0), (3, 1))
    triangles = np.array([[0, 1, 2]])
    facing = np.cross(points[1] - points[0], points[2] - points[0]) @ signs
    return Patch(points, normals, points[:, :2], triangles if facing > 0 else triangles[:, ::-1])
