"""Pixels of one frame: sizes, emptiness, known ids, and depth wherever something was hit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from simgen.dataset.verify.frame import CheckedFrame, Finding
from simgen.geometry import apply, box_corners, invert_rigid


def size_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """Every picture has the camera's size."""
    pictures = {
        "rgb": frame.rgb,
        "depth": frame.depth_m,
        "instance": frame.instance_id,
        "semantic": frame.semantic,
        "object_coordinates": frame.object_coordinates_m,
        **frame.others,
    }
    for output, picture in pictures.items():
        if picture is not None and picture.shape[:2] != frame.size:
            yield output, f"is {picture.shape[:2]}, the camera's picture {frame.size} (height, width)"


def empty_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """A picture shows what stands wholly before the camera, and has more than one colour where it shows two things."""
    if frame.instance_id is not None and not frame.instance_id.any():
        expected = _surely_seen(frame)
        if expected:
            yield "instance", f"is empty: no object anywhere, though {expected} are before the camera"
    around = frame.labels.circumstances
    is_black = around is not None and around.shows_frame is None
    if frame.rgb is None or is_black or sum(label.visible_px > 0 for label in frame.objects) < 2:
        return
    if frame.rgb.min() == frame.rgb.max():
        yield "rgb", f"is one flat colour ({int(frame.rgb.min())})"


def _surely_seen(frame: CheckedFrame) -> list[int]:
    """Return the bodies whose boxes lie wholly in the picture and cover pixels."""
    index = frame.labels.frame_index
    if index >= frame.trajectory.frame_count:
        return []
    T_camera_world = invert_rigid(frame.labels.T_world_camera)
    poses, present = frame.trajectory.T_world_objects(index), frame.trajectory.present_at(index)
    return [
        body.instance_id
        for body, T_world_object, is_there in zip(frame.scene.objects, poses, present, strict=True)
        if is_there
        and frame.labels.intrinsics.surely_shows(
            apply(T_camera_world @ T_world_object, box_corners(body.size_m))
        )
    ]


def id_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """Ids in the picture are ids of the scene, and each has a label."""
    if frame.instance_id is None:
        return
    seen = {int(key) for key in np.unique(frame.instance_id)} - {0}
    known = {body.instance_id for body in frame.scene.objects}
    labelled = {label.instance_id for label in frame.objects}
    if seen - known:
        yield "instance", f"shows ids {sorted(seen - known)} that the scene of {len(known)} objects lacks"
    if (seen & known) - labelled:
        yield "labels", f"visible objects {sorted((seen & known) - labelled)} have no label"


def semantic_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """The category picture is the id picture with each id replaced by its category."""
    if frame.semantic is None or frame.instance_id is None:
        return
    table = np.zeros(np.iinfo(np.uint16).max + 1, np.uint16)
    for body in frame.scene.objects:
        table[body.instance_id] = body.category_id
    wrong = int(np.count_nonzero(table[frame.instance_id] != frame.semantic))
    if wrong:
        yield "semantic", f"{wrong} pixels are not of the category of their instance"


def depth_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """Depth is there, and positive, exactly where an object is."""
    if frame.depth_m is None or frame.instance_id is None:
        return
    hit = frame.instance_id > 0
    missing = int(np.count_nonzero(hit & ~(frame.depth_m > 0)))
    extra = int(np.count_nonzero(~hit & np.isfinite(frame.depth_m)))
    if missing:
        yield "depth", f"{missing} pixels of objects have no depth"
    if extra:
        yield "depth", f"{extra} background pixels have a depth"
