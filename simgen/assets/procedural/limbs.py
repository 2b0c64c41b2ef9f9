"""Bodies of animals and people from rounded limbs: tubes of changing, flattened cross section along bent lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from simgen.assets.procedural.meshes import Patch
from simgen.assets.procedural.solids import Part, hull_part
from simgen.geometry import FloatArray

_CAP_STEPS = 3  # rings that round an end off


@dataclass(frozen=True, slots=True)
class Limb:
    """A rounded tube.

    Attributes:
        points_m: (n, 3) joints; the tube follows a smooth curve through them.
        radii_m: at each joint.
        flat: width across over height, of the cross section.
        turns_sharply: straight between joints, as limbs with bones are.
    """

    points_m: tuple[tuple[float, float, float], ...]
    radii_m: tuple[float, ...]
    flat: float = 1.0
    turns_sharply: bool = False

    def mirrored(self) -> Limb:
        """Return the same limb of the other side."""
        return Limb(
            tuple((x, -y, z) for x, y, z in self.points_m), self.radii_m, self.flat, self.turns_sharply
        )

    def patch(self, sides: int = 12, rings: int = 5) -> Patch:
        """Return its surface, closed by rounded ends; u runs around it from the top, v along it."""
        path, radii = self._curve(rings)
        path, radii = _rounded(path, radii)
        return _tube(path, radii, self.flat, sides)

    def part(self) -> Part:
        """Return a convex body around it."""
        path, radii = self._curve(1)
        patch = _tube(path, radii, self.flat, 6)
        return hull_part(patch.positions_m)

    def _curve(self, rings: int) -> tuple[FloatArray, FloatArray]:
        """Return (m, 3) points and (m,) radii, `rings` to every stretch between joints."""
        joints, radii = np.asarray(self.points_m, float), np.asarray(self.radii_m, float)
        knots = np.arange(len(joints), dtype=float)
        places = np.linspace(0.0, len(joints) - 1.0, (len(joints) - 1) * rings + 1)
        if self.turns_sharply or len(joints) < 3:
            path = np.column_stack([np.interp(places, knots, joints[:, k]) for k in range(3)])
            path = _softened(path) if rings > 1 else path
        else:
            from scipy.interpolate import CubicSpline  # here: most scenes start without SciPy

            path = np.asarray(CubicSpline(knots, joints)(places), float)
        return path, np.interp(places, knots, radii)


def _softened(path: FloatArray) -> FloatArray:
    """Round corners a little, ends kept."""
    inner = path[:-2] / 4 + path[1:-1] / 2 + path[2:] / 4
    return np.concatenate([path[:1], inner, path[-1:]])


def _rounded(path: FloatArray, radii: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the curve with half spheres at both ends, as rings of shrinking radius."""
    angle = np.linspace(0.0, np.pi / 2, _CAP_STEPS + 1)[1:]
    out, radius = list[FloatArray](), list[FloatArray]()
    for end, inner, r in ((path[0], path[1], radii[0]), (path[-1], path[-2], radii[-1])):
        way = (end - inner) / np.linalg.norm(end - inner)
        out.append(end + r * np.sin(angle)[:, None] * way)
        radius.append(np.maximum(r * np.cos(angle), 1e-4))
    points = np.concatenate([out[0][::-1], path, out[1]])
    return points, np.concatenate([radius[0][::-1], radii, radius[1]])


def _tube(path: FloatArray, radii: FloatArray, flat: float, sides: int) -> Patch:
    """Return a limb about a path (n, 3) of half widths `radii` (n,), `flat` times as wide across as up."""
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1)[:, None]
    # One sideways axis for the whole limb, so that it does not twist where it bends past the upright.
    side = np.array([0.0, 1.0, 0.0]) if np.abs(along[:, 1]).mean() < 0.75 else np.array([1.0, 0.0, 0.0])
    left = side - np.sum(along * side, axis=1)[:, None] * along
    left /= np.linalg.norm(left, axis=1)[:, None]
    up = np.cross(along, left)
    angle = np.linspace(0.0, 2 * np.pi, sides + 1)
    c, s = np.cos(angle)[None, :, None], np.sin(angle)[None, :, None]
    offset = radii[:, None, None] * (c * up[:, None] + flat * s * left[:, None])
    positions = path[:, None] + offset
    around = -s * up[:, None] + flat * c * left[:, None]
    ahead = np.gradient(positions, axis=0)
    normals = np.cross(around, ahead)
    normals *= np.sign(np.sum(normals * offset, axis=-1, keepdims=True) + 1e-30)
    normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-12)
    normals[:, -1], positions[:, -1] = normals[:, 0], positions[:, 0]
    arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    uvs = np.stack(np.broadcast_arrays(angle[None] / (2 * np.pi), arc[:, None] / arc[-1]), axis=-1)
    return _grid(positions, normals, uvs)


def _grid(positions: FloatArray, normals: FloatArray, uvs: FloatArray) -> Patch:
    rows, columns = positions.shape[:2]
    a = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    quads = np.column_stack([a, a + 1, a + columns + 1, a + columns])
    triangles = np.concatenate([quads[:, :3], quads[:, [0, 2, 3]]])
    flat_p, flat_n = positions.reshape(-1, 3), normals.reshape(-1, 3)
    p, q, r = (flat_p[triangles[:, k]] for k in range(3))
    facing = np.sum(np.cross(q - p, r - p) * flat_n[triangles].sum(axis=1), axis=1)
    kept = np.abs(facing) > 1e-14
    triangles = np.where((facing < 0)[:, None], triangles[:, ::-1], triangles)[kept]
    return Patch(flat_p, flat_n, uvs.reshape(-1, 2), triangles)


def ball(center_m: ArrayLike, radii_m: ArrayLike, sides: int = 14) -> Patch:
    """Return an ellipsoid with its axes along x, y and z; u runs around it from -x by -y, v up."""
    polar = np.linspace(0.0, np.pi, sides // 2 + 2)
    angle = np.linspace(-np.pi, np.pi, sides + 1)
    x, y = np.sin(polar)[:, None] * np.cos(angle), np.sin(polar)[:, None] * np.sin(angle)
    unit = np.stack([x, y, np.broadcast_to(-np.cos(polar)[:, None], x.shape)], axis=-1)
    radii = np.asarray(radii_m, float)
    normals = unit / radii
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    uvs = np.stack(np.broadcast_arrays((angle[None] + np.pi) / (2 * np.pi), polar[:, None] / np.pi), axis=-1)
    return _grid(np.asarray(center_m, float) + unit * radii, normals, uvs)


def both(limbs: Sequence[Limb]) -> tuple[Limb, ...]:
    """Return limbs of the left side followed by their mirror images."""
    return (*limbs, *(limb.mirrored() for limb in limbs))
