"""Lanes as curves: coordinates along and across, there and back."""

from __future__ import annotations

import itertools
from math import cos, hypot, isclose, pi, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simgen.records.lane import Lane
from simgen.worlds.lane_graph import LaneCurve, LaneGraph, length_m, point_at, s_of

STRAIGHT = Lane("right", ((0.0, 0.0, 0.0), (30.0, 40.0, 0.0)), width_m=3.0, next=("on",))
ON = Lane("on", ((30.0, 40.0, 0.0), (60.0, 80.0, 0.0)))


def arc(radius_m: float, points: int = 41) -> Lane:
    """A left turn by 90 degrees, rising 1 m in 20."""
    angles = [k / (points - 1) * pi / 2 for k in range(points)]
    return Lane(
        "arc", tuple((radius_m * sin(a), radius_m * (1 - cos(a)), 0.05 * radius_m * a) for a in angles)
    )


def test_a_straight_lane_has_its_length_direction_and_left_side():
    place = point_at(STRAIGHT, 25.0, 5.0)
    assert length_m(STRAIGHT) == pytest.approx(50.0)
    assert place.position_m == pytest.approx((15.0 - 4.0, 20.0 + 3.0, 0.0))
    assert (cos(place.heading_rad), sin(place.heading_rad)) == pytest.approx((0.6, 0.8))


def test_a_lane_goes_straight_on_past_its_ends():
    assert point_at(STRAIGHT, 60.0).position_m == pytest.approx((36.0, 48.0, 0.0))
    assert point_at(STRAIGHT, -5.0, -1.0).position_m == pytest.approx((-3.0 + 0.8, -4.0 - 0.6, 0.0))
    assert s_of(STRAIGHT, (36.0, 48.0, 7.0)) == pytest.approx((60.0, 0.0))


def test_offset_points_of_a_circle_keep_their_distance_heading_and_slope():
    radius = 60.0
    for k in range(1, 30):
        place = LaneCurve(arc(radius)).point_at(3.0 * k, 4.0)
        x, y, _ = place.position_m
        assert hypot(x, y - radius) == pytest.approx(radius - 4.0, abs=0.02)
        along = 3.0 * k / hypot(1.0, 0.05)
        assert place.heading_rad == pytest.approx(along / radius, abs=5e-4)
        assert place.slope == pytest.approx(0.05, rel=1e-3)


@settings(max_examples=60)
@given(
    turns=st.lists(st.floats(-0.6, 0.6), min_size=1, max_size=6),
    share=st.floats(-0.2, 1.2),
    lateral=st.floats(-6.0, 6.0),
)
def test_s_of_undoes_point_at(turns: list[float], share: float, lateral: float):
    points, heading = [(0.0, 0.0, 0.0)], 0.0
    for k, turn in enumerate([0.0, *turns]):
        x, y, z = points[-1]
        heading += turn if abs(heading + turn) < 1.2 else -turn  # keeps the lane from coming back to itself
        points.append((x + 20.0 * cos(heading), y + 20.0 * sin(heading), z + (-1) ** k * 0.4))
    curve = LaneCurve(Lane("zigzag", tuple(points)))
    s = share * curve.length_m
    assert curve.s_of(curve.point_at(s, lateral).position_m) == pytest.approx((s, lateral), abs=1e-6)


def test_headings_turn_smoothly_through_a_corner_and_only_near_it():
    corner = LaneCurve(Lane("corner", ((0.0, 0.0, 0.0), (50.0, 0.0, 0.0), (50.0, 50.0, 0.0))))
    assert corner.point_at(40.0).heading_rad == 0.0
    assert corner.point_at(50.0).heading_rad == pytest.approx(pi / 4)
    assert corner.point_at(60.0).heading_rad == pytest.approx(pi / 2)
    steps = [corner.point_at(46.0 + 0.05 * k).heading_rad for k in range(160)]
    assert max(b - a for a, b in itertools.pairwise(steps)) < 0.02


def test_the_graph_goes_on_into_the_following_lane():
    graph = LaneGraph((STRAIGHT, ON))
    assert graph.advance("right", 70.0) == ("on", pytest.approx(20.0))
    assert graph.point_at("right", 70.0, 1.0) == LaneCurve(ON).point_at(20.0, 1.0)
    assert graph.left_to_go_m("right", 10.0) == pytest.approx(90.0)
    assert graph.advance("on", 70.0) == ("on", 70.0)  # nothing follows


def test_a_ring_never_ends():
    graph = LaneGraph((Lane("ring", ((0.0, 0.0, 0.0), (10.0, 0.0, 0.0)), next=("ring",)),))
    assert graph.advance("ring", 1234.5)[1] == pytest.approx(4.5)
    assert graph.left_to_go_m("ring", 3.0) == float("inf")


def test_headings_stay_within_a_turn():
    back = Lane("back", ((0.0, 0.0, 0.0), (-10.0, 1e-3, 0.0), (-20.0, -1e-3, 0.0)))
    headings = [point_at(back, 0.5 * k).heading_rad for k in range(40)]
    assert all(-pi < heading <= pi and isclose(abs(heading), pi, abs_tol=1e-3) for heading in headings)


@pytest.mark.parametrize(
    ("lanes", "message"),
    [
        ((Lane("dot", ((0.0, 0.0, 0.0),)),), "at least two points"),
        ((Lane("stairs", ((0.0, 0.0, 0.0), (0.0, 0.0, 1.0))),), "above each other"),
        ((STRAIGHT,), "'right' leads to 'on'"),
        ((ON, ON), "two lanes are called 'on'"),
    ],
)
def test_lanes_that_make_no_sense_are_refused(lanes: tuple[Lane, ...], message: str):
    with pytest.raises(ValueError, match=message):
        LaneGraph(lanes)


def test_an_unknown_lane_is_named_with_those_there_are():
    with pytest.raises(KeyError, match=r"no lane 'onn'.*did you mean 'on'"):
        LaneGraph((ON,))["onn"]
