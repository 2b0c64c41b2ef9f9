"""Visible fractions against closed forms."""

from __future__ import annotations

import pytest

from simgen.camera import Intrinsics
from simgen.geometry import Pose, look_at
from simgen.sampling.visibility import visible_fraction
from simgen.worlds.boxes import BoxSet, OrientedBox

WIDE = Intrinsics.from_fov(640, 480, 1.2)
EYE = Pose.from_matrix(look_at((5, 0, 0), (0, 0, 0)))


def box(at, size) -> OrientedBox:
    return OrientedBox.from_pose(Pose(at), size)


def test_a_lone_box_in_frame_is_wholly_visible():
    assert visible_fraction(box((0, 0, 0), (1, 1, 1)), WIDE, EYE, BoxSet.of([])) == 1.0


def test_a_screen_over_half_hides_half():
    # only the +x face is seen (eye on the axis); the screen covers its samples with y > 0.08
    screen = BoxSet.of([box((2.0, 1.05, 0.0), (0.01, 2.0, 4.0))])
    assert visible_fraction(box((0, 0, 0), (1, 1, 1)), WIDE, EYE, screen) == pytest.approx(
        0.6
    )  # 3 of 5 columns


def test_what_is_behind_the_camera_is_not_visible():
    assert visible_fraction(box((9, 0, 0), (1, 1, 1)), WIDE, EYE, BoxSet.of([])) == 0.0


def test_what_is_out_of_frame_is_not_visible():
    assert visible_fraction(box((0, 50, 0), (1, 1, 1)), WIDE, EYE, BoxSet.of([])) == 0.0


def test_seen_from_inside_nothing_is_visible():
    assert visible_fraction(box((5, 0, 0), (1, 1, 1)), WIDE, EYE, BoxSet.of([])) == 0.0


def test_what_lies_behind_hides_nothing():
    behind = BoxSet.of([box((-3, 0, 0), (1, 9, 9))])
    assert visible_fraction(box((0, 0, 0), (1, 1, 1)), WIDE, EYE, behind) == 1.0
