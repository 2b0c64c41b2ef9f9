"""Where a camera stands and what ails it at a capture frame: follows from the scene and the trajectory alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from simgen.geometry import FloatArray, Vec3, quaternion_about_axis, quaternion_multiply, transform
from simgen.records.event import Fault
from simgen.records.occurrence import Occurrence
from simgen.records.scene import CameraSensor, Scene
from simgen.records.trajectory import Trajectory

Window = tuple[float, float]
"""(first instant, first instant after) in seconds."""

_NS_PER_S = 1_000_000_000
_ORIGIN: Vec3 = (0.0, 0.0, 0.0)


def nominal_pose(scene: Scene, trajectory: Trajectory, camera: CameraSensor, frame_index: int) -> FloatArray:
    """Return (4, 4) `T_world_camera` as the camera's calibration has it: without a shift.

    Raises:
        KeyError: the body that it is mounted on is not in the scene.
    """
    T_parent_camera = camera.pose_at(frame_index).matrix()
    if not camera.mount:
        return T_parent_camera
    at = scene.instance_id(camera.mount) - 1
    T_world_mount = transform(
        trajectory.positions_m[frame_index, at], trajectory.quaternions_wxyz[frame_index, at]
    )
    return T_world_mount @ T_parent_camera


def true_pose(scene: Scene, trajectory: Trajectory, camera: CameraSensor, frame_index: int) -> FloatArray:
    """Return (4, 4) `T_world_camera` as it is, shifts included; they add up in order of their names."""
    T_world_camera = nominal_pose(scene, trajectory, camera, frame_index)
    for fault in faults_at(scene, trajectory, camera.name, frame_index):
        if fault.kind == "shift":
            T_world_camera = T_world_camera @ shift_of(fault)
    return T_world_camera


def shift_of(fault: Fault) -> FloatArray:
    """Return (4, 4) `T_nominal_true` of a `shift`: the camera as it is -> the camera as it should be.

    The turns are right-handed about the camera's own axes, each after the one before: yaw about y (down, so it turns
    right), pitch about x (up), roll about z (clockwise as the camera sees it from behind).
    """
    yaw, pitch, roll = (fault.optional(f"{angle}_rad") or 0.0 for angle in ("yaw", "pitch", "roll"))
    turned = quaternion_about_axis((0.0, 1.0, 0.0), yaw)
    turned = quaternion_multiply(turned, quaternion_about_axis((1.0, 0.0, 0.0), pitch))
    turned = quaternion_multiply(turned, quaternion_about_axis((0.0, 0.0, 1.0), roll))
    return transform(fault.vector("position_m") if fault.has("position_m") else _ORIGIN, turned)


def fault_windows(fault: Fault, occurrences: Iterable[Occurrence]) -> tuple[Window, ...]:
    """Return when a fault is there, first instant included, last one not; one window per trigger of its event."""
    if not fault.armed:
        return ()
    starts_s = [0.0]
    if fault.event:
        starts_s = [
            o.triggered_s for o in occurrences if o.event == fault.event and o.triggered_s is not None
        ]
    return tuple((s + fault.start_s, s + fault.start_s + fault.duration_s) for s in starts_s)


def faults_at(scene: Scene, trajectory: Trajectory, sensor: str, frame_index: int) -> tuple[Fault, ...]:
    """Return the faults that a sensor has at a capture frame, in the scene's order (by name)."""
    return tuple(
        fault
        for fault in scene.faults
        if fault.sensor == sensor and _since(fault, trajectory, frame_index) is not None
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """What a sensor puts out at a capture frame.

    Attributes:
        dropped: nothing.
        frame_index: the capture frame whose picture it is; None: a black one, or none.
    """

    dropped: bool
    frame_index: int | None


def shown(scene: Scene, trajectory: Trajectory, sensor: str, frame_index: int) -> Shown:
    """Return what a sensor puts out: `drop` goes before `black`, `black` before `freeze`.

    A frozen picture is the sensor's last one before the fault that was not dropped, as it was put out.
    """
    active = faults_at(scene, trajectory, sensor, frame_index)
    kinds = {fault.kind for fault in active}
    if "drop" in kinds:
        return Shown(dropped=True, frame_index=None)
    if "black" in kinds:
        return Shown(dropped=False, frame_index=None)
    frozen = [_since(fault, trajectory, frame_index) for fault in active if fault.kind == "freeze"]
    starts_ns = [since for since in frozen if since is not None]
    if not starts_ns:
        return Shown(dropped=False, frame_index=frame_index)
    for before in range(frame_index - 1, -1, -1):
        if nanoseconds(float(trajectory.times_s[before])) < min(starts_ns):
            last = shown(scene, trajectory, sensor, before)
            if not last.dropped:
                return last
    return Shown(dropped=False, frame_index=None)


def _since(fault: Fault, trajectory: Trajectory, frame_index: int) -> int | None:
    """Return the first instant, in nanoseconds, of the window that a capture frame lies in; None: it is in none."""
    now = nanoseconds(float(trajectory.times_s[frame_index]))
    windows = [
        (nanoseconds(start), nanoseconds(end)) for start, end in fault_windows(fault, trajectory.occurrences)
    ]
    return min((start for start, end in windows if start <= now < end), default=None)


def nanoseconds(time_s: float) -> int:
    """Return whole nanoseconds, so that sums of times are compared without their rounding."""
    return round(time_s * _NS_PER_S)
