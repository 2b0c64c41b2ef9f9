"""Boxes of triangles for tests of light between walls."""

from __future__ import annotations

import numpy as np

from simgen.geometry import FloatArray, Vec3
from simgen.rendering.raster.enclosures import Enclosure, Shell
from simgen.rendering.raster.furniture import Boxes
from simgen.rendering.raster.ray_casts import Mesh

_FACES = (
    (1, 3, 7, 5),
    (0, 4, 6, 2),
    (2, 6, 7, 3),
    (0, 1, 5, 4),
    (4, 5, 7, 6),
    (0, 2, 3, 1),
)  # +x -x +y -y +z -z


def box_corners_m(
    size_m: Vec3, at_m: Vec3 = (0.0, 0.0, 0.0), *, inwards: bool = False, without: tuple[int, ...] = ()
) -> FloatArray:
    """Return triangles (t, 3, 3) of a box; faces in the order +x, -x, +y, -y, +z, -z, some of them left out."""
    bits = np.array([[i & 1, i >> 1 & 1, i >> 2 & 1] for i in range(8)])
    points = (bits - 0.5) * size_m + at_m
    quads = [points[list(face)] for number, face in enumerate(_FACES) if number not in without]
    triangles = np.array([[quad[0], quad[i], quad[i + 1]] for quad in quads for i in (1, 2)])
    return triangles[:, ::-1] if inwards else triangles


def room(size_m: Vec3, albedo: float, without: tuple[int, ...] = ()) -> Enclosure:
    """Return a room about the origin whose surfaces are all of one grey."""
    mesh = Mesh(box_corners_m(size_m, inwards=True, without=without))
    half = np.array(size_m) / 2
    colours = np.full((len(mesh.normals), 3), albedo)
    return Enclosure(
        Shell(mesh, colours, frozenset({1})),
        np.zeros(3),
        -half,
        half,
        Boxes(np.zeros((0, 4, 4)), np.zeros(0)),
    )
