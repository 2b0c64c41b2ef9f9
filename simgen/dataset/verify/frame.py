"""One frame with all that the checks compare, opened once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simgen.dataset.labels import FrameLabels
from simgen.dataset.reader import SampleView
from simgen.dataset.rle import decode_rle
from simgen.records.annotation import ObjectLabel
from simgen.records.asset import Category
from simgen.records.scene import Scene
from simgen.records.trajectory import Trajectory

Mask = NDArray[np.bool_]
ROUNDING = (
    1e-9  # metres or shares: JSON keeps every digit of a float64, sums and products lose some; with room
)


@dataclass(frozen=True, slots=True, eq=False)
class CheckedFrame:
    """Labels and buffers of one frame; buffers the dataset does not hold are None, and so is a dropped picture.

    Attributes:
        masks: (modal, amodal) by instance id, each (height, width).
        depth_m: (h, w) NaN where nothing was hit.
        others: every other buffer that the dataset holds, by output.
    """

    labels: FrameLabels
    scene: Scene
    trajectory: Trajectory
    taxonomy: tuple[Category, ...]
    masks: dict[int, tuple[Mask, Mask]]
    rgb: NDArray[np.uint8] | None
    depth_m: NDArray[np.float32] | None
    instance_id: NDArray[np.uint16] | None
    semantic: NDArray[np.uint16] | None
    object_coordinates_m: NDArray[np.float32] | None
    others: dict[str, NDArray[Any]]

    @property
    def objects(self) -> tuple[ObjectLabel, ...]:
        """The labels of its objects."""
        return self.labels.annotation.objects

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)."""
        return (self.labels.intrinsics.height, self.labels.intrinsics.width)


# Property of `SampleView` by output, of the buffers that few checks look at.
_OTHERS = {
    "normals": "normals_camera",
    "distance": "distance_m",
    "part": "part_id",
    "normals_world": "normals_world",
    "albedo": "albedo",
    "flow_forward": "flow_forward",
    "flow_backward": "flow_backward",
    "flow_occlusion_forward": "flow_occlusion_forward",
    "flow_occlusion_backward": "flow_occlusion_backward",
    "scene_flow": "scene_flow_m",
}

Finding = tuple[str, str]
"""(output that is wrong, message); the output `labels` means the labels file."""

FrameCheck = Callable[[CheckedFrame], Iterator[Finding]]


def open_frame(sample: SampleView, taxonomy: tuple[Category, ...]) -> CheckedFrame:
    """Read everything of one frame.

    Raises:
        DatasetError: a file is missing or damaged, or a mask is no valid run-length code.
    """
    outputs = sample.scene_view.outputs
    labels = sample.labels
    return CheckedFrame(
        labels=labels,
        scene=sample.scene,
        trajectory=sample.scene_view.trajectory,
        taxonomy=taxonomy,
        masks={
            label.instance_id: (decode_rle(label.mask_modal), decode_rle(label.mask_amodal))
            for label in labels.annotation.objects
        },
        rgb=sample.rgb if "rgb" in outputs and not sample.dropped else None,
        depth_m=sample.depth_m if "depth" in outputs else None,
        instance_id=sample.instance_id if "instance" in outputs else None,
        semantic=sample.semantic if "semantic" in outputs else None,
        object_coordinates_m=sample.object_coordinates_m if "object_coordinates" in outputs else None,
        others={output: getattr(sample, name) for output, name in _OTHERS.items() if output in outputs},
    )
