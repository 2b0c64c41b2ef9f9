"""Pixels of one frame: sizes, emptiness, known ids, and depth wherever something was hit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from simgen.dataset.verify.frame import CheckedFrame, Finding


def size_faults(frame: CheckedFrame) -> Iterator[Finding]:
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


def empty_faults(frame: CheckedFrame) -> Iterator[Finding]:
    """A picture shows something: an object, and more than one colour."""
    if frame.instance_id is not None and not frame.instance_id.any():
        yield "instance", "is empty: no object anywhere"
    around = frame.labels.circumstances
    is_black = around is not None and around.shows_frame is None
    if frame.rgb is not None and not is_black and frame.rgb.min() == frame.rgb.max():
        yield "rgb", f"is one flat colour ({int(frame.rgb.min())})"


def id_faults(frame: CheckedFrame) -> Iterator[Finding]:
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


def semantic_faults(frame: CheckedFrame) -> Iterator[Finding]:
    """The category picture is the id picture with each id replaced by its category."""
    if frame.semantic is None or frame.instance_id is None:
        return
    table = np.zeros(np.iinfo(np.uint16).max + 1, np.uint16)
    for body in frame.scene.objects:
        table[body.instance_id] = body.category_id
    wrong = int(np.count_nonzero(table[frame.instance_id] != frame.semantic))
    if wrong:
        yield "semantic", f"{wrong} pixels are not of the category of their instance"


def depth_faults(frame: CheckedFrame) -> Iterator[Finding]:
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
