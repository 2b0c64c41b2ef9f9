"""Labels of one frame against the scene and the trajectory: ids, classes, sizes, cameras and poses."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from simgen.dataset.verify.frame import ROUNDING, CheckedFrame, Finding
from simgen.geometry import invert_rigid
from simgen.records.annotation import ObjectLabel
from simgen.records.sensing import true_pose


def identity_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """Scene ids are 1..n in order; labels name objects of the scene, once each, as the scene does."""
    ids = [body.instance_id for body in frame.scene.objects]
    if ids != list(range(1, len(ids) + 1)):
        yield "labels", f"the scene's instance ids are not 1 to {len(ids)}: {ids}"
        return
    labelled = [label.instance_id for label in frame.objects]
    if labelled != sorted(set(labelled)):
        yield "labels", f"labels are not in order of instance id, or name one twice: {labelled}"
    for label in frame.objects:
        yield from _one_identity(label, frame)


def _one_identity(label: ObjectLabel, frame: CheckedFrame) -> Iterator[Finding]:
    """The label's object is in the scene and the same there; its category is that of the taxonomy."""
    if not 1 <= label.instance_id <= len(frame.scene.objects):
        yield (
            "labels",
            f"object {label.instance_id} is not in the scene of {len(frame.scene.objects)} objects",
        )
        return
    body = frame.scene.object(label.instance_id)
    for fact in ("category_id", "category", "is_thing", "name", "size_m"):
        given, known = getattr(label, fact), getattr(body, fact)
        if given != known:
            yield "labels", f"object {label.instance_id}: {fact} is {given!r}, in the scene {known!r}"
    names = {category.category_id: category.name for category in frame.taxonomy}
    if names.get(label.category_id) != label.category:
        yield (
            "labels",
            f"object {label.instance_id}: category {label.category_id} '{label.category}' is "
            f"{names.get(label.category_id)!r} in the taxonomy",
        )


def camera_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """The camera and the time are those of the scene."""
    cameras = {camera.name: camera for camera in frame.scene.cameras}
    labels = frame.labels
    if labels.sensor not in cameras or labels.frame_index >= frame.trajectory.frame_count:
        yield "labels", f"the scene has no '{labels.sensor}' frame {labels.frame_index}"
        return
    camera = cameras[labels.sensor]
    if camera.intrinsics != labels.intrinsics:
        yield "labels", f"intrinsics are {labels.intrinsics}, in the scene {camera.intrinsics}"
    known = true_pose(frame.scene, frame.trajectory, camera, labels.frame_index)
    if not np.allclose(labels.T_world_camera, known, rtol=0, atol=ROUNDING):
        yield "labels", f"T_world_camera is {_flat(labels.T_world_camera)}, in the scene {_flat(known)}"
    time_s = float(frame.trajectory.times_s[labels.frame_index])
    if labels.time_s != time_s:
        yield "labels", f"time_s is {labels.time_s}, in the trajectory {time_s}"


def pose_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """T_camera_object is the camera's pose and the trajectory's put together."""
    count = len(frame.trajectory.times_s)
    if frame.labels.frame_index >= count:
        yield "labels", f"the trajectory ends after {count} frames"
        return
    T_world_objects = frame.trajectory.T_world_objects(frame.labels.frame_index)
    T_camera_world = invert_rigid(frame.labels.T_world_camera)
    for label in frame.objects:
        if not 1 <= label.instance_id <= len(T_world_objects):
            continue
        known = T_camera_world @ T_world_objects[label.instance_id - 1]
        off = np.abs(label.T_camera_object - known).max()
        if not off <= ROUNDING:  # nor NaN
            yield (
                "labels",
                f"object {label.instance_id}: T_camera_object is off by {off:.3g} from camera and trajectory",
            )


def _flat(T: np.ndarray) -> list[float]:
    return [round(float(value), 4) for value in T[:3].ravel()]
