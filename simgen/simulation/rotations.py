"""Quaternion arithmetic on rows, for all bodies of a world at once, and on one, in plain numbers."""

from __future__ import annotations

import numpy as np

from simgen.geometry import FloatArray, Quat, Vec3


def multiply(a_wxyz: FloatArray, b_wxyz: FloatArray) -> FloatArray:
    """Return row-wise products of quaternions (n, 4)."""
    aw, ax, ay, az = a_wxyz.T
    bw, bx, by, bz = b_wxyz.T
    return np.column_stack(
        [
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ]
    )


def rotate(quaternion_wxyz: FloatArray, vector: FloatArray) -> FloatArray:
    """Return vectors (n, 3) turned by unit quaternions (n, 4), row by row."""
    twice = 2.0 * cross_rows(quaternion_wxyz[:, 1:], vector)
    return vector + quaternion_wxyz[:, :1] * twice + cross_rows(quaternion_wxyz[:, 1:], twice)


def cross_rows(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return row-wise vector products (n, 3): what np.cross gives, for few rows in a fifth of its time."""
    (ax, ay, az), (bx, by, bz) = a.T, b.T
    return np.column_stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])


def times(a_wxyz: Quat, b_wxyz: Quat) -> Quat:
    """Return the rotation b followed by a."""
    aw, ax, ay, az = a_wxyz
    bw, bx, by, bz = b_wxyz
    return (
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    )


def inverse(quaternion_wxyz: Quat) -> Quat:
    """Return the rotation back."""
    w, x, y, z = quaternion_wxyz
    return (w, -x, -y, -z)


def cross(a: Vec3, b: Vec3) -> Vec3:
    """Return the vector product."""
    (ax, ay, az), (bx, by, bz) = a, b
    return (ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx)


def rotated(quaternion_wxyz: Quat, vector: Vec3) -> Vec3:
    """Return a vector turned by a unit quaternion."""
    w, x, y, z = quaternion_wxyz
    ux, uy, uz = cross((x, y, z), vector)
    wx, wy, wz = cross((x, y, z), (ux, uy, uz))
    vx, vy, vz = vector
    return (vx + 2.0 * (w * ux + wx), vy + 2.0 * (w * uy + wy), vz + 2.0 * (w * uz + wz))
