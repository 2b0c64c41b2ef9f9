"""Faults of sensors: from what a sound sensor would put out to what a faulty one does.

| kind | picture |
|---|---|
| `drop` | none |
| `freeze` | the sensor's last one before the fault, as it was put out; black if there is none |
| `black` | all zero |
| `shift` | as it is: the view itself was rendered from the shifted pose (`records.sensing.true_pose`) |

Which fault is there when follows from the scene and the trajectory (`records.sensing`), so that any frame can be made
again alone: of the others only those are needed whose pictures it shows (`frames_shown`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from simgen.records.reading import Reading
from simgen.records.scene import Scene
from simgen.records.sensing import Shown, shown
from simgen.records.trajectory import Trajectory


def frames_shown(scene: Scene, trajectory: Trajectory, frame_indices: Iterable[int]) -> list[int]:
    """Return these capture frames and those whose pictures are shown at them, in order."""
    frames = set(frame_indices)
    if _can_fail(scene):
        seen = (shown(scene, trajectory, camera.name, k) for camera in scene.cameras for k in list(frames))
        frames |= {each.frame_index for each in seen if each.frame_index is not None}
    return sorted(frames)


class FaultySensors:
    """The sensors of one scene; readings go in frame by frame, in order, and come out as they are put out.

    Holds the pictures that frozen sensors will still show, and no other.
    """

    def __init__(self, scene: Scene, trajectory: Trajectory, frame_indices: Iterable[int]) -> None:
        self._shown: dict[tuple[str, int], Shown] = {}
        if _can_fail(scene):
            self._shown = {
                (camera.name, k): shown(scene, trajectory, camera.name, k)
                for k in frame_indices
                for camera in scene.cameras
            }
        self._wanted = {
            (sensor, each.frame_index)
            for (sensor, frame_index), each in self._shown.items()
            if each.frame_index not in (None, frame_index)
        }
        self._held: dict[tuple[str, int], Reading] = {}

    def put_out(self, reading: Reading, sensor: str, frame_index: int) -> Reading:
        """Return what the sensor puts out in place of a sound reading; that itself if nothing is wrong."""
        key = (sensor, frame_index)
        if key in self._wanted:
            self._held[key] = reading
        each = self._shown.get(key)
        if each is None or each.frame_index == frame_index:
            return reading
        if each.frame_index is None:
            return replace(reading, rgb=np.zeros_like(reading.rgb), dropped=each.dropped)
        return self._held[sensor, each.frame_index]


def _can_fail(scene: Scene) -> bool:
    return any(fault.armed for fault in scene.faults)
