"""Footprints against closed forms."""

from __future__ import annotations

from math import hypot, pi, sqrt

import numpy as np
import pytest

from simgen.geometry import Pose, quaternion_about_axis
from simgen.worlds.boxes import OrientedBox
from simgen.worlds.footprints import footprint, footprint_distance_m


def upright(at, size=(1.0, 1.0, 1.0), yaw=0.0) -> OrientedBox:
    return OrientedBox.from_pose(Pose(at, quaternion_about_axis((0, 0, 1), yaw)), size)


def area(outline: np.ndarray) -> float:
    x, y = outline.T
    return 0.5 * float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))


def test_an_upright_box_throws_its_base():
    outline = footprint(upright((2.0, 3.0, 9.0), (0.4, 0.2, 1.0), yaw=0.7))
    assert area(outline) == pytest.approx(0.08)  # positive: counter-clockwise
    assert outline.mean(axis=0) == pytest.approx([2.0, 3.0])


@pytest.mark.parametrize("axis", [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0)])
def test_a_box_tilted_about_an_edge_throws_four_corners(axis: tuple[float, float, float]):
    tilted = OrientedBox.from_pose(
        Pose((1.0, 2.0, 3.0), quaternion_about_axis(axis, pi / 6)), (1.0, 1.0, 1.0)
    )
    outline = footprint(tilted)
    assert len(outline) == 4  # what lies on a line between two corners is none
    assert area(outline) == pytest.approx(np.cos(pi / 6) + np.sin(pi / 6))


def test_a_cube_on_its_corner_throws_a_regular_hexagon():
    axis = np.array([1.0, -1.0, 0.0]) / sqrt(2)
    tilt = np.arccos(1 / sqrt(3))  # space diagonal upright
    standing = OrientedBox.from_pose(Pose((0, 0, 0), quaternion_about_axis(axis, tilt)), (1.0, 1.0, 1.0))
    outline = footprint(standing)
    if len(outline) != 6:  # the other diagonal is upright for the opposite turn
        outline = footprint(
            OrientedBox.from_pose(Pose((0, 0, 0), quaternion_about_axis(axis, -tilt)), (1.0, 1.0, 1.0))
        )
    assert area(outline) == pytest.approx(sqrt(3))  # projected area of a unit cube along its diagonal


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [(3.0, 0.0, 2.0), (3.0, 4.0, hypot(2, 3)), (0.5, 0.5, 0.0)],
    ids=["sides", "corners", "overlap"],
)
def test_distance_of_aligned_footprints(x, y, expected):
    a, b = footprint(upright((0, 0, 0))), footprint(upright((x, y, 0)))
    assert footprint_distance_m(a, b) == pytest.approx(expected)


def test_a_corner_points_at_a_side():
    a, b = footprint(upright((0, 0, 0))), footprint(upright((2.0, 0, 0), yaw=pi / 4))
    assert footprint_distance_m(a, b) == pytest.approx(2.0 - 0.5 - sqrt(2) / 2)


def test_one_inside_the_other_is_no_distance():
    a, b = footprint(upright((0, 0, 0), (4, 4, 1))), footprint(upright((0.2, 0.1, 0), (0.1, 0.1, 1), yaw=1.0))
    assert footprint_distance_m(a, b) == footprint_distance_m(b, a) == 0.0
