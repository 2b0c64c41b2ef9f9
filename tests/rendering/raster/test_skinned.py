"""Bodies with a skeleton are drawn, outlined and shadowed as a rigid body of the same pose is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from simgen.geometry import Pose
from simgen.records.frame import Frame, View
from simgen.records.light import SpotLight
from simgen.records.scene import Scene
from simgen.rendering.raster import RasterRenderer
from tests.skinned import FEW, STRIDE_M, TubeLibrary, frozen, gaits, tube_model, tube_scene
from tests.views import still_view

BENT = STRIDE_M / 4
LAMP = SpotLight("lamp", Pose((0.0, -1.0, 5.0), (0.7071067811865476, 0, 0.7071067811865476, 0)), "", 4000.0)


def view_at(scene: Scene, travelled_m: float) -> View:
    return replace(still_view(scene), gait=gaits(scene, travelled_m))


@pytest.fixture(scope="module")
def scene() -> Scene:
    return tube_scene(lights=(LAMP,))


@pytest.fixture(scope="module")
def bending(raster: RasterRenderer, scene: Scene) -> Iterator[list[Frame]]:
    """Frames straight, bent, and straight again, in one session."""
    with raster.open(scene, TubeLibrary(tube_model(size=FEW))) as session:
        yield [session.render(view_at(scene, way)) for way in (0.0, BENT, 0.0)]


def test_a_pose_looks_to_the_byte_like_a_rigid_model_of_it(
    raster: RasterRenderer, scene: Scene, bending: list[Frame]
) -> None:
    rigid = frozen(tube_model(size=FEW), np.array([BENT, 1.0]))
    with raster.open(scene, TubeLibrary(rigid)) as session:
        expected = session.render(still_view(scene))
    given = bending[1]
    for name in ("radiance", "depth_m", "instance_id", "normals_camera"):
        np.testing.assert_array_equal(getattr(given, name), getattr(expected, name), err_msg=name)
    assert given.silhouettes.keys() == expected.silhouettes.keys()
    np.testing.assert_array_equal(given.silhouettes[2].mask, expected.silhouettes[2].mask)


def test_shadows_of_sun_and_lamp_follow_the_pose(bending: list[Frame]) -> None:
    straight, bent, _ = bending
    on_floor = (straight.instance_id == 1) & (bent.instance_id == 1)
    changed = np.abs(straight.radiance.astype(float) - bent.radiance.astype(float)).max(axis=2) > 1.0
    assert np.count_nonzero(changed & on_floor) > 50


def test_the_same_pose_has_the_same_bytes_after_another(bending: list[Frame]) -> None:
    first, _, again = bending
    for name in ("radiance", "depth_m", "instance_id", "normals_camera", "object_coordinates_m"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name), err_msg=name)


def test_two_bodies_of_one_model_have_poses_of_their_own(raster: RasterRenderer, scene: Scene) -> None:
    other = replace(scene.objects[1], instance_id=4, name="other", pose=Pose((-2.0, 1.0, 1.0)))
    both = replace(scene, objects=(*scene.objects, other))
    view = still_view(both)
    ways = gaits(both, 0.0)
    ways[3, 0] = BENT
    with raster.open(both, TubeLibrary(tube_model(size=FEW))) as session:
        frame = session.render(replace(view, gait=ways))
    straight, bent = (frame.silhouettes[key].mask.shape for key in (2, 4))
    assert straight[0] > 1.5 * bent[0]
    assert bent[1] > 1.5 * straight[1]
