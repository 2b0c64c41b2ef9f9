"""Models wrapped in a surface: texture coordinates in metres, by the side that each triangle faces most.

Found models have coordinates for their own pictures alone, or none. A surface of real scale takes those of the
object's box: a triangle is projected along the axis it faces most, so that nothing is stretched by more than the square
root of 3.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray
from simgen.records.asset import Material, Model, Submesh, Surface

# Coordinates that become u and v, by the axis that a triangle faces, and the sign of u for triangles that face its
# negative end: seen from outside, letters run from left to right on every side.
_ACROSS = np.array(((1, 2), (0, 2), (0, 1)))
_U_SIGN = np.array(((1.0, -1.0), (-1.0, 1.0), (1.0, -1.0)))


def wrapped(model: Model, surface: Surface, tile_m: float, shift_uv: tuple[float, float]) -> Model:
    """Return a model in a surface; what is glass stays as it is.

    Args:
        model: what is wrapped.
        surface: its material repeats.
        tile_m: length of one repeat, in the model's own metres.
        shift_uv: of the texture coordinates, in repeats.
    """
    solid = [k for k, material in enumerate(model.materials) if material.alpha_mode != "blend"]
    levels = tuple(
        tuple(
            _projected(part, tile_m, np.asarray(shift_uv)) if part.material in solid else part
            for part in level
        )
        for level in model.lods
    )
    materials = tuple(
        _worn(surface.material, material) if k in solid else material
        for k, material in enumerate(model.materials)
    )
    return replace(model, lods=levels, materials=materials)


def _worn(surface: Material, material: Material) -> Material:
    """Return the surface on what was made of a material: seen from the same sides."""
    return replace(surface, double_sided=material.double_sided)


def _projected(part: Submesh, tile_m: float, shift_uv: FloatArray) -> Submesh:
    """Return a part with texture coordinates of its own places: each triangle from the side that it faces most."""
    rows = part.triangles.astype(np.int64) * 6 + _side(part)[:, None]
    kept, triangles = np.unique(rows, return_inverse=True)
    vertices, axis, is_negative = kept // 6, kept % 6 // 2, kept % 2
    places = part.positions_m[vertices].astype(float)
    uvs = np.take_along_axis(places, _ACROSS[axis], axis=1) / tile_m
    uvs[:, 0] *= _U_SIGN[axis, is_negative]
    uvs += shift_uv
    return replace(
        part,
        positions_m=part.positions_m[vertices],
        normals=part.normals[vertices],
        uvs=uvs.astype(np.float32),
        triangles=triangles.reshape(-1, 3).astype(np.uint32),
        joints=None if part.joints is None else part.joints[vertices],
        weights=None if part.weights is None else part.weights[vertices],
    )


def _side(part: Submesh) -> NDArray[np.int64]:
    """Return (m,) the side of the box that each triangle faces: twice its axis, and 1 more at the negative end.

    Of axes that are faced alike the last counts, so that what is level is seen from above.
    """
    a, b, c = (part.positions_m[part.triangles[:, k]].astype(float) for k in range(3))
    normals = np.cross(b - a, c - a)
    axis = 2 - np.argmax(np.abs(normals)[:, ::-1], axis=1)
    return 2 * axis + (np.take_along_axis(normals, axis[:, None], axis=1)[:, 0] < 0)
