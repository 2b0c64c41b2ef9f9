"""Collision shapes of bodies that never move: no mass properties, and hulls taken as they are.

A road has hundreds of small hulls, new in every scene; what an engine needs to know of them is found for all hulls of
one size at once.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from simgen.geometry import FloatArray
from simgen.records.asset import Collision
from simgen.records.scene import SceneObject
from simgen.simulation.shape_files import known_shape
from simgen.simulation.shapes import BodyShape, Box, Hull, Part, part_of

_FEW_VERTICES = 32  # hulls of more may be balls or need thinning
_FLAT = 1e-6  # thickness of a flat hull, as a share of its size
_RELATIVE_TOLERANCE = 1e-6


def shape_of(body: SceneObject, collision: Collision) -> BodyShape:
    """Return the collision shape of a body, with mass properties if it can move."""
    return fixed_shape(collision) if body.motion == "static" else known_shape(body.asset, collision)


@lru_cache(maxsize=256)
def fixed_shape(collision: Collision) -> BodyShape:
    """Return the parts of a shape, without mass properties (same object in, same object out)."""
    hulls = [np.asarray(hull, dtype=float) for hull in collision.hulls_m]
    parts: list[Part | None] = [None] * len(hulls)
    for count in sorted({len(hull) for hull in hulls}):
        rows = [row for row, hull in enumerate(hulls) if len(hull) == count]
        for row, part in zip(rows, _alike(np.stack([hulls[row] for row in rows])), strict=True):
            parts[row] = part
    made = tuple(part for part in parts if part is not None)
    return BodyShape(made, np.zeros(3), (1.0, 0.0, 0.0, 0.0), np.zeros(3))


def _alike(hulls: FloatArray) -> list[Part]:
    """Return the parts of hulls with the same number of vertices, (k, n, 3)."""
    if not 4 <= hulls.shape[1] <= _FEW_VERTICES:
        return [part_of(hull) for hull in hulls]
    low, high = hulls.min(axis=1), hulls.max(axis=1)
    center, half = (low + high) / 2, (high - low) / 2
    spread = np.linalg.svd(hulls - hulls.mean(axis=1, keepdims=True), compute_uv=False)
    flat = spread[:, 2] <= _FLAT * spread[:, 0]
    boxes = _are_boxes(hulls, center, half)
    return [
        part_of(hulls[k]) if flat[k] else Box(center[k], half[k]) if boxes[k] else Hull(hulls[k])
        for k in range(len(hulls))
    ]


def _are_boxes(hulls: FloatArray, center: FloatArray, half: FloatArray) -> list[bool]:
    """Return which hulls are axis-aligned boxes: eight vertices, one on each corner."""
    if hulls.shape[1] != 8:
        return [False] * len(hulls)
    off = np.abs(np.abs(hulls - center[:, None]) - half[:, None]).max(axis=(1, 2))
    on_corners = off <= _RELATIVE_TOLERANCE * half.max(axis=1)
    corner = (hulls > center[:, None]) @ np.array([1, 2, 4])
    return (on_corners & (np.sort(corner, axis=1) == np.arange(8)).all(axis=1)).tolist()
