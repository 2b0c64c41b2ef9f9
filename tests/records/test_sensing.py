"""Where cameras stand and when their faults are there, by formula."""

from __future__ import annotations

from dataclasses import replace
from math import pi

import numpy as np
import pytest

from simgen.geometry import Pose, apply, quaternion_about_axis
from simgen.records.sensing import Shown, fault_windows, faults_at, nominal_pose, shift_of, shown, true_pose
from tests.episodes import episode, event, fault, rolled

ALONG_Z = (0.0, 0.0, 1.0)


def test_a_camera_on_a_body_goes_and_turns_with_it() -> None:
    scene = episode()
    trajectory = rolled(scene)
    eyes = [nominal_pose(scene, trajectory, scene.cameras[0], k)[:3, 3] for k in (0, 5)]
    assert eyes[0] == pytest.approx((0.3, 0.0, 0.4))
    assert eyes[1] == pytest.approx((0.8, 0.0, 0.4))
    turned = trajectory.quaternions_wxyz.copy()
    turned[5, 1] = quaternion_about_axis(ALONG_Z, pi / 2)
    left = nominal_pose(scene, replace(trajectory, quaternions_wxyz=turned), scene.cameras[0], 5)
    assert left[:3, 3] == pytest.approx((0.5, 0.3, 0.4))
    assert left[:3, 2] == pytest.approx((0.0, 1.0, 0.0))  # it looks where the car goes


def test_a_camera_in_the_world_has_its_own_pose_at_every_frame() -> None:
    scene = episode()
    standing = replace(scene.cameras[0], mount="", poses=(Pose((1, 2, 3)), Pose((4, 5, 6))))
    assert nominal_pose(scene, rolled(scene), standing, 1)[:3, 3] == pytest.approx((4, 5, 6))


@pytest.mark.parametrize(
    ("angle", "moved"),
    [("yaw", (1, 0, 0)), ("pitch", (0, -1, 0)), ("roll", (0, 0, 1))],
)
def test_a_shift_turns_right_up_and_clockwise(angle: str, moved: tuple) -> None:
    T_nominal_true = shift_of(fault("bump", "shift", 0, 1, settings=((f"{angle}_rad", pi / 2),)))
    assert T_nominal_true[:3, 2] == pytest.approx(moved)  # where the camera looks now, in its frame before
    if angle == "roll":
        assert T_nominal_true[:3, 0] == pytest.approx((0, 1, 0))  # what was right points down


def test_a_shift_moves_the_camera_in_its_own_frame_while_it_lasts() -> None:
    moved = fault("bump", "shift", 0.2, 0.2, settings=(("position_m", (0.0, 0.0, 0.1)), ("yaw_rad", 0.1)))
    scene = episode(faults=[moved])
    trajectory, camera = rolled(scene), scene.cameras[0]
    for k in range(trajectory.frame_count):
        nominal, true = (pose(scene, trajectory, camera, k) for pose in (nominal_pose, true_pose))
        assert np.allclose(true, nominal @ shift_of(moved) if k in (2, 3) else nominal)
    ahead = apply(nominal_pose(scene, trajectory, camera, 2), [[0.0, 0.0, 0.1]])[0]
    assert true_pose(scene, trajectory, camera, 2)[:3, 3] == pytest.approx(ahead)


def test_the_first_instant_of_a_fault_counts_and_the_last_does_not() -> None:
    scene = episode(faults=[fault("cable", "black", 0.1 + 0.2, 0.3)])  # 0.30000000000000004 in floats
    trajectory = rolled(scene)
    assert [k for k in range(8) if faults_at(scene, trajectory, "front", k)] == [3, 4, 5]
    assert not faults_at(scene, trajectory, "rear", 4)


def test_a_fault_counts_from_every_trigger_of_its_event() -> None:
    late = fault("cable", "drop", -0.1, 0.2, event="leap")
    scene = episode(events=[event()], faults=[late])
    (once,) = rolled(scene).occurrences
    again = replace(once, count=1, triggered_s=0.5)
    assert fault_windows(late, (once, again)) == (pytest.approx((0.1, 0.3)), pytest.approx((0.4, 0.6)))
    assert fault_windows(late, (replace(once, triggered_s=None),)) == ()
    assert fault_windows(replace(late, armed=False), (once,)) == ()


def test_what_a_sensor_puts_out() -> None:
    black, drop = fault("a", "black", 0.0, 0.1), fault("b", "drop", 0.2, 0.1)
    frozen, first = fault("c", "freeze", 0.3, 0.2), fault("d", "freeze", 0.6, 0.1)
    scene = episode(faults=[black, drop, frozen, first])
    trajectory = rolled(scene)
    seen = [shown(scene, trajectory, "front", k) for k in range(8)]
    assert [(each.dropped, each.frame_index) for each in seen] == [
        (False, None),  # black
        (False, 1),
        (True, None),  # dropped
        (False, 1),  # frozen: frame 2 never came
        (False, 1),
        (False, 5),
        (False, 5),  # frozen again
        (False, 7),
    ]


def test_a_sensor_frozen_from_the_start_or_after_black_is_black() -> None:
    scene = episode(faults=[fault("a", "freeze", 0.0, 0.2), fault("b", "black", 0.4, 0.1)])
    assert shown(scene, rolled(scene), "front", 1) == Shown(dropped=False, frame_index=None)
    scene = episode(faults=[fault("a", "freeze", 0.5, 0.2), fault("b", "black", 0.4, 0.1)])
    assert shown(scene, rolled(scene), "front", 6) == Shown(dropped=False, frame_index=None)
