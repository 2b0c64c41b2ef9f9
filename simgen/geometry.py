"""Rigid transforms, quaternions and boxes; the one place where conventions are converted.

World: right-handed, Z up, metres. Camera: right-down-forward (OpenCV). `T_a_b` maps a point in frame b to
frame a: `p_a = T_a_b @ p_b`. Quaternions are unit, (w, x, y, z), and say so in their name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import pi
from typing import SupportsFloat, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
Vec2 = tuple[float, float]
Vec3 = tuple[float, float, float]
Quat = tuple[float, float, float, float]
# Between neighbours of a sunflower: even over a disc for any count (Vogel, Math. Biosciences 44, 1979)
GOLDEN_TURN_RAD = pi * (3.0 - 5.0**0.5)
Part = TypeVar("Part", float, FloatArray)  # of a vector: one number, or an array of many vectors' numbers


def vec3(values: Iterable[SupportsFloat]) -> Vec3:
    """Return three numbers, of an array or of anything, as Python's own."""
    x, y, z = (float(value) for value in values)
    return (x, y, z)


@dataclass(frozen=True, slots=True)
class Pose:
    """A rigid transform from a named frame to its parent, as JSON-friendly numbers.

    Attributes:
        position_m: origin of the frame in its parent, metres.
        quaternion_wxyz: rotation frame -> parent, unit quaternion.
    """

    position_m: Vec3 = (0.0, 0.0, 0.0)
    quaternion_wxyz: Quat = (1.0, 0.0, 0.0, 0.0)

    def matrix(self) -> FloatArray:
        """Return the 4x4 transform frame -> parent."""
        return transform(self.position_m, self.quaternion_wxyz)

    @staticmethod
    def from_matrix(T_parent_frame: ArrayLike) -> Pose:
        """Return the pose of a 4x4 rigid transform; its rotation must be proper and orthonormal."""
        T = np.asarray(T_parent_frame, dtype=float)
        return Pose(vec3(T[:3, 3]), quaternion_from_matrix(T[:3, :3]))


def transform(position_m: ArrayLike, quaternion_wxyz: ArrayLike) -> FloatArray:
    """Return 4x4 `T_parent_frame` from a position (3,) in metres and a unit quaternion (4,)."""
    T = np.eye(4)
    T[:3, :3] = matrix_from_quaternion(quaternion_wxyz)
    T[:3, 3] = position_m
    return T


def invert_rigid(T_a_b: FloatArray) -> FloatArray:
    """Return `T_b_a` of a 4x4 rigid transform, shape (..., 4, 4), by transposing its rotation."""
    T = np.zeros_like(T_a_b)
    R_b_a = np.swapaxes(T_a_b[..., :3, :3], -1, -2)
    T[..., :3, :3] = R_b_a
    T[..., :3, 3] = -np.einsum("...ij,...j->...i", R_b_a, T_a_b[..., :3, 3])
    T[..., 3, 3] = 1.0
    return T


def apply(T_a_b: FloatArray, points_b: ArrayLike) -> FloatArray:
    """Return points (n, 3) of frame b in frame a."""
    points = np.asarray(points_b, dtype=float)
    return points @ T_a_b[:3, :3].T + T_a_b[:3, 3]


def matrix_from_quaternion(quaternion_wxyz: ArrayLike) -> FloatArray:
    """Return the 3x3 rotation of a quaternion (4,) in (w, x, y, z); it is normalised first."""
    q = np.asarray(quaternion_wxyz, dtype=float)
    w, x, y, z = q / np.linalg.norm(q)
    return np.array(_rotation_entries(w, x, y, z))


def matrices_from_quaternions(quaternions_wxyz: FloatArray) -> FloatArray:
    """Return the rotations (n, 3, 3) of quaternions (n, 4) in (w, x, y, z); they are normalised first."""
    length = np.sqrt((quaternions_wxyz * quaternions_wxyz).sum(axis=1, keepdims=True))
    w, x, y, z = (quaternions_wxyz / length).T
    return np.stack([np.stack(row, axis=-1) for row in _rotation_entries(w, x, y, z)], axis=1)


def _rotation_entries(w: Part, x: Part, y: Part, z: Part) -> list[list[Part]]:
    """Return the three rows of the matrix of a unit quaternion."""
    return [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]


def quaternion_from_matrix(R: ArrayLike) -> Quat:
    """Return the unit quaternion (w, x, y, z), w >= 0, of a 3x3 rotation (Shepperd's method, 1978)."""
    m = np.asarray(R, dtype=float)
    squares = np.array(
        [
            1 + m[0, 0] + m[1, 1] + m[2, 2],
            1 + m[0, 0] - m[1, 1] - m[2, 2],
            1 - m[0, 0] + m[1, 1] - m[2, 2],
            1 - m[0, 0] - m[1, 1] + m[2, 2],
        ]
    )
    products = np.array(
        [
            [squares[0], m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]],
            [m[2, 1] - m[1, 2], squares[1], m[1, 0] + m[0, 1], m[0, 2] + m[2, 0]],
            [m[0, 2] - m[2, 0], m[1, 0] + m[0, 1], squares[2], m[2, 1] + m[1, 2]],
            [m[1, 0] - m[0, 1], m[0, 2] + m[2, 0], m[2, 1] + m[1, 2], squares[3]],
        ]
    )
    q = products[int(np.argmax(squares))]
    q = q / np.linalg.norm(q)
    if q[0] < 0:
        q = -q
    return (float(q[0]), float(q[1]), float(q[2]), float(q[3]))


def quaternion_multiply(a_wxyz: ArrayLike, b_wxyz: ArrayLike) -> Quat:
    """Return the rotation b followed by a, as a quaternion (w, x, y, z)."""
    aw, ax, ay, az = (float(v) for v in np.asarray(a_wxyz, dtype=float))
    bw, bx, by, bz = (float(v) for v in np.asarray(b_wxyz, dtype=float))
    return hamilton_product((aw, ax, ay, az), (bw, bx, by, bz))


def hamilton_product(
    a_wxyz: tuple[Part, Part, Part, Part], b_wxyz: tuple[Part, Part, Part, Part]
) -> tuple[Part, Part, Part, Part]:
    """Return the parts of the product of quaternions given by their parts: the rotation b followed by a."""
    aw, ax, ay, az = a_wxyz
    bw, bx, by, bz = b_wxyz
    return (
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    )


def quaternion_about_axis(axis: ArrayLike, angle_rad: float) -> Quat:
    """Return the rotation by `angle_rad` about a unit axis (3,), right-hand rule."""
    x, y, z = (float(v) * float(np.sin(angle_rad / 2)) for v in np.asarray(axis, dtype=float))
    return (float(np.cos(angle_rad / 2)), x, y, z)


def rotation_about_z(angle_rad: float) -> FloatArray:
    """Return the 3x3 rotation about +Z, right-hand rule."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def xyzw_from_wxyz(quaternion_wxyz: Quat) -> Quat:
    """Return the same rotation in (x, y, z, w) order, as PyBullet wants it."""
    w, x, y, z = quaternion_wxyz
    return (x, y, z, w)


def wxyz_from_xyzw(quaternion_xyzw: Quat) -> Quat:
    """Return the same rotation in (w, x, y, z) order."""
    x, y, z, w = quaternion_xyzw
    return (w, x, y, z)


def cross(a: tuple[Part, Part, Part], b: tuple[Part, Part, Part]) -> tuple[Part, Part, Part]:
    """Return the parts (x, y, z) of the vector product of vectors given by their parts."""
    (ax, ay, az), (bx, by, bz) = a, b
    return (ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx)


def cross_rows(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return row-wise vector products (n, 3): what np.cross gives, for few rows in a fifth of its time."""
    (ax, ay, az), (bx, by, bz) = a.T, b.T
    return np.column_stack(cross((ax, ay, az), (bx, by, bz)))


def turn(a: Vec2, b: Vec2, c: Vec2) -> float:
    """Return twice the area of a triangle in the plane: positive where a, b, c go round counter-clockwise."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def unit_rows(vectors: FloatArray) -> FloatArray:
    """Return vectors (n, 3) made unit; zero ones stay zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1.0)


def spread_directions(count: int, turn_rad: float = GOLDEN_TURN_RAD) -> FloatArray:
    """Return (count, 3) unit vectors, evenly spread: a Fibonacci lattice (González, Math. Geosci. 42, 2010).

    Args:
        count: how many.
        turn_rad: about Z from one to the next.
    """
    index = np.arange(count) + 0.5
    z = 1 - 2 * index / count
    around, ring = index * turn_rad, np.sqrt(1 - z * z)
    return np.column_stack([ring * np.cos(around), ring * np.sin(around), z])


def look_at(
    eye_world: ArrayLike, target_world: ArrayLike, up_world: ArrayLike = (0.0, 0.0, 1.0)
) -> FloatArray:
    """Return `T_world_camera` (right-down-forward) of a camera at `eye_world` looking at `target_world`.

    Looking straight along `up_world` falls back to world +Y as the picture's up direction.

    Raises:
        ValueError: eye and target are the same point.
    """
    eye, target = np.asarray(eye_world, dtype=float), np.asarray(target_world, dtype=float)
    forward = target - eye
    length = float(np.linalg.norm(forward))
    if length == 0.0:
        raise ValueError(f"look_at: eye and target are both {eye.tolist()}; move one of them")
    forward = forward / length
    right = np.cross(forward, np.asarray(up_world, dtype=float))
    if float(np.linalg.norm(right)) < 1e-9:
        right = np.cross(forward, (0.0, 1.0, 0.0))
    right = right / np.linalg.norm(right)
    T = np.eye(4)
    T[:3, :3] = np.column_stack([right, np.cross(forward, right), forward])
    T[:3, 3] = eye
    return T


def box_corners(size_m: ArrayLike) -> FloatArray:
    """Return the 8 corners (8, 3) of a box centred at the origin, x fastest, then y, then z."""
    half = np.asarray(size_m, dtype=float) / 2
    signs = np.array([[x, y, z] for z in (-1, 1) for y in (-1, 1) for x in (-1, 1)], dtype=float)
    return signs * half


def xywh_from_xyxy(bbox_xyxy: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Return (x, y, width, height) of a half-open box (x0, y0, x1, y1)."""
    x0, y0, x1, y1 = bbox_xyxy
    return (x0, y0, x1 - x0, y1 - y0)
