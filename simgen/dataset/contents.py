"""What goes into the files of a scene and of a frame, as bytes: equal records give equal bytes.

The writer puts them on disk; a replay compares them with what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from simgen.dataset import encode
from simgen.dataset.files import to_json
from simgen.dataset.labels import encode_labels, labels_of
from simgen.dataset.layout import (
    CLEAN_SUFFIX,
    EVENTS_FILE,
    FAILED_FILE,
    LABELS_SUFFIX,
    LOG_FILE,
    OUTPUT_SUFFIXES,
    SCENE_FILE,
    STATES_FILE,
    TRAJECTORY_FILE,
    frame_file,
)
from simgen.dataset.scene_events import events_of, events_to_json
from simgen.dataset.trajectory_file import encode_states, encode_trajectory
from simgen.errors import DatasetError
from simgen.records.annotation import Sample
from simgen.records.asset import Category
from simgen.records.rejections import Rejections
from simgen.records.scene import Scene, scene_to_json
from simgen.records.trajectory import Trajectory

CategoryIds = NDArray[np.uint8 | np.uint16]


def category_table(scene: Scene, taxonomy: Sequence[Category]) -> CategoryIds:
    """Return the category id of every 16-bit id (65536,), 0 where none; uint8 where the taxonomy fits."""
    table = np.zeros(1 << 16, np.uint8 if len(taxonomy) <= np.iinfo(np.uint8).max else np.uint16)
    table[1 : len(scene.objects) + 1] = [body.category_id for body in scene.objects]
    return table


def scene_files(scene: Scene, trajectory: Trajectory, rejections: Rejections) -> dict[str, bytes]:
    """Return path in the scene folder -> bytes of what describes a whole scene."""
    log = {"status": "written", "attempt": scene.attempt, **_rejections_to_json(rejections)}
    files = {
        SCENE_FILE: scene_to_json(scene).encode(),
        TRAJECTORY_FILE: encode_trajectory(trajectory),
        LOG_FILE: to_json(log),
    }
    states, events = encode_states(trajectory), events_of(scene, trajectory)
    if states:
        files[STATES_FILE] = states
    if events is not None:
        files[EVENTS_FILE] = to_json(events_to_json(events))
    return files


def thing_categories(scene: Scene) -> list[str]:
    """Return the categories of the things in a scene, each once, sorted."""
    return sorted({body.category for body in scene.objects if body.is_thing})


def failed_files(
    index: int, reason: str, rejections: Rejections, made: tuple[Scene, Trajectory] | None = None
) -> dict[str, bytes]:
    """Return path in the scene folder -> bytes of the record of a scene that could not be made.

    Args:
        made: of a scene that was made and then refused: its attempt, the categories of its things, its weight and
            its events are recorded too.
    """
    record = {"status": "failed", "index": index, "reason": reason, **_rejections_to_json(rejections)}
    if made:
        record |= {"attempt": made[0].attempt, "categories": thing_categories(made[0])}
    events = events_of(*made) if made else None
    if events is not None:
        record["events"] = events_to_json(events)
    return {FAILED_FILE: to_json(record)}


def frame_files(sample: Sample, categories: CategoryIds, outputs: Sequence[str]) -> dict[str, bytes]:
    """Return path in the scene folder -> bytes for one sample, the same for the same sample anywhere.

    Args:
        sample: what is written.
        categories: see `category_table`.
        outputs: which pictures are wanted; the labels always are.

    Raises:
        DatasetError: a buffer is missing, or does not have the shape of the camera's picture.
    """
    view = sample.frame.view
    _check_shapes(sample)
    files = {
        frame_file(view.sensor, view.frame_index, OUTPUT_SUFFIXES[output]): _ENCODERS[output](
            sample, categories
        )
        for output in outputs
        if not (output == "rgb" and sample.reading.dropped)
    }
    if "rgb" in outputs and sample.clean is not None:
        files[frame_file(view.sensor, view.frame_index, CLEAN_SUFFIX)] = encode.encode_rgb(sample.clean.rgb)
    files[frame_file(view.sensor, view.frame_index, LABELS_SUFFIX)] = encode_labels(labels_of(sample))
    return files


_ENCODERS: dict[str, Callable[[Sample, CategoryIds], bytes]] = {
    "rgb": lambda sample, _: encode.encode_rgb(sample.reading.rgb),
    "depth": lambda sample, _: encode.encode_depth(sample.frame.depth_m),
    "instance": lambda sample, _: encode.encode_ids(sample.frame.instance_id),
    "semantic": lambda sample, categories: encode.encode_ids(
        np.asarray(cv2.LUT(sample.frame.instance_id, categories), categories.dtype)
    ),
    "normals": lambda sample, _: encode.encode_normals(sample.frame.normals_camera),
    "object_coordinates": lambda sample, _: encode.encode_vectors(_made(sample, "object_coordinates_m")),
    "distance": lambda sample, _: encode.encode_depth(_made(sample, "distance_m")),
    "part": lambda sample, _: encode.encode_ids(_made(sample, "part_id")),
    "normals_world": lambda sample, _: encode.encode_normals(_made(sample, "normals_world")),
    "albedo": lambda sample, _: encode.encode_albedo(_made(sample, "albedo")),
    "flow_forward": lambda sample, _: encode.encode_flow(_made(sample, "flow_forward")),
    "flow_backward": lambda sample, _: encode.encode_flow(_made(sample, "flow_backward")),
    "flow_occlusion_forward": lambda sample, _: encode.encode_mask(_made(sample, "flow_occlusion_forward")),
    "flow_occlusion_backward": lambda sample, _: encode.encode_mask(_made(sample, "flow_occlusion_backward")),
    "scene_flow": lambda sample, _: encode.encode_vectors(_made(sample, "scene_flow_m")),
}


def _made(sample: Sample, name: str) -> NDArray[Any]:
    """Return a buffer that a frame holds only where it was asked for."""
    buffer: NDArray[Any] | None = getattr(sample.frame, name)
    if buffer is None:
        raise DatasetError(
            f"{_place(sample)}: the frame has no {name}; render it with the outputs that the dataset writes"
        )
    return buffer


def _check_shapes(sample: Sample) -> None:
    view = sample.frame.view
    size = (view.intrinsics.height, view.intrinsics.width)
    buffers = {
        "rgb": sample.reading.rgb,
        "depth_m": sample.frame.depth_m,
        "instance_id": sample.frame.instance_id,
    }
    for name, buffer in buffers.items():
        if buffer.shape[:2] != size:
            raise DatasetError(
                f"{_place(sample)}: {name} is {buffer.shape[:2]}, the camera's picture {size} (height, width)"
            )


def _place(sample: Sample) -> str:
    view = sample.frame.view
    return f"scene {sample.scene_index} {view.sensor} frame {view.frame_index}"


def _rejections_to_json(rejections: Rejections) -> dict[str, object]:
    return {"rejections": dict(rejections.by_reason), "rejections_total": rejections.total}
