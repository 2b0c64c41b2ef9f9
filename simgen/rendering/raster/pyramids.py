"""Pyramids with their tips in the eye, around what parts of a picture see: what lies outside one side is not seen."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray

_NARROWEST_COSINE = 0.2  # of a ray to the middle: beyond, a pyramid says nothing
_WIDER = 1e-4  # than the outermost rays


@lru_cache(maxsize=32)
def picture_pyramid(camera: Intrinsics) -> FloatArray | None:
    """Return inward normals (4, 3) of a pyramid around all that a picture sees; None where it sees too much for one."""
    return pyramid_around(camera.rays().reshape(-1, 3))


@lru_cache(maxsize=32)
def tile_pyramids(camera: Intrinsics, across: int, down: int) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return inward normals (tiles, 4, 3) of pyramids around the tiles of an image, and where there is such a pyramid.

    Neighbouring sides are beside each other. Row by row; where there is none the normals are zero.
    """
    rays = camera.rays()
    columns, rows = tile_edges(camera.width, across), tile_edges(camera.height, down)
    sides = np.zeros((down * across, 4, 3))
    known = np.zeros(len(sides), np.bool_)
    for tile in range(len(sides)):
        y, x = divmod(tile, across)
        part = rays[rows[y] : rows[y + 1], columns[x] : columns[x + 1]].reshape(-1, 3)
        found = pyramid_around(part)
        if found is not None:
            sides[tile], known[tile] = found, True
    return sides, known


def tile_edges(size_px: int, tiles: int) -> list[int]:
    """Return the first pixel of each tile along one side of an image, and the one past the last."""
    return [size_px * i // tiles for i in range(tiles + 1)]


def pyramid_around(rays: FloatArray) -> FloatArray | None:
    """Return inward normals (4, 3) of a pyramid around rays (n, 3); None where they are too far apart.

    Rays that are not a number are left out; without any, nothing is inside.
    """
    rays = rays[np.isfinite(rays[:, 0])]
    if len(rays) == 0:
        return np.zeros((4, 3))
    rays = rays / np.linalg.norm(rays, axis=1, keepdims=True)
    axis = rays.sum(axis=0)
    axis = axis / max(float(np.linalg.norm(axis)), 1e-9)
    helper = np.eye(3)[np.argmin(np.abs(axis))]
    right: FloatArray = np.asarray(np.cross(helper, axis), float)
    right = right / np.linalg.norm(right)
    frame = np.stack([right, np.asarray(np.cross(axis, right), float), axis])
    x, y, z = frame @ rays.T
    if z.min() < _NARROWEST_COSINE:
        return None
    first, last, top, bottom = (x / z).min(), (x / z).max(), (y / z).min(), (y / z).max()
    first, top, last, bottom = first - _WIDER, top - _WIDER, last + _WIDER, bottom + _WIDER
    sides = np.array([[1, 0, -first], [0, 1, -top], [-1, 0, last], [0, -1, bottom]], dtype=np.float64)
    return sides @ frame
