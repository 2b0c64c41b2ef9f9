"""Rays against triangles: exact in a box, no gaps along edges, and what they report."""

from __future__ import annotations

import numpy as np
import pytest

from simgen.geometry import FloatArray, spread_directions
from simgen.rendering.raster.ray_casts import NO_TRIANGLE, Mesh
from tests.rendering.raster.shells import box_corners_m

SIDES = (4.0, 3.0, 2.0)


@pytest.fixture
def room() -> Mesh:
    """A box about (10, -20, 5), seen from inside."""
    return Mesh(box_corners_m(SIDES, (10.0, -20.0, 5.0), inwards=True))


def test_rays_from_inside_a_box_end_on_it_everywhere(room: Mesh) -> None:
    ways = spread_directions(4000)
    hits = room.cast(np.array([10.5, -20.2, 4.9]), ways)
    ends = np.array([0.5, -0.2, -0.1]) + ways * hits.distance_m[:, None]
    np.testing.assert_allclose(np.abs(ends / np.array(SIDES)).max(axis=1), 0.5, atol=1e-6)
    assert hits.outside.all()


def test_rays_along_the_edges_between_triangles_find_no_gap(room: Mesh) -> None:
    middle = np.array([10.0, -20.0, 5.0])
    towards = room.corners_m.reshape(-1, 3)
    for share in (0.0, 0.25, 0.5):  # corners, then points on edges, diagonals included
        points = towards * (1 - share) + np.roll(room.corners_m, 1, axis=1).reshape(-1, 3) * share
        assert (room.cast(middle, points - middle).triangle != NO_TRIANGLE).all()


def test_distance_is_in_lengths_of_the_direction(room: Mesh) -> None:
    hits = room.cast(np.array([10.0, -20.0, 5.0]), np.array([[0.5, 0.0, 0.0], [0.0, 0.0, -4.0]]))
    np.testing.assert_allclose(hits.distance_m, [4.0, 0.25], rtol=1e-6)


def test_the_nearest_of_two_sheets_is_met_and_backs_are_told_from_fronts() -> None:
    near, far = (sheet(z) for z in (1.0, 2.0))
    hits = Mesh(np.concatenate([far, near])).cast(
        np.array([0.1, 0.2, 0.0]), np.array([[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]])
    )
    assert hits.distance_m[0] == pytest.approx(1.0)
    assert hits.triangle.tolist()[0] in (2, 3)
    assert hits.triangle[1] == NO_TRIANGLE
    assert hits.outside.tolist() == [False, False]  # both sheets look up


def test_directions_are_evenly_spread() -> None:
    ways = spread_directions(96)
    np.testing.assert_allclose(np.linalg.norm(ways, axis=1), 1.0)
    np.testing.assert_allclose(ways.mean(axis=0), 0.0, atol=2e-3)
    np.testing.assert_allclose(ways.T @ ways / 96, np.eye(3) / 3, atol=5e-3)


def sheet(z_m: float) -> FloatArray:
    a, b, c, d = (np.array([x, y, z_m]) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)))
    return np.array([[a, b, c], [a, c, d]])


def test_rays_of_one_direction_are_blocked_where_any_of_them_meets_something() -> None:
    open_room = Mesh(box_corners_m(SIDES, (10.0, -20.0, 5.0), inwards=True)[2:])
    points = np.array([10.0, -20.0, 5.0]) + np.random.default_rng(3).uniform(-0.49, 0.49, (2000, 3)) * SIDES
    shares: list[float] = []
    for way in spread_directions(12):
        met = open_room.cast(points, np.broadcast_to(way, points.shape)).triangle != NO_TRIANGLE
        np.testing.assert_array_equal(open_room.blocks(points, way), met)
        shares.append(float(met.mean()))
    assert min(shares) < 0.6
    assert max(shares) == 1.0
    assert open_room.blocks(points[:0], way).shape == (0,)
