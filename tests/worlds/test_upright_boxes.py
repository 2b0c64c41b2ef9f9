"""Upright boxes answer as oriented ones do."""

from __future__ import annotations

from math import cos, pi, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simgen.geometry import Pose
from simgen.worlds.boxes import OrientedBox, boxes_overlap
from simgen.worlds.upright_boxes import UprightBox, upright, uprights_overlap

SIZES = st.floats(0.05, 1.0)
PLACES = st.floats(-0.7, 0.7)


def yawed(yaw_rad: float, position_m: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Pose:
    return Pose(position_m, (cos(yaw_rad / 2), 0.0, 0.0, sin(yaw_rad / 2)))


def standing(pose: Pose, size_m: tuple[float, float, float]) -> UprightBox:
    box = upright(pose, size_m)
    assert box is not None
    return box


@settings(max_examples=100)
@given(
    at=st.tuples(PLACES, PLACES, PLACES),
    yaws=st.tuples(st.floats(0.0, 2 * pi), st.floats(0.0, 2 * pi)),
    size_a=st.tuples(SIZES, SIZES, SIZES),
    size_b=st.tuples(SIZES, SIZES, SIZES),
)
def test_upright_boxes_overlap_where_oriented_ones_do(at, yaws, size_a, size_b):
    a, b = yawed(yaws[0]), yawed(yaws[1], at)
    expected = boxes_overlap(OrientedBox.from_pose(a, size_a), OrientedBox.from_pose(b, size_b))
    assert uprights_overlap(standing(a, size_a), standing(b, size_b)) == expected


def test_boxes_that_touch_do_not_overlap():
    cube = (1.0, 1.0, 1.0)
    for at in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)):
        assert not uprights_overlap(standing(yawed(0.0), cube), standing(yawed(0.0, at), cube))


def test_a_turned_box_misses_the_corner_its_bounds_would_hit():
    turned, cube = standing(yawed(pi / 4), (1.0, 1.0, 1.0)), (0.2, 0.2, 0.2)
    assert not uprights_overlap(turned, standing(yawed(0.0, (0.55, 0.55, 0.0)), cube))
    assert uprights_overlap(turned, standing(yawed(0.0, (0.55, 0.0, 0.0)), cube))


def test_an_oriented_box_that_stands_is_the_same_upright_one():
    pose, size = yawed(0.7, (1.0, 2.0, 3.0)), (0.2, 0.4, 0.6)
    assert UprightBox.of(OrientedBox.from_pose(pose, size)) == pytest.approx(standing(pose, size), abs=1e-12)


def test_a_box_that_leans_is_none():
    leaning = Pose((0.0, 0.0, 0.0), (cos(0.1), sin(0.1), 0.0, 0.0))
    assert upright(leaning, (1.0, 1.0, 1.0)) is None
    assert UprightBox.of(OrientedBox.from_pose(leaning, (1.0, 1.0, 1.0))) is None
