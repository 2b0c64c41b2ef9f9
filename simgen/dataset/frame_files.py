"""All files of one sample as bytes: the one place that says what goes into a frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from simgen.dataset import encode
from simgen.dataset.labels import encode_labels, labels_of
from simgen.dataset.layout import LABELS_SUFFIX, OUTPUT_SUFFIXES, frame_file
from simgen.errors import DatasetError
from simgen.records.annotation import Sample
from simgen.records.asset import Category
from simgen.records.scene import Scene

CategoryIds = NDArray[np.uint8 | np.uint16]


def category_table(scene: Scene, taxonomy: Sequence[Category]) -> CategoryIds:
    """Return the category id of every instance id (n + 1,), background first; uint8 where the taxonomy fits."""
    ids = [0, *(body.category_id for body in scene.objects)]
    return np.array(ids, dtype=np.uint8 if len(taxonomy) <= np.iinfo(np.uint8).max else np.uint16)


def frame_files(sample: Sample, categories: CategoryIds, outputs: Sequence[str]) -> dict[str, bytes]:
    """Return path in the scene folder -> bytes for one sample, the same for the same sample anywhere.

    Args:
        sample: what is written.
        categories: see `category_table`.
        outputs: which pictures are wanted; the labels always are.

    Raises:
        DatasetError: a buffer does not have the shape of the camera's picture.
    """
    view = sample.frame.view
    _check_shapes(sample)
    files = {
        frame_file(view.sensor, view.frame_index, OUTPUT_SUFFIXES[output]): _ENCODERS[output](
            sample, categories
        )
        for output in outputs
    }
    files[frame_file(view.sensor, view.frame_index, LABELS_SUFFIX)] = encode_labels(labels_of(sample))
    return files


_ENCODERS: dict[str, Callable[[Sample, CategoryIds], bytes]] = {
    "rgb": lambda sample, _: encode.encode_rgb(sample.reading.rgb),
    "depth": lambda sample, _: encode.encode_depth(sample.frame.depth_m),
    "instance": lambda sample, _: encode.encode_ids(sample.frame.instance_id),
    "semantic": lambda sample, categories: encode.encode_ids(categories[sample.frame.instance_id]),
    "normals": lambda sample, _: encode.encode_normals(sample.frame.normals_camera),
    "object_coordinates": lambda sample, _: encode.encode_object_coordinates(
        sample.frame.object_coordinates_m
    ),
}


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
                f"scene {sample.scene_index} {view.sensor} frame {view.frame_index}: {name} is "
                f"{buffer.shape[:2]}, the camera's picture {size} (height, width)"
            )
