"""Distances and times between boxes: closed forms, and the exact distance of any two boxes as the oracle."""

from __future__ import annotations

from math import inf, pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simgen.geometry import quaternion_about_axis
from simgen.simulation import measures
from simgen.simulation.bodies import Body
from simgen.worlds.boxes import OrientedBox, box_distance_m


def body(size, at, yaw: float = 0.0, velocity=(0.0, 0.0, 0.0)) -> Body:
    made = Body("body", 1, tuple(s / 2 for s in size), at)
    made.turn_to(quaternion_about_axis((0, 0, 1), yaw))
    made.velocity_mps = velocity
    return made


def oriented(box: Body) -> OrientedBox:
    return OrientedBox(np.array(box.position_m), np.array(box.axes).T, np.array(box.half_m))


lengths = st.floats(0.1, 5.0)
sizes = st.tuples(lengths, lengths, lengths)
places = st.tuples(*[st.floats(-6, 6)] * 3)
angles = st.floats(-pi, pi)


@settings(max_examples=150, deadline=None)
@given(sizes, sizes, places, angles, angles)
def test_upright_boxes_are_as_far_apart_as_any_boxes(size_a, size_b, at, yaw_a, yaw_b) -> None:
    a, b = body(size_a, (0.3, -0.2, 0.1), yaw_a), body(size_b, at, yaw_b)
    assert measures.free_distance_m(a, b) == pytest.approx(box_distance_m(oriented(a), oriented(b)), abs=1e-9)
    assert measures.free_distance_m(b, a) == pytest.approx(measures.free_distance_m(a, b), abs=1e-12)
    assert measures.least_distance_m(a, b) <= measures.free_distance_m(a, b) + 1e-12


def test_a_tilted_box_is_measured_exactly() -> None:
    a, b = body((1, 1, 1), (0, 0, 0)), body((1, 1, 1), (0, 0, 3))
    b.turn_to(quaternion_about_axis((1, 0, 0), pi / 4))
    assert measures.free_distance_m(a, b) == pytest.approx(3 - 0.5 - 0.5 * 2**0.5)


def test_a_point_has_no_extent() -> None:
    a = body((2, 2, 2), (0, 0, 0))
    assert measures.free_distance_m(a, Body.point((4.0, 0.0, 5.0))) == 5.0
    assert measures.free_distance_m(a, Body.point((0.5, 0.0, 0.5))) == 0.0


def test_along_and_across_are_taken_in_the_frame_of_the_first() -> None:
    a, b = body((4, 2, 1), (0, 0, 0), pi / 2), body((4, 2, 1), (-5, 10, 0), 0.0)
    assert measures.along_m(a, b, free=False) == pytest.approx(10.0)
    assert measures.along_m(a, b, free=True) == pytest.approx(10.0 - 2.0 - 1.0)
    assert measures.across_m(a, b, free=False) == pytest.approx(5.0)
    assert measures.across_m(a, b, free=True) == pytest.approx(5.0 - 1.0 - 2.0)


def test_the_front_of_a_body_is_where_its_model_points() -> None:
    a, b = body((4, 2, 1), (0, 0, 0)), body((1, 1, 1), (0, 10, 0))
    a.forward_rad = pi / 2
    assert measures.ahead_m(a, b) == pytest.approx(10.0)
    assert measures.along_m(a, b, free=True) == pytest.approx(10.0 - 1.0 - 0.5)


def test_time_to_collision_is_the_gap_over_the_closing_speed() -> None:
    a, b = body((4, 2, 1), (0, 0, 0), velocity=(10, 0, 0)), body((1, 1, 1), (30, 0, 0), velocity=(-2, 0, 0))
    assert measures.closing_speed_mps(a, b) == pytest.approx(12.0)
    assert measures.ttc_s(a, b) == pytest.approx((30 - 2.5) / 12)
    b.velocity_mps = (11.0, 0.0, 0.0)
    assert measures.ttc_s(a, b) == inf


def test_headway_is_infinite_behind_and_at_rest() -> None:
    a, b = body((4, 2, 1), (0, 0, 0), velocity=(10, 0, 0)), body((4, 2, 1), (24, 1, 0))
    assert measures.headway_s(a, b) == pytest.approx(2.0)
    b.position_m = (-24.0, 0.0, 0.0)
    assert measures.headway_s(a, b) == inf
    a.velocity_mps = (0.0, 0.0, 0.0)
    assert measures.headway_s(a, b) == inf
