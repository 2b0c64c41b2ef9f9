"""What shadows need of meshes: flat faces, all of a box, none of what is bent; rough shapes that stay closed."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import trimesh

from simgen.geometry import FloatArray
from simgen.rendering.raster.caster_shapes import clustered, flat_faces
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


def ball(rings: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """Vertices and triangles of a ball."""
    mesh = trimesh.creation.uv_sphere(count=(rings, rings))
    return mesh.vertices.astype(np.float32), mesh.faces.astype(np.uint32)


def edges_of(triangles: np.ndarray) -> Counter[tuple[int, int]]:
    return Counter((int(a), int(b)) for t in triangles for a, b in zip(t, np.roll(t, -1), strict=True))


def test_a_closed_surface_stays_closed_when_near_vertices_are_taken_for_one() -> None:
    points, triangles = ball()
    closed, others = clustered(points, triangles, len(triangles))
    assert 50 < len(closed) < 0.6 * len(triangles)
    assert len(others) == 0
    edges = edges_of(closed)
    assert all(edges[b, a] == count for (a, b), count in edges.items())
    corners = points[closed].astype(float)
    volume = np.einsum("ij,ij->", np.cross(corners[:, 0], corners[:, 1]), corners[:, 2]) / 6
    assert volume == pytest.approx(4 / 3 * np.pi, rel=0.15)  # still counter-clockwise from outside


def test_what_is_not_closed_is_there_once_and_few_triangles_are_left_alone() -> None:
    points, triangles = ball()
    twice = np.concatenate([triangles, triangles[:, ::-1]])
    closed, others = clustered(points, twice, 0)
    assert len(closed) == 0
    assert len(others) == len(clustered(points, triangles, 0)[1])
    few = triangles[:20]
    assert [part.tolist() for part in clustered(points, few, 8)] == [few[:8].tolist(), few[8:].tolist()]
