"""Vertex normals of models fit their triangles, and stay where they do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import ArrayLike

from simgen.assets.importers.polygons import face_vectors
from simgen.assets.importers.raw import RawPart
from simgen.assets.normals import with_fitting_normals
from simgen.geometry import unit_rows

CUBE = np.array([[x, y, z] for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)])
CUBE_FACES = [
    [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
    [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
]  # fmt: skip


def part(positions: ArrayLike, normals: ArrayLike, triangles: ArrayLike) -> RawPart:
    points = np.asarray(positions, float)
    return RawPart(
        positions=points,
        normals=unit_rows(np.asarray(normals, float)).astype(np.float32),
        uvs=np.asarray(points[:, :2], np.float32),
        triangles=np.asarray(triangles, np.int64),
        material=0,
    )


def ball(rings: int = 12) -> RawPart:
    """A sphere of smooth normals, its poles left open."""
    up, around = np.meshgrid(np.linspace(0.2, np.pi - 0.2, rings), np.arange(16) * np.pi / 8, indexing="ij")
    points = np.stack([np.sin(up) * np.cos(around), np.sin(up) * np.sin(around), np.cos(up)], -1).reshape(
        -1, 3
    )
    low = np.arange(rings - 1)[:, None] * 16 + np.arange(16)
    side = np.arange(rings - 1)[:, None] * 16 + (np.arange(16) + 1) % 16
    quads = np.stack([low, low + 16, side + 16, side], -1).reshape(-1, 4)
    return part(points, points, np.concatenate([quads[:, :3], quads[:, [0, 2, 3]]]))


def cosines(shape: RawPart) -> np.ndarray:
    """Cosine between each corner's normal and its triangle's."""
    faces = unit_rows(face_vectors(shape.positions, shape.triangles))
    return np.einsum("mki,mi->mk", shape.normals[shape.triangles].astype(float), faces)


def test_normals_that_fit_stay_as_they_are() -> None:
    smooth = ball()
    assert with_fitting_normals([smooth])[0] is smooth


def test_normals_of_the_other_side_are_turned_over_and_keep_their_smoothness() -> None:
    smooth = ball()
    inside_out = replace(smooth, normals=-smooth.normals)
    (repaired,) = with_fitting_normals([inside_out])
    assert len(repaired.positions) == len(smooth.positions)
    np.testing.assert_allclose(repaired.normals[repaired.triangles], smooth.normals[smooth.triangles])


def test_normals_turned_against_the_model_are_made_anew() -> None:
    smooth = ball()
    quarter_turn = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
    turned = replace(smooth, normals=(smooth.normals @ quarter_turn.T).astype(np.float32))
    (repaired,) = with_fitting_normals([turned])
    assert len(repaired.positions) == len(smooth.positions)  # smooth as it was: nothing is split
    away_from_rims = np.abs(repaired.positions[:, 2]) < 0.9
    cosine = (repaired.normals[away_from_rims] * repaired.positions[away_from_rims]).sum(axis=1)
    assert cosine.min() > np.cos(np.radians(3))


def test_a_sharp_edge_that_normals_were_averaged_across_gets_two_sides() -> None:
    blade = part(
        [[0, 0, 0], [0, 1, 0], [1, 0, 0.2], [1, 0, -0.2]],
        [[-1, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 0, -1]],
        [[0, 2, 1], [0, 1, 3]],
    )
    (repaired,) = with_fitting_normals([blade])
    assert cosines(blade).min() < 0.5
    assert cosines(repaired).min() > 0.95
    assert len(repaired.positions) == 6  # the edge's two are split


@pytest.mark.parametrize("broken", [0.0, np.nan])
def test_normals_that_are_not_there_are_made(broken: float) -> None:
    missing = part(CUBE, CUBE, CUBE_FACES)
    missing = replace(missing, normals=np.full_like(missing.normals, broken))
    (repaired,) = with_fitting_normals([missing])
    np.testing.assert_allclose(cosines(repaired), 1.0, atol=1e-6)
    assert len(repaired.positions) == 24


def test_the_surface_itself_never_changes() -> None:
    smooth = ball()
    rough = replace(smooth, normals=np.roll(smooth.normals, 7, axis=0))
    (repaired,) = with_fitting_normals([rough])
    np.testing.assert_array_equal(repaired.positions[repaired.triangles], rough.positions[rough.triangles])
    np.testing.assert_array_equal(repaired.uvs[repaired.triangles], rough.uvs[rough.triangles])
    assert cosines(repaired).min() > 0.5 - 1e-6


def test_what_moves_a_vertex_goes_with_it_where_it_is_split() -> None:
    cube = part(CUBE, np.zeros_like(CUBE), CUBE_FACES)
    joints = np.arange(8, dtype=np.uint8)[:, None] * np.ones(4, np.uint8)
    weights = np.tile(np.array([1, 0, 0, 0], np.float32), (8, 1))
    (repaired,) = with_fitting_normals([replace(cube, joints=joints, weights=weights)])
    assert repaired.joints is not None
    assert repaired.weights is not None
    np.testing.assert_array_equal(CUBE[repaired.joints[:, 0]], repaired.positions)
    np.testing.assert_array_equal(repaired.weights.sum(axis=1), 1.0)


def test_new_normals_are_smooth_across_the_border_of_two_materials() -> None:
    smooth = ball()
    half = len(smooth.triangles) // 2
    parts = [
        replace(smooth, triangles=smooth.triangles[:half], normals=np.zeros_like(smooth.normals)),
        replace(smooth, triangles=smooth.triangles[half:], material=1, normals=np.zeros_like(smooth.normals)),
    ]
    one, two = with_fitting_normals(parts)
    whole = with_fitting_normals([replace(smooth, normals=np.zeros_like(smooth.normals))])[0]
    found = np.concatenate([shape.normals[shape.triangles] for shape in (one, two)])
    np.testing.assert_allclose(found, whole.normals[whole.triangles], atol=2e-3)


def test_triangles_without_area_are_left_alone() -> None:
    flat = part([[0, 0, 0], [1, 0, 0], [2, 0, 0]], [[0, 0, 1]] * 3, [[0, 1, 2]])
    assert with_fitting_normals([flat])[0] is flat
