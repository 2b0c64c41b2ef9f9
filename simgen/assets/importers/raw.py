"""What an importer returns: triangles by material, in the units and axes of the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray
from simgen.records.asset import Float32Array, Material, Skin


@dataclass(frozen=True, slots=True, eq=False)
class RawPart:
    """Triangles of one material.

    Attributes:
        positions: (n, 3) float64, file frame and units.
        normals: (n, 3) float32, unit, file frame.
        uvs: (n, 2) float32, v up.
        triangles: (m, 3) int64, counter-clockwise from outside.
        material: index into `RawModel.materials`.
        joints: (n, 4) uint8, joints of `RawModel.skin` that move each vertex; None without a skeleton.
        weights: (n, 4) float32, share of each of them, summing to 1.
    """

    positions: FloatArray
    normals: Float32Array
    uvs: Float32Array
    triangles: NDArray[np.int64]
    material: int
    joints: NDArray[np.uint8] | None = None
    weights: Float32Array | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RawModel:
    """A model as its file has it.

    Attributes:
        up_axis: which file axis points up in the upright pose.
        collision: convex vertex sets (k, 3) that the file itself gives, file frame; empty where it gives none.
        skin: the skeleton that moves the parts, file frame and units; None where it is rigid.
        notes: what was tolerated, one line each, for example a texture that is not there.
    """

    parts: tuple[RawPart, ...]
    materials: tuple[Material, ...]
    up_axis: Literal["y", "z"]
    collision: tuple[FloatArray, ...] = ()
    notes: tuple[str, ...] = ()
    skin: Skin | None = None
