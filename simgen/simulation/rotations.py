"""Quaternions on rows, for all bodies of a world at once, and in plain numbers: products, and turned vectors."""

from __future__ import annotations

import numpy as np

from simgen.geometry import FloatArray, Quat, Vec3, cross, cross_rows, hamilton_product


def multiply(a_wxyz: FloatArray, b_wxyz: FloatArray) -> FloatArray:
    """Return row-wise products of quaternions (n, 4)."""
    aw, ax, ay, az = a_wxyz.T
    bw, bx, by, bz = b_wxyz.T
    return np.column_stack(hamilton_product((aw, ax, ay, az), (bw, bx, by, bz)))


def rotate(quaternion_wxyz: FloatArray, vector: FloatArray) -> FloatArray:
    """Return vectors (n, 3) turned by unit quaternions (n, 4), row by row."""
    twice = 2.0 * cross_rows(quaternion_wxyz[:, 1:], vector)
    return vector + quaternion_wxyz[:, :1] * twice + cross_rows(quaternion_wxyz[:, 1:], twice)


def inverse(quaternion_wxyz: Quat) -> Quat:
    """Return the rotation back."""
    w, x, y, z = quaternion_wxyz
    return (w, -x, -y, -z)


def rotated(quaternion_wxyz: Quat, vector: Vec3) -> Vec3:
    """Return a vector turned by a unit quaternion."""
    w, x, y, z = quaternion_wxyz
    ux, uy, uz = cross((x, y, z), vector)
    wx, wy, wz = cross((x, y, z), (ux, uy, uz))
    vx, vy, vz = vector
    return (vx + 2.0 * (w * ux + wx), vy + 2.0 * (w * uy + wy), vz + 2.0 * (w * uz + wz))
