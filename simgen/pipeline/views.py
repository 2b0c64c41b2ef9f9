"""Scene and trajectory to what a renderer is asked for: where everything is at each capture frame."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from simgen.annotate import extra_buffers, needs_motion
from simgen.records.frame import Moment, View
from simgen.records.scene import CameraSensor, Scene
from simgen.records.sensing import true_pose
from simgen.records.trajectory import Trajectory


def views(
    scene: Scene,
    trajectory: Trajectory,
    frame_indices: Iterable[int] | None = None,
    outputs: Collection[str] = (),
) -> Iterator[tuple[CameraSensor, View]]:
    """Yield every (camera, view) of a scene, or of some capture frames: frames in order, cameras within a frame."""
    for index in range(trajectory.frame_count) if frame_indices is None else frame_indices:
        for camera in scene.cameras:
            yield camera, view_of(scene, trajectory, camera, index, outputs)


def view_of(
    scene: Scene,
    trajectory: Trajectory,
    camera: CameraSensor,
    frame_index: int,
    outputs: Collection[str] = (),
) -> View:
    """Return the view of one camera, where it truly is, at one capture frame, with what these outputs need besides."""
    here = _moment(scene, trajectory, camera, frame_index)
    last = trajectory.frame_count - 1
    moving = needs_motion(outputs)
    present, factors = trajectory.present, trajectory.light_factors
    return View(
        sensor=camera.name,
        frame_index=frame_index,
        time_s=float(trajectory.times_s[frame_index]),
        intrinsics=camera.intrinsics,
        T_world_camera=here.T_world_camera,
        T_world_objects=here.T_world_objects,
        extra_buffers=extra_buffers(outputs),
        previous=_moment(scene, trajectory, camera, frame_index - 1) if moving and frame_index > 0 else None,
        next=_moment(scene, trajectory, camera, frame_index + 1) if moving and frame_index < last else None,
        present=None if present is None else present[frame_index],
        light_factors=None if factors is None else factors[frame_index],
        gait=here.gait,
    )


def _moment(scene: Scene, trajectory: Trajectory, camera: CameraSensor, frame_index: int) -> Moment:
    return Moment(
        true_pose(scene, trajectory, camera, frame_index),
        trajectory.T_world_objects(frame_index),
        trajectory.gait_at(frame_index),
    )
