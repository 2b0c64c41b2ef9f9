"""Shapes for tests, without any library of assets."""

from __future__ import annotations

import numpy as np
import trimesh

from simgen.rendering.pathtrace.bodies import Part, Shape


def ball(radius_m: float, subdivisions: int) -> Shape:
    """A ball of one material."""
    mesh = trimesh.creation.icosphere(subdivisions=subdivisions, radius=radius_m)
    positions, triangles = np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)
    count = len(triangles)
    return Shape(
        positions_m=positions,
        normals=positions / radius_m,
        uvs=np.zeros((len(positions), 2)),
        triangles=triangles,
        material=np.zeros(count, np.int64),
        one_sided=np.zeros(count, np.bool_),
        cutouts={},
        parts=(Part(0, slice(0, len(positions)), slice(0, count)),),
    )
