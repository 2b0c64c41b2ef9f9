"""Transforms cancel, quaternions and matrices agree, and the camera axes are where they are said to be."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simgen import geometry as g
from tests.strategies import numbers, poses, quaternions, unit_vectors, vectors


@given(quaternions())
def test_a_rotation_is_orthonormal_and_proper(q: g.Quat) -> None:
    R = g.matrix_from_quaternion(q)
    np.testing.assert_allclose(R @ R.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(R) == pytest.approx(1.0)


@given(quaternions())
def test_quaternion_to_matrix_and_back_keeps_the_rotation_and_makes_w_positive(q: g.Quat) -> None:
    back = np.array(g.quaternion_from_matrix(g.matrix_from_quaternion(q)))
    assert back[0] >= 0
    assert abs(float(back @ np.array(q))) == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("axis", [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)])
def test_half_turns_survive_the_round_trip(axis: g.Vec3) -> None:
    """The trace is -1 there: the naive conversion divides by zero."""
    q = g.quaternion_about_axis(axis, pi)
    np.testing.assert_allclose(
        np.abs(g.quaternion_from_matrix(g.matrix_from_quaternion(q))), np.abs(q), atol=1e-12
    )


@given(quaternions(), quaternions(), vectors())
def test_the_product_turns_by_its_right_factor_first(a: g.Quat, b: g.Quat, p: g.Vec3) -> None:
    both = g.matrix_from_quaternion(g.quaternion_multiply(a, b))
    one_by_one = g.matrix_from_quaternion(a) @ g.matrix_from_quaternion(b)
    np.testing.assert_allclose(both @ p, one_by_one @ p, atol=1e-9)


@given(unit_vectors(), numbers(-pi, pi))
def test_turning_about_an_axis_leaves_the_axis_and_turns_by_the_angle(axis: g.Vec3, angle_rad: float) -> None:
    R = g.matrix_from_quaternion(g.quaternion_about_axis(axis, angle_rad))
    np.testing.assert_allclose(R @ axis, axis, atol=1e-12)
    assert np.trace(R) == pytest.approx(1 + 2 * np.cos(angle_rad))


def test_a_quarter_turn_about_z_takes_x_to_y() -> None:
    q = g.quaternion_about_axis((0, 0, 1), pi / 2)
    np.testing.assert_allclose(g.matrix_from_quaternion(q) @ (1, 0, 0), (0, 1, 0), atol=1e-15)


@given(quaternions())
def test_quaternion_orders_are_inverse(q: g.Quat) -> None:
    assert g.wxyz_from_xyzw(g.xyzw_from_wxyz(q)) == q
    assert g.xyzw_from_wxyz(q)[3] == q[0]


@given(poses(), vectors())
def test_a_transform_and_its_inverse_cancel(pose: g.Pose, p_a: g.Vec3) -> None:
    T_b_a = pose.matrix()
    T_a_b = g.invert_rigid(T_b_a)
    np.testing.assert_allclose(T_a_b @ T_b_a, np.eye(4), atol=1e-12)
    np.testing.assert_allclose(g.apply(T_a_b, g.apply(T_b_a, [p_a])), [p_a], atol=1e-9)


@given(poses(), poses(), vectors())
def test_adjacent_frames_cancel(a_b: g.Pose, b_c: g.Pose, p_c: g.Vec3) -> None:
    T_a_c = a_b.matrix() @ b_c.matrix()
    np.testing.assert_allclose(
        g.apply(T_a_c, [p_c]), g.apply(a_b.matrix(), g.apply(b_c.matrix(), [p_c])), atol=1e-9
    )


@given(st.lists(poses(), min_size=1, max_size=4))
def test_a_stack_of_transforms_is_inverted_one_by_one(stack: list[g.Pose]) -> None:
    T = np.stack([pose.matrix() for pose in stack])
    np.testing.assert_array_equal(g.invert_rigid(T), [g.invert_rigid(each) for each in T])


@given(poses())
def test_pose_to_matrix_and_back(pose: g.Pose) -> None:
    again = g.Pose.from_matrix(pose.matrix())
    np.testing.assert_allclose(again.matrix(), pose.matrix(), atol=1e-12)
    assert again.position_m == pose.position_m


@given(vectors(), vectors())
def test_a_camera_looks_along_its_z_with_y_down(eye: g.Vec3, target: g.Vec3) -> None:
    forward = np.subtract(target, eye)
    distance = float(np.linalg.norm(forward))
    if distance < 1e-3 or np.linalg.norm(np.cross(forward / distance, (0, 0, 1))) < 1e-3:
        return
    T = g.look_at(eye, target)
    np.testing.assert_allclose(g.apply(g.invert_rigid(T), [target]), [(0, 0, distance)], atol=1e-8)
    assert np.linalg.det(T[:3, :3]) == pytest.approx(1.0)
    assert T[2, 0] == pytest.approx(0.0, abs=1e-12)  # right is level ...
    assert T[2, 1] < 0  # ... and down points down


@pytest.mark.parametrize("down", [-1.0, 1.0])
def test_looking_straight_up_or_down_is_still_a_rotation(down: float) -> None:
    T = g.look_at((0, 0, 0), (0, 0, down))
    np.testing.assert_allclose(T[:3, :3] @ T[:3, :3].T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(T[:3, 1], (0, -1, 0), atol=1e-12)


def test_looking_at_oneself_is_refused() -> None:
    with pytest.raises(ValueError, match="eye and target are both"):
        g.look_at((1, 2, 3), (1, 2, 3))


def test_box_corners_run_x_first() -> None:
    corners = g.box_corners((2, 4, 6))
    assert corners.shape == (8, 3)
    np.testing.assert_array_equal(corners[:3], [(-1, -2, -3), (1, -2, -3), (-1, 2, -3)])
    np.testing.assert_array_equal(corners[7], (1, 2, 3))


def test_box_forms() -> None:
    assert g.xywh_from_xyxy((2, 3, 10, 7)) == (2, 3, 8, 4)
