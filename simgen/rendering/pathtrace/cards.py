"""Leaves, rails and other thin things that are made of two layers of triangles, one for each side, at the same place.

Of two surfaces at the same distance a ray meets either. Where cameras look past inner sides, they would look past the
outer side at the same place too, and half of a tree would be gone: so both layers are moved apart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray

# Assumed: too little to be seen, and ten times what single precision tells apart 100 m from the origin.
APART_M = 1e-4
_WEIGHTS = np.array([1.0, 0.7548776662466927, 0.5698402909980532])  # tell sums of corners apart by one number
_OPPOSITE = 1e-6  # of the areas


def lifted(positions_m: FloatArray, triangles: NDArray[np.int64]) -> FloatArray | None:
    """Return which way (n, 3), unit or 0, vertices (n, 3) are to be moved; None where all can stay.

    Those of triangles (m, 3) that lie back to back move outwards.
    """
    twins = _back_to_back(positions_m, triangles)
    if not twins.any():
        return None
    corners = triangles[twins]
    a, b, c = (positions_m[corners[:, k]] for k in range(3))
    outwards = _unit(np.cross(b - a, c - a))
    lift = np.zeros_like(positions_m)
    for k in range(3):
        np.add.at(lift, corners[:, k], outwards)
    return _unit(lift)


def _back_to_back(positions_m: FloatArray, triangles: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return (m,) which triangles have another with the same corners that faces the other way."""
    corners = positions_m[triangles]
    # Sorted first: a sum in another order is another number.
    keys = np.sort(corners, axis=1).sum(axis=1) @ _WEIGHTS
    areas = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    order = np.argsort(keys, kind="stable")
    one, two = order[:-1], order[1:]
    sums, sizes = (np.square(each).sum(axis=1) for each in (areas[one] + areas[two], areas[one]))
    pairs = (keys[one] == keys[two]) & (sums <= _OPPOSITE**2 * sizes) & (sizes > 0.0)
    found = np.zeros(len(triangles), np.bool_)
    found[one[pairs]] = found[two[pairs]] = True
    return found


def _unit(vectors: FloatArray) -> FloatArray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-30)
