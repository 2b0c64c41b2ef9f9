"""Cameras: radius, elevation and sectors of an orbit, and never inside a thing."""

from __future__ import annotations

from math import asin, atan2, pi, radians

import numpy as np
import pytest

from simgen.errors import SamplingError, ScenarioError
from tests.sampling.scenarios import block, draw, scenario, scenes


def orbiting(frames: int = 8, objects=None, **orbit):
    fields = {"target": [1, 2, 0.5], "radius": 1.5, "elevation": "30 deg"} | orbit
    return scenario(objects, sensors={"cam": {"orbit": fields}}, capture={"frames": frames})


def spherical(pose, target=(1, 2, 0.5)) -> tuple[float, float, float]:
    x, y, z = np.subtract(pose.position_m, target)
    radius = float(np.linalg.norm((x, y, z)))
    return radius, asin(z / radius), atan2(y, x) % (2 * pi)


def test_an_orbit_keeps_radius_and_elevation_and_looks_at_its_target():
    of = orbiting(radius={"uniform": [1, 2]}, elevation={"uniform": ["10 deg", "70 deg"]})
    for scene in scenes(of):
        for pose in scene.cameras[0].poses:
            radius, elevation, _ = spherical(pose)
            assert 1 <= radius <= 2
            assert radians(10) <= elevation <= radians(70)
            T = pose.matrix()
            assert T[:3, 3] + radius * T[:3, 2] == pytest.approx([1, 2, 0.5])
            assert T[2, 0] == pytest.approx(0, abs=1e-12)  # the picture's right is level


def test_even_views_stand_one_in_each_sector():
    for scene in scenes(orbiting()):
        azimuths = [spherical(pose)[2] for pose in scene.cameras[0].poses]
        assert [int(a / (2 * pi / 8)) for a in azimuths] == list(range(8))


def test_even_views_divide_a_given_range():
    for scene in scenes(orbiting(4, azimuth={"uniform": ["0 deg", "80 deg"]})):
        azimuths = [spherical(pose)[2] for pose in scene.cameras[0].poses]
        assert [int(a / radians(20)) for a in azimuths] == list(range(4))


def test_every_view_has_its_own_draw():
    poses = draw(orbiting(radius={"uniform": [1, 2]})).scene.cameras[0].poses
    assert len({round(spherical(pose)[0], 9) for pose in poses}) == 8


def test_a_fixed_camera_has_one_pose_unless_drawn_per_frame():
    place = {"position": [{"uniform": [2, 3]}, 0, 1], "look_at": [0, 0, 0]}
    for per_frame, expected in ((False, 1), (True, 5)):
        of = scenario(sensors={"cam": {"fixed": place | {"per_frame": per_frame}}}, capture={"frames": 5})
        poses = draw(of).scene.cameras[0].poses
        assert len({pose.position_m for pose in poses}) == expected


def test_roll_turns_the_picture_about_the_viewing_axis():
    place = {"position": [2, 0, 0], "look_at": [0, 0, 0], "roll": "90 deg"}
    T = draw(scenario(sensors={"cam": {"fixed": place}})).scene.cameras[0].poses[0].matrix()
    assert T[:3, 0] == pytest.approx([0, 0, -1], abs=1e-12)  # the picture's right points down


def test_intrinsics_follow_the_field_of_view():
    of = scenario(
        sensors={
            "cam": {
                "width": 200,
                "height": 100,
                "fov": "90 deg",
                "fixed": {"position": [1, 0, 0], "look_at": [0, 0, 0]},
            }
        }
    )
    intrinsics = draw(of).scene.cameras[0].intrinsics
    assert (intrinsics.fx, intrinsics.cx, intrinsics.cy) == pytest.approx((100.0, 99.5, 49.5))


def test_a_view_inside_a_thing_is_drawn_again_and_counted():
    objects = {"post": block((1, 1, 2), place={"at": {"position": [2.5, 2, 0]}})}
    of = orbiting(1, objects, azimuth={"uniform": ["-60 deg", "60 deg"]}, spread="independent", elevation=0.0)
    again = 0
    for index in range(30):
        result = draw(of, index)
        x, y, _ = result.scene.cameras[0].poses[0].position_m
        assert not (2.0 - 0.05 < x < 3.0 and abs(y - 2) < 0.5 + 0.05)
        counts = dict(result.rejections.by_reason)
        assert set(counts) <= {"sensors.cam view drawn again"}
        again += sum(counts.values())
    assert again > 0


def test_a_camera_that_is_always_inside_fails_with_advice():
    objects = {"block": block((9, 9, 9), place={"at": {"position": [0, 0, -4]}})}
    of = orbiting(1, objects).model_copy(
        update={"sampling": scenario(sample={"max_attempts": 2, "place_tries": 3}).sampling}
    )
    with pytest.raises(
        SamplingError, match=r"'sensors.cam position' refused most: 2 .*Try: move the camera away"
    ):
        draw(of)


def test_a_camera_that_looks_at_where_it_stands_is_told():
    with pytest.raises(ScenarioError, match=r"sensors\.cam\.fixed: look_at: eye and target are both \[1"):
        draw(scenario(sensors={"cam": {"fixed": {"position": [1, 1, 1], "look_at": [1, 1, 1]}}}))
