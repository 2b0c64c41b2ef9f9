"""Triangles are sorted before they are drawn: none that a lens shows is left out, few that it does not show stay."""

from __future__ import annotations

import numpy as np
import pytest

from simgen.geometry import FloatArray, Pose, invert_rigid, quaternion_about_axis
from simgen.rendering.raster.lens_sorting import SortedTriangles, TriangleBounds, sort_triangles
from tests.rendering.raster.test_lens_bounds import LENSES, inside

T_CAMERA_OBJECT = invert_rigid(Pose((0.3, -0.2, 0.4), quaternion_about_axis((0.0, 0.6, 0.8), 0.7)).matrix())
SCALE = 1.5


def soup(size_m: float, spread_m: float, count: int = 200) -> FloatArray:
    """Triangles (n, 3, 3) around the object's origin."""
    rng = np.random.default_rng(4)
    return rng.normal(size=(count, 1, 3)) * spread_m + rng.normal(size=(count, 3, 3)) * size_m


def sorted_soup(kind: str, corners: FloatArray) -> SortedTriangles:
    positions = corners.reshape(-1, 3).astype(np.float32)
    triangles = np.arange(len(positions), dtype=np.uint32).reshape(-1, 3)
    bounds = TriangleBounds.of(positions, triangles)
    return sort_triangles(LENSES[kind], T_CAMERA_OBJECT, SCALE, positions, triangles, bounds)


def in_camera(points: FloatArray) -> FloatArray:
    return SCALE * points @ T_CAMERA_OBJECT[:3, :3].T + T_CAMERA_OBJECT[:3, 3]


@pytest.mark.parametrize("kind", LENSES)
@pytest.mark.parametrize("size_m", [0.03, 0.5, 3.0])
def test_what_is_shown_is_kept(kind: str, size_m: float) -> None:
    camera, corners = LENSES[kind], soup(size_m, 2.0)
    kept = set(np.concatenate(sorted_soup(kind, corners).chosen).tolist())
    rng = np.random.default_rng(5)
    for row, triangle in enumerate(corners):
        pixels = camera.project(in_camera(inside(triangle, rng)))
        shown = (pixels > -0.5) & (pixels < (camera.width - 0.5, camera.height - 0.5))
        assert row in kept or not shown.all(axis=1).any()


@pytest.mark.parametrize("kind", ["brown_conrady", "fisheye"])
def test_most_of_what_is_not_shown_is_left_out(kind: str) -> None:
    camera, corners = LENSES[kind], soup(0.03, 2.0)
    pixels = camera.project(in_camera(corners.reshape(-1, 3)))
    shown = ((pixels > -0.5) & (pixels < (camera.width - 0.5, camera.height - 0.5))).all(axis=1)
    count = np.count_nonzero(shown.reshape(-1, 3).any(axis=1))
    assert 0 < count < 150
    assert sum(map(len, sorted_soup(kind, corners).chosen)) < 1.6 * count


@pytest.mark.parametrize("kind", LENSES)
def test_only_triangles_seen_under_wide_angles_are_wide(kind: str) -> None:
    near_and_far = np.concatenate([soup(1.0, 0.5, 40), soup(0.1, 3.0, 160)])
    order = sorted_soup(kind, near_and_far)
    towards = in_camera(near_and_far.reshape(-1, 3)).reshape(-1, 3, 3)
    towards /= np.linalg.norm(towards, axis=2, keepdims=True)
    angles = np.arccos(np.clip((towards * np.roll(towards, 1, axis=1)).sum(axis=2), -1, 1)).max(axis=1)
    narrow, wide = order.chosen
    assert (angles[narrow] < 1.001).all()
    assert (angles[wide] > 0.999).all()
    assert len(narrow) > 10 and len(wide) > 5


def test_runs_are_what_is_left_of_a_draw() -> None:
    order = sorted_soup("fisheye", np.concatenate([soup(1.0, 0.5, 40), soup(0.1, 3.0, 160)]))
    rows = [
        order.indices[run.first // 3 : (run.first + run.count) // 3, 0] // 3 for run in order.runs(30, 300)
    ]
    expected = [chosen[(chosen >= 10) & (chosen < 110)] for chosen in order.chosen]
    for found, wanted in zip(rows, expected, strict=True):
        np.testing.assert_array_equal(found, wanted)
