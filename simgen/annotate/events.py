"""What a scene says of one image besides its objects: events, faults of the sensor, how likely it was to be taken."""

from __future__ import annotations

from simgen.records.annotation import Circumstances, FrameFault
from simgen.records.scene import CameraSensor, Scene
from simgen.records.sensing import faults_at, nominal_pose, shown
from simgen.records.trajectory import Trajectory


def circumstances(
    scene: Scene, trajectory: Trajectory, camera: CameraSensor, frame_index: int
) -> Circumstances | None:
    """Return the circumstances of one image; None in a scene that can have none, so that it says nothing of them."""
    if not (scene.events or scene.faults or scene.twin or trajectory.inclusion is not None):
        return None
    faults = faults_at(scene, trajectory, camera.name, frame_index)
    put_out = shown(scene, trajectory, camera.name, frame_index)
    is_shifted = any(fault.kind == "shift" for fault in faults)
    return Circumstances(
        events=trajectory.events_at(frame_index),
        faults=tuple(FrameFault(fault.name, fault.kind) for fault in faults),
        dropped=put_out.dropped,
        shows_frame=put_out.frame_index,
        clean_twin=any(fault.clean_twin for fault in faults),
        inclusion=trajectory.inclusion_at(frame_index),
        T_world_camera_nominal=nominal_pose(scene, trajectory, camera, frame_index) if is_shifted else None,
        draw_index=None if scene.twin is None else scene.draw_index,
    )
