"""The reference scenes: laid out alike in every run, everything on the floor, in its own cell and in sight."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from render.scenes import ORBIT_FRAMES, laid_out, lamps, orbit, shining

from simgen.assets import AssetLibrary
from simgen.geometry import invert_rigid
from simgen.records.asset import AssetRef
from simgen.records.scene import SceneObject

REFS = [(AssetRef("procedural/carton"), 1.0), (AssetRef("procedural/bin"), 1.2)] * 10


@pytest.fixture(scope="module")
def things() -> list[SceneObject]:
    return laid_out("A", REFS, AssetLibrary())


def test_the_layout_is_the_same_every_time(things: list[SceneObject]) -> None:
    assert things == laid_out("A", REFS, AssetLibrary())


def test_ids_run_from_one_and_the_floor_comes_first(things: list[SceneObject]) -> None:
    assert [body.instance_id for body in things] == list(range(1, len(REFS) + 2))
    assert things[0].category == "floor"


def test_everything_stands_on_the_floor(things: list[SceneObject]) -> None:
    for body in things[1:]:
        assert body.pose.position_m[2] - body.size_m[2] / 2 == pytest.approx(0.001)


def test_no_two_things_share_a_cell(things: list[SceneObject]) -> None:
    centers = [np.array(body.pose.position_m[:2]) for body in things[1:]]
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(centers, 2)) > 0.95 * 0.7


def test_most_things_are_in_sight_from_everywhere_on_the_orbit(things: list[SceneObject]) -> None:
    camera = orbit("A", (640, 480), 0.95 * len(REFS) ** 0.5)
    points = np.array([body.pose.position_m for body in things[1:]])
    assert len(camera.poses) == ORBIT_FRAMES
    for pose in camera.poses:
        T = invert_rigid(pose.matrix())
        pixels = camera.intrinsics.project(points @ T[:3, :3].T + T[:3, 3])
        inside = ((pixels >= 0) & (pixels < (640, 480))).all(axis=1)
        assert inside.mean() > 0.8


def test_four_lamps_shine_down_at_the_middle() -> None:
    for lamp in lamps(10.0):
        direction = lamp.pose.matrix()[:3, 0]
        assert direction[2] < -0.3
        assert np.dot(direction[:2], lamp.pose.position_m[:2]) < 0
        assert lamp.casts_shadows


def test_a_lamp_shines_along_its_x_axis_at_the_target() -> None:
    place, target = np.array([3.0, 2.0, 4.0]), np.array([0.5, -1.0, 0.0])
    pose = shining(place, target)
    np.testing.assert_allclose(pose[:3, :3] @ pose[:3, :3].T, np.eye(3), atol=1e-12)
    assert np.linalg.det(pose[:3, :3]) == pytest.approx(1.0)
    np.testing.assert_allclose(pose[:3, 3] + np.linalg.norm(target - place) * pose[:3, 0], target)
