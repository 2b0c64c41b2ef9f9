from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simgen.geometry import matrix_from_quaternion
from simgen.records.asset import AssetRef, Collision
from simgen.simulation.hull_file import hulls_to_obj
from simgen.simulation.shapes import MAX_HULL_VERTICES, Ball, BodyShape, Box, Hull, body_shape, drawn_in
from tests.simulation.bodies import UNIT_CUBE, HullLibrary, ellipsoid, moved, prism

TURN = matrix_from_quaternion((0.8, 0.1, 0.5, -0.3))
extents = st.tuples(*[st.floats(0.005, 2.0)] * 3)


def shape_of(*hulls: np.ndarray, com: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> BodyShape:
    return body_shape(Collision(tuple(np.asarray(hull, float) for hull in hulls), com, 1.0))


def test_a_cuboid_is_a_box_wherever_it_lies():
    (part,) = shape_of(moved(UNIT_CUBE * [0.1, 0.2, 0.3], (1, 2, 3))).parts
    assert isinstance(part, Box)
    assert part.center_m == pytest.approx([1, 2, 3])
    assert part.half_extents_m == pytest.approx([0.05, 0.1, 0.15])


def test_a_turned_or_cut_cuboid_is_a_hull():
    assert isinstance(shape_of(UNIT_CUBE @ TURN.T).parts[0], Hull)
    assert isinstance(shape_of(UNIT_CUBE[:-1]).parts[0], Hull)


def test_the_procedural_sphere_is_a_ball_and_an_icosahedron_is_not(library: HullLibrary):
    sphere = library.load(AssetRef("procedural/sphere", (("size_m", (0.2, 0.2, 0.2)),))).collision
    (part,) = body_shape(sphere).parts
    assert isinstance(part, Ball | Hull)
    dense = ellipsoid((0.1, 0.1, 0.1), rings=15, sectors=16)
    assert isinstance(shape_of(dense).parts[0], Ball)
    assert isinstance(shape_of(ellipsoid((0.1, 0.1, 0.1), rings=3, sectors=4)).parts[0], Hull)


def test_a_flat_sheet_becomes_a_thin_plate():
    (part,) = shape_of(UNIT_CUBE * [1, 1, 0]).parts
    assert isinstance(part, Box)
    assert 2 * part.half_extents_m == pytest.approx([1, 1, 0.001])


def test_a_dense_hull_keeps_its_box_with_fewer_vertices():
    dense = ellipsoid((0.3, 0.2, 0.1), rings=31, sectors=40)
    (part,) = shape_of(dense).parts
    assert isinstance(part, Hull)
    assert len(part.vertices_m) <= MAX_HULL_VERTICES
    assert np.ptp(part.vertices_m, axis=0) == pytest.approx(np.ptp(dense, axis=0))


@given(extents)
def test_inertia_of_a_box_is_the_closed_form(size: tuple[float, float, float]):
    x, y, z = size
    expected = np.array([y * y + z * z, x * x + z * z, x * x + y * y]) / 12
    assert shape_of(UNIT_CUBE * size).inertia_per_kg_m2 == pytest.approx(expected)


@given(extents)
def test_inertia_of_a_turned_box_is_that_of_the_box_about_its_own_axes(size: tuple[float, float, float]):
    """But for products of inertia below 3 % of the trace, which count as none."""
    tensor = tensor_of((UNIT_CUBE * size) @ TURN.T)
    expected = TURN @ tensor_of(UNIT_CUBE * size) @ TURN.T
    moments = np.diag(np.diag(expected))
    if np.abs(expected - moments).max() <= 0.03 * np.trace(expected):
        expected = moments
    assert tensor == pytest.approx(expected, rel=1e-5, abs=1e-6 * np.trace(expected))


@pytest.mark.parametrize(("size", "along_own_axes"), [((1.0, 1.1, 1.0), True), ((1.0, 3.0, 1.0), False)])
def test_bodies_that_are_nearly_alike_about_all_axes_keep_their_own(
    size: tuple[float, float, float], along_own_axes: bool
):
    axes = shape_of((UNIT_CUBE * size) @ TURN.T).principal_quaternion_wxyz
    assert (axes == (1.0, 0.0, 0.0, 0.0)) is along_own_axes


def tensor_of(hull: np.ndarray) -> np.ndarray:
    shape = shape_of(hull)
    R = matrix_from_quaternion(shape.principal_quaternion_wxyz)
    return R @ np.diag(shape.inertia_per_kg_m2) @ R.T


def test_inertia_of_a_ball_is_two_fifths_r_squared():
    ball = shape_of(ellipsoid((0.1, 0.1, 0.1), rings=15, sectors=16))
    assert ball.inertia_per_kg_m2 == pytest.approx([0.4 * 0.01] * 3)


def test_inertia_of_a_cylinder_is_near_its_closed_form():
    r, h = 0.5, 1.0
    across = (3 * r * r + h * h) / 12
    assert shape_of(prism(128)).inertia_per_kg_m2 == pytest.approx([across, across, r * r / 2], rel=2e-3)


def test_two_halves_weigh_as_the_whole():
    half = UNIT_CUBE * [0.5, 1, 1]
    halves = shape_of(moved(half, (-0.25, 0, 0)), moved(half, (0.25, 0, 0)))
    assert halves.inertia_per_kg_m2 == pytest.approx(shape_of(UNIT_CUBE).inertia_per_kg_m2)


def test_a_drawn_in_hull_grows_back_to_its_own_box():
    hull = prism(9, 0.05, 0.02)
    small = drawn_in(hull)
    assert small.min(axis=0) - 0.001 == pytest.approx(hull.min(axis=0))
    assert small.max(axis=0) + 0.001 == pytest.approx(hull.max(axis=0))


def test_a_part_thinner_than_the_margin_keeps_some_thickness():
    assert np.ptp(drawn_in(UNIT_CUBE * [0.1, 0.1, 0.001]), axis=0)[2] == pytest.approx(0.0001)


def test_the_hull_file_names_every_vertex_in_a_face():
    lines = hulls_to_obj([prism(7), UNIT_CUBE]).splitlines()
    vertices = [line for line in lines if line.startswith("v ")]
    named = {int(index) for line in lines if line.startswith("f ") for index in line.split()[1:]}
    assert [line for line in lines if line.startswith("o ")] == ["o hull0", "o hull1"]
    assert len(vertices) == 22
    assert named == set(range(1, 23))
