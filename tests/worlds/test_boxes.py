"""Oriented boxes against closed forms, and against dense point sampling where there is none."""

from __future__ import annotations

from math import hypot, pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simgen.geometry import Pose, quaternion_about_axis
from simgen.worlds.boxes import (
    BoxSet,
    OrientedBox,
    box_distance_m,
    boxes_overlap,
    contains_point,
    overlapping,
    segments_blocked,
)

coordinates = st.floats(-1.5, 1.5)
extents = st.floats(0.1, 1.5)
angles = st.floats(-pi, pi)


def box(at=(0.0, 0.0, 0.0), size=(1.0, 1.0, 1.0), axis=(0.0, 0.0, 1.0), angle=0.0) -> OrientedBox:
    return OrientedBox.from_pose(Pose(at, quaternion_about_axis(axis, angle)), size)


@st.composite
def any_boxes(draw) -> OrientedBox:
    axis = np.array([draw(coordinates), draw(coordinates), draw(coordinates) + 2.0])
    return box(
        (draw(coordinates), draw(coordinates), draw(coordinates)),
        (draw(extents), draw(extents), draw(extents)),
        axis / np.linalg.norm(axis),
        draw(angles),
    )


@st.composite
def upright_boxes(draw) -> OrientedBox:
    at, size = [draw(coordinates) for _ in range(3)], [draw(extents) for _ in range(3)]
    return box(tuple(at), tuple(size), angle=draw(angles))


def grid_points(b: OrientedBox, n: int = 9) -> np.ndarray:
    steps = np.linspace(-1, 1, n)
    local = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3) * b.half_m
    return b.center_m + local @ b.R_world_box.T


def test_boxes_that_touch_do_not_overlap():
    assert not boxes_overlap(box(), box(at=(1.0, 0.0, 0.0)))
    assert not boxes_overlap(box(), box(at=(0.0, 0.0, 1.0), angle=0.3))


def test_boxes_that_share_depth_overlap():
    assert boxes_overlap(box(), box(at=(0.999, 0.0, 0.0)))


def test_a_turned_box_misses_the_corner_its_bounds_would_hit():
    # a unit square turned by 45 degrees reaches sqrt(2)/2 along x and nothing at its bounds' corner
    turned = box(angle=pi / 4)
    assert not boxes_overlap(turned, box(at=(0.9, 0.9, 0.0), size=(0.7, 0.7, 1.0)))
    assert boxes_overlap(turned, box(at=(0.9, 0.0, 0.0), size=(0.7, 0.7, 1.0)))


def test_crossed_edges_are_separated_by_their_common_normal():
    # two long bars, each turned onto its edge, crossing at a right angle: their ridges face each other
    lower = box(size=(4.0, 1.0, 1.0), axis=(1.0, 0.0, 0.0), angle=pi / 4)
    upper_gap = sqrt(2.0)
    upper = box(size=(1.0, 4.0, 1.0), axis=(0.0, 1.0, 0.0), angle=pi / 4)
    above = OrientedBox(np.array([0, 0, upper_gap + 0.01]), upper.R_world_box, upper.half_m)
    within = OrientedBox(np.array([0, 0, upper_gap - 0.01]), upper.R_world_box, upper.half_m)
    assert not boxes_overlap(lower, above)
    assert boxes_overlap(lower, within)
    assert box_distance_m(lower, above) == pytest.approx(0.01, abs=1e-9)


@given(st.one_of(any_boxes(), upright_boxes()), st.one_of(any_boxes(), upright_boxes()))
def test_overlap_agrees_with_points(a: OrientedBox, b: OrientedBox):
    found = bool(contains_point(BoxSet.of([b]), a.center_m)[0]) or any(
        contains_point(BoxSet.of([b]), p, -1e-5)[0] for p in grid_points(a)
    )
    if found:
        assert boxes_overlap(a, b)
    if box_distance_m(a, b) > 0:
        assert not boxes_overlap(a, b)


@given(any_boxes(), any_boxes())
def test_distance_is_symmetric_and_below_every_pair_of_points(a: OrientedBox, b: OrientedBox):
    distance = box_distance_m(a, b)
    pairs = np.linalg.norm(grid_points(a, 4)[:, None] - grid_points(b, 4)[None], axis=-1)
    assert distance == pytest.approx(box_distance_m(b, a), abs=1e-9)
    assert distance <= pairs.min() + 1e-9


@pytest.mark.parametrize(
    ("at", "expected"),
    [((3.0, 0.0, 0.0), 2.0), ((3.0, 3.0, 0.0), hypot(2, 2)), ((3.0, 3.0, 3.0), sqrt(12))],
    ids=["faces", "edges", "corners"],
)
def test_distance_of_aligned_boxes(at, expected):
    assert box_distance_m(box(), box(at=at)) == pytest.approx(expected)


def test_overlapping_names_each_hit_once():
    others = BoxSet.of([box(at=(5, 0, 0)), box(at=(0.5, 0, 0)), box(at=(0, 0, 0.9), angle=1.0)])
    assert overlapping(box(), others).tolist() == [1, 2]


def test_an_empty_set_overlaps_nothing():
    assert len(overlapping(box(), BoxSet.of([]))) == 0


def test_a_point_is_inside_up_to_the_margin():
    cube = BoxSet.of([box(at=(1.0, 0.0, 0.0))])
    assert contains_point(cube, (1.4, 0.0, 0.0))[0]
    assert not contains_point(cube, (1.6, 0.0, 0.0))[0]
    assert contains_point(cube, (1.6, 0.0, 0.0), margin_m=0.2)[0]


def test_a_segment_is_blocked_only_by_what_lies_between():
    wall = BoxSet.of([box(at=(2.0, 0.0, 0.0), size=(0.1, 1.0, 1.0))])
    ends = np.array([[3.0, 0.0, 0.0], [1.5, 0.0, 0.0], [-3.0, 0.0, 0.0], [3.0, 3.0, 0.0]])
    assert segments_blocked((0.0, 0.0, 0.0), ends, wall).tolist() == [True, False, False, False]


def test_nothing_blocks_where_nothing_is():
    assert not segments_blocked((0, 0, 0), np.ones((2, 3)), BoxSet.of([])).any()
