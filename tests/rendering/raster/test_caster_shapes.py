"""Flat faces of meshes: all of a box, none of what is bent or not convex."""

from __future__ import annotations

import numpy as np
import pytest

from simgen.geometry import FloatArray
from simgen.rendering.raster.caster_shapes import flat_faces
from tests.rendering.raster.shells import box_corners_m


def two_triangles(*corners: tuple[float, float, float]) -> FloatArray:
    a, b, c, d = np.array(corners)
    return np.array([[a, b, c], [a, c, d]])


def test_a_box_has_six_faces_whose_corners_go_round() -> None:
    faces = flat_faces(box_corners_m((4.0, 3.0, 2.0), (1.0, -2.0, 5.0)))
    assert faces.shape == (6, 4, 3)
    edges = np.roll(faces, -1, axis=1) - faces
    across = np.cross(edges[:, 0], edges[:, 1])
    np.testing.assert_allclose(np.sort(np.linalg.norm(across, axis=1)), [6, 6, 8, 8, 12, 12])
    outwards = faces.mean(axis=1) - (1.0, -2.0, 5.0)
    assert ((across * outwards).sum(axis=1) > 0).all()


@pytest.mark.parametrize(
    "corners",
    [
        ((0, 0, 0), (1, 0, 0), (1, 1, 0.01), (0, 1, 0)),  # bent
        ((0, 0, 0), (1, 0, 0), (0.4, 0.4, 0), (0, 1, 0)),  # a dart
    ],
)
def test_what_is_bent_or_not_convex_is_no_face(corners: tuple[tuple[float, float, float], ...]) -> None:
    assert len(flat_faces(two_triangles(*corners))) == 0


def test_small_faces_and_empty_meshes_have_none() -> None:
    small = two_triangles((5, 0, 0), (5.2, 0, 0), (5.2, 0.2, 0), (5, 0.2, 0))
    large = two_triangles((0, 0, 0), (4, 0, 0), (4, 2, 0), (0, 2, 0))
    (face,) = flat_faces(np.concatenate([small, large]))
    assert sorted(map(tuple, face)) == [(0, 0, 0), (0, 2, 0), (4, 0, 0), (4, 2, 0)]
    assert flat_faces(np.zeros((0, 3, 3))).shape == (0, 4, 3)
