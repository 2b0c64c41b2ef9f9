"""Views of scenes that nothing moves: every body stands at its own pose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simgen.assets import AssetLibrary
from simgen.camera import Intrinsics
from simgen.geometry import Pose
from simgen.records.frame import Frame, View
from simgen.records.scene import CameraSensor, Scene, SceneObject
from simgen.rendering.analytic import AnalyticRenderer
from simgen.rendering.protocol import Renderer
from tests.builders import make_scene

STRAIGHT_AHEAD = Pose()  # camera axes = world axes: poses of objects are poses in the camera


def still_view(scene: Scene, frame_index: int = 0) -> View:
    """The view of the scene's first camera."""
    camera = scene.cameras[0]
    poses = [body.pose.matrix() for body in scene.objects]
    return View(
        sensor=camera.name,
        frame_index=frame_index,
        time_s=0.0,
        intrinsics=camera.intrinsics,
        T_world_camera=camera.pose_at(frame_index).matrix(),
        T_world_objects=np.array(poses).reshape(-1, 4, 4),
        extra_buffers=frozenset({"object_coordinates"}),
    )


def picture(renderer: Renderer, scene: Scene, library: AssetLibrary) -> Frame:
    """What a renderer makes of `still_view`."""
    with renderer.open(scene, library) as session:
        return session.render(still_view(scene))


def cast(scene: Scene) -> Frame:
    """The analytic frame of `still_view`."""
    return picture(AnalyticRenderer(), scene, AssetLibrary())


def camera_scene(objects: Sequence[SceneObject], intrinsics: Intrinsics, **fields: object) -> Scene:
    """A scene seen by a camera at the world's origin whose axes are the world's (x right, y down, z forward)."""
    return make_scene(objects, cameras=[CameraSensor("camera", intrinsics, (STRAIGHT_AHEAD,))], **fields)
