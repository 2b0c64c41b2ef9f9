"""Circumstances of one frame against the scene and the trajectory: events, faults, inclusion, who is present."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from simgen.dataset.verify.frame import ROUNDING, CheckedFrame, Finding
from simgen.geometry import FloatArray
from simgen.records.annotation import Circumstances, FrameFault
from simgen.records.scene import CameraSensor
from simgen.records.sensing import faults_at, nominal_pose, shown


def circumstance_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """Events, faults and inclusion are those of the scene at that instant."""
    scene, trajectory = frame.scene, frame.trajectory
    around, index = frame.labels.circumstances, frame.labels.frame_index
    can_have = bool(scene.events or scene.faults or scene.twin or trajectory.inclusion is not None)
    if (around is not None) != can_have:
        yield (
            "labels",
            "says something of events and faults" if around else "says nothing of events and faults",
        )
        return
    camera = next((each for each in scene.cameras if each.name == frame.labels.sensor), None)
    if around is None or camera is None or index >= trajectory.frame_count:
        return
    if around.events != trajectory.events_at(index):
        yield "labels", f"events are {around.events}, in events.json {trajectory.events_at(index)}"
    if around.inclusion != trajectory.inclusion_at(index):
        yield "labels", f"inclusion is {around.inclusion}, in states.npz {trajectory.inclusion_at(index)}"
    yield from _sensor_flaws(frame, around, camera)


def _sensor_flaws(frame: CheckedFrame, around: Circumstances, camera: CameraSensor) -> Iterator[Finding]:
    """What the labels say of the sensor's faults, and what these make of the picture and of its pose."""
    scene, trajectory, index = frame.scene, frame.trajectory, frame.labels.frame_index
    active = faults_at(scene, trajectory, camera.name, index)
    known = tuple(FrameFault(fault.name, fault.kind) for fault in active)
    if around.faults != known:
        yield "labels", f"faults are {around.faults}, in the scene {known}"
    put_out = shown(scene, trajectory, camera.name, index)
    if (around.dropped, around.shows_frame) != (put_out.dropped, put_out.frame_index):
        yield (
            "labels",
            f"shows frame {around.shows_frame} (dropped: {around.dropped}), by the faults {put_out}",
        )
    if frame.rgb is not None and put_out.frame_index is None and frame.rgb.any():
        yield "rgb", "is not black, though the sensor's fault makes it so"
    is_shifted = any(fault.kind == "shift" for fault in active)
    nominal = nominal_pose(scene, trajectory, camera, index) if is_shifted else None
    if not _same_pose(around.T_world_camera_nominal, nominal):
        yield "labels", "T_world_camera_nominal is not where the calibration has the camera"


def presence_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """Bodies that are not in the world are in no label and in no picture."""
    index = frame.labels.frame_index
    if frame.trajectory.present is None or index >= frame.trajectory.frame_count:
        return
    absent = {int(k) + 1 for k in np.flatnonzero(~frame.trajectory.present[index])}
    labelled = sorted(absent & {label.instance_id for label in frame.objects})
    if labelled:
        yield "labels", f"objects {labelled} have labels, but are not present"
    if frame.instance_id is not None:
        drawn = sorted(absent & {int(key) for key in np.unique(frame.instance_id)})
        if drawn:
            yield "instance", f"shows objects {drawn}, which are not present"


def _same_pose(a: FloatArray | None, b: FloatArray | None) -> bool:
    if a is None or b is None:
        return a is b
    return np.allclose(a, b, rtol=0, atol=ROUNDING)
