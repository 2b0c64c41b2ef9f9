"""What an importer returns: triangles by material, in the units and axes of the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simgen.records.asset import Float32Array, Material

Float64Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class RawPart:
    """Triangles of one material.

    Attributes:
        positions: (n, 3) float64, file frame and units.
        normals: (n, 3) float32, unit, file frame.
        uvs: (n, 2) float32, v up.
        triangles: (m, 3) int64, counter-clockwise from outside.
        material: index into `RawModel.materials`.
    """

    positions: Float64Array
    normals: Float32Array
    uvs: Float32Array
    triangles: NDArray[np.int64]
    material: int


@dataclass(frozen=True, slots=True, eq=False)
class RawModel:
    """A model as its file has it.

    Attributes:
        up_axis: which file axis points up in the upright pose.
        collision: convex vertex sets (k, 3) that the file itself gives, file frame; empty where it gives none.
        notes: what was tolerated, one line each, for example a texture that is not there.
    """

    parts: tuple[RawPart, ...]
    materials: tuple[Material, ...]
    up_axis: Literal["y", "z"]
    collision: tuple[Float64Array, ...] = ()
    notes: tuple[str, ...] = ()
