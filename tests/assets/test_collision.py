from __future__ import annotations

import numpy as np
import pytest
import trimesh
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import ConvexHull

from simgen.assets.collision import (
    MAX_PARTS,
    MAX_VERTICES,
    collision_of,
    convex_parts,
    few_triangles,
    few_vertices,
    hollowness,
    merged,
)
from simgen.assets.importers.raw import RawPart
from simgen.assets.surface_points import surface_points
from simgen.assets.uncovered import uncovered_parts
from simgen.errors import AssetError
from tests.assets.shapes import cup, part, solid_at


@given(st.tuples(*[st.floats(0.01, 3.0)] * 3), st.tuples(*[st.floats(-2.0, 2.0)] * 3))
def test_mass_properties_of_a_box_are_those_of_its_float32_corners(
    size: tuple[float, ...], at: tuple[float, ...]
) -> None:
    box = trimesh.creation.box(extents=size, transform=trimesh.transformations.translation_matrix(at))
    collision = collision_of([np.asarray(box.vertices, float)])
    assert collision.volume_m3 == pytest.approx(np.prod(size), rel=1e-3), "vertices are float32"
    np.testing.assert_allclose(collision.center_of_mass_m, at, atol=5e-7)


def test_the_centre_of_mass_of_two_parts_is_weighted_by_volume() -> None:
    cube = np.asarray(trimesh.creation.box().vertices, float)
    collision = collision_of([cube, cube * 2 + (4.5, 0, 0)])
    assert collision.volume_m3 == pytest.approx(9.0)
    assert collision.center_of_mass_m == pytest.approx((4.0, 0.0, 0.0))


def test_a_solid_shape_needs_one_hull_only() -> None:
    ball = part(trimesh.creation.icosphere(subdivisions=3, radius=0.5))
    hulls = convex_parts([ball], "auto")
    assert len(hulls) == 1
    assert len(hulls[0]) <= MAX_VERTICES
    assert ConvexHull(hulls[0]).volume == pytest.approx(np.pi / 6, rel=0.12)


def test_few_vertices_keep_the_bounding_box() -> None:
    ball = np.asarray(trimesh.creation.icosphere(subdivisions=4).vertices, float)
    kept = few_vertices(ball)
    assert len(kept) == MAX_VERTICES
    np.testing.assert_allclose(np.ptp(kept, axis=0), np.ptp(ball, axis=0), atol=1e-9)


def test_few_triangles_are_few_and_keep_shape_and_box() -> None:
    ball = trimesh.creation.icosphere(subdivisions=4)
    points, triangles = few_triangles(np.asarray(ball.vertices, float), np.asarray(ball.faces, np.int64), 500)
    assert 400 < len(triangles) <= 500
    assert np.abs(points).max() <= 1.0
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1.0, atol=0.02)
    again = few_triangles(points, triangles, 500)
    assert again == (points, triangles)  # the very same: few enough already


def test_a_cup_is_decomposed_so_that_things_fall_into_it() -> None:
    hulls = tuple(convex_parts([part(cup())], "auto"))
    assert 1 < len(hulls) <= MAX_PARTS
    assert all(len(hull) <= MAX_VERTICES for hull in hulls)
    around = [(np.cos(a), np.sin(a)) for a in np.linspace(0, 2 * np.pi, 24, endpoint=False)]
    assert not any(solid_at(hulls, (0.03 * x, 0.03 * y, 0.06)) for x, y in around), "the hollow is free"
    assert all(solid_at(hulls, (0.037 * x, 0.037 * y, 0.06)) for x, y in around), "the wall is solid"
    assert all(solid_at(hulls, (0.03 * x, 0.03 * y, 0.003)) for x, y in around), "the bottom is closed"


def test_asked_for_one_hull_a_cup_gets_one() -> None:
    hulls = tuple(convex_parts([part(cup())], "hull"))
    assert len(hulls) == 1
    assert solid_at(hulls, (0.0, 0.0, 0.06))


def test_decomposition_gives_the_same_parts_every_time() -> None:
    first, second = (convex_parts([part(cup())], "decompose") for _ in range(2))
    assert [hull.tobytes() for hull in first] == [hull.tobytes() for hull in second]


def test_hollowness_is_the_distance_of_the_hull_from_the_mesh() -> None:
    def measure(mesh: trimesh.Trimesh) -> float:
        points, triangles = merged([part(mesh)])
        return hollowness(points, triangles, points)

    assert measure(trimesh.creation.box()) < 0.02
    assert measure(cup()) > 0.06


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_flat_shape_gets_a_thin_hull(axis: int) -> None:
    points = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)
    points = np.roll(points, axis, axis=1)
    assert collision_of([points]).volume_m3 == pytest.approx(0.001)


def test_a_tilted_flat_shape_gets_a_thin_hull_too() -> None:
    points = np.array([[0, 0, 0], [1, 0, 1], [1, 1, 1], [0, 1, 0]], float)
    assert 0 < collision_of([points]).volume_m3 < 0.003


def test_vertices_at_one_place_are_merged_across_materials() -> None:
    box = trimesh.creation.box()
    points, triangles = merged([part(box, 0), part(box, 1)])
    assert (len(points), len(triangles)) == (8, 24)


def standing(legs_m: float) -> list[RawPart]:
    """A bench: a thick seat on four thin legs, dense enough that simplification is asked for."""
    seat = trimesh.creation.box((1.6, 0.5, 0.2)).apply_translation((0, 0, legs_m))
    legs = [
        trimesh.creation.cylinder(0.012, legs_m, sections=6).apply_translation((x, y, legs_m / 2))
        for x in (-0.7, 0.7)
        for y in (-0.2, 0.2)
    ]
    return [part(trimesh.util.concatenate([seat, *legs]))]


def test_what_a_decomposition_leaves_out_becomes_parts_of_its_own() -> None:
    """Thin legs far outside of the one part there is: one part each, and what stands on them stands on the ground."""
    positions, triangles = merged(standing(0.8))
    surface = np.concatenate([positions, surface_points(positions, triangles, 24_000)])
    seat = np.asarray(trimesh.creation.box((1.6, 0.5, 0.2)).apply_translation((0, 0, 0.8)).vertices, float)
    added = uncovered_parts(surface, [seat], 4)
    assert len(added) == 4
    for points in added:
        assert points[:, 2].min() == pytest.approx(0.0, abs=1e-6)
        assert np.ptp(points[:, :2], axis=0).max() < 0.03
    assert uncovered_parts(surface, [seat, *added], 4) == []


def test_no_more_parts_are_added_than_are_allowed_and_none_where_all_is_covered() -> None:
    positions, triangles = merged(standing(0.8))
    surface = surface_points(positions, triangles, 4000)
    assert uncovered_parts(surface, [positions], 4) == []
    assert len(uncovered_parts(surface, [positions[positions[:, 2] > 0.6]], 2)) <= 2


def test_a_needle_of_which_rounding_leaves_nothing_is_told() -> None:
    needle = np.array([[1e7, y, z] for y in (0.0, 1e-4) for z in (0.0, 2e7)] * 2)
    with pytest.raises(AssetError, match=r"it is 2e\+07 m long and so thin that no body collides with it"):
        collision_of([needle])
