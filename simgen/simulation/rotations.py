"""Quaternion arithmetic on rows, for all bodies of a world at once."""

from __future__ import annotations

import numpy as np

from simgen.geometry import FloatArray


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
    twice = 2.0 * np.cross(quaternion_wxyz[:, 1:], vector)
    return vector + quaternion_wxyz[:, :1] * twice + np.cross(quaternion_wxyz[:, 1:], twice)
