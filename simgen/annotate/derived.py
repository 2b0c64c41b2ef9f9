"""Buffers that follow from those that every frame has, made only when they are asked for.

Asked for by the names of a scenario's `labels.outputs`; names that need nothing derived are passed over.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simgen.annotate.flow import Flow, hidden, optical_flow, scene_flow
from simgen.camera import Intrinsics
from simgen.geometry import FloatArray
from simgen.records.annotation import Sample
from simgen.records.frame import ExtraBuffer, Frame, Moment

_RENDERED: dict[str, ExtraBuffer] = {
    "albedo": "albedo",
    "part": "part_id",
    "object_coordinates": "object_coordinates",
}
_FORWARD = frozenset({"flow_forward", "flow_occlusion_forward", "scene_flow"})
_BACKWARD = frozenset({"flow_backward", "flow_occlusion_backward"})
_OCCLUSION = frozenset({"flow_occlusion_forward", "flow_occlusion_backward"})


def extra_buffers(outputs: Collection[str]) -> frozenset[ExtraBuffer]:
    """Return what a renderer must add to its frames for these outputs."""
    return frozenset(buffer for output, buffer in _RENDERED.items() if output in outputs)


def needs_motion(outputs: Collection[str]) -> bool:
    """Return whether a view must know the capture frames before and after it."""
    return not (_FORWARD | _BACKWARD).isdisjoint(outputs)


def needs_neighbours(outputs: Collection[str]) -> bool:
    """Return whether the frames before and after must be rendered too."""
    return not _OCCLUSION.isdisjoint(outputs)


def derive(
    frame: Frame, outputs: Collection[str], previous: Frame | None = None, next: Frame | None = None
) -> Frame:
    """Return the frame with what the outputs add to it.

    Args:
        frame: its view knows the moments before and after where flow is asked for.
        outputs: names of `labels.outputs`.
        previous: the sensor's frame before, for `flow_occlusion_backward`.
        next: the one after, for `flow_occlusion_forward`.
    """
    fields: dict[str, Any] = {}
    if "distance" in outputs:
        fields["distance_m"] = distance_m(frame)
    if "normals_world" in outputs:
        fields["normals_world"] = _rotated(frame.normals_camera, frame.view.T_world_camera)
    if "scene_flow" in outputs:
        fields["scene_flow_m"] = _scene_flow(frame)
    if not _FORWARD.isdisjoint(outputs):
        fields |= _flow_fields("forward", frame, frame.view.next, next, outputs)
    if not _BACKWARD.isdisjoint(outputs):
        fields |= _flow_fields("backward", frame, frame.view.previous, previous, outputs)
    return replace(frame, **fields) if fields else frame


def distance_m(frame: Frame) -> NDArray[np.float32]:
    """Return (h, w) distances to the camera centre, NaN where nothing was hit."""
    return frame.depth_m * _ray_lengths(frame.view.intrinsics)


class Completion:
    """Derives what a stream of samples lacks, giving each frame the ones before and after it of its sensor.

    Where occlusion of flow is asked for a sample comes out when its sensor's next one has come in, and at most two
    a sensor are held; otherwise at once. The order stays.
    """

    def __init__(self, outputs: Collection[str]) -> None:
        self._outputs = frozenset(outputs)
        self._late = needs_neighbours(outputs)
        self._before: dict[str, Frame] = {}
        self._waiting: dict[str, Sample] = {}

    def push(self, sample: Sample) -> list[Sample]:
        """Take one sample; return what is complete."""
        if not self._late:
            return [replace(sample, frame=derive(sample.frame, self._outputs))]
        sensor = sample.frame.view.sensor
        waiting = self._waiting.get(sensor)
        self._waiting[sensor] = sample
        return [] if waiting is None else [self._complete(waiting, sample.frame)]

    def finish(self) -> list[Sample]:
        """Return the samples that nothing comes after."""
        last = [self._complete(sample, None) for sample in self._waiting.values()]
        self._waiting.clear()
        self._before.clear()
        return last

    def _complete(self, sample: Sample, next: Frame | None) -> Sample:
        sensor = sample.frame.view.sensor
        previous, self._before[sensor] = self._before.get(sensor), sample.frame
        return replace(sample, frame=derive(sample.frame, self._outputs, previous, next))


def _flow_fields(
    way: str, frame: Frame, moment: Moment | None, other: Frame | None, outputs: Collection[str]
) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    flow = None if moment is None else optical_flow(frame, moment)
    if f"flow_{way}" in outputs:
        fields[f"flow_{way}"] = _nowhere(frame, 2) if flow is None else flow.flow_px
    if f"flow_occlusion_{way}" in outputs:
        fields[f"flow_occlusion_{way}"] = _occlusion(frame, flow, other)
    return fields


def _occlusion(frame: Frame, flow: Flow | None, other: Frame | None) -> NDArray[np.bool_]:
    if flow is None or other is None:
        return np.ones(frame.instance_id.shape, np.bool_)
    return hidden(frame, flow, other)


def _scene_flow(frame: Frame) -> NDArray[np.float32]:
    moment = frame.view.next
    return _nowhere(frame, 3) if moment is None else scene_flow(frame, moment)


def _nowhere(frame: Frame, components: int) -> NDArray[np.float32]:
    return np.full((*frame.instance_id.shape, components), np.nan, np.float32)


def _rotated(vectors: NDArray[np.float32], T_world_camera: FloatArray) -> NDArray[np.float32]:
    """Return (h, w, 3) vectors turned by a pose, summed in one order whatever the number of threads."""
    x, y, z = (vectors[..., k] for k in range(3))
    turned = np.empty(vectors.shape, np.float32)
    for k, row in enumerate(T_world_camera[:3, :3].astype(np.float32)):
        turned[..., k] = row[0] * x + row[1] * y + row[2] * z
    return turned


def _ray_lengths(camera: Intrinsics) -> NDArray[np.float32]:
    if camera.lens is not None:
        return np.linalg.norm(camera.rays(), axis=-1).astype(np.float32)
    x = (np.arange(camera.width) - camera.cx) / camera.fx
    y = (np.arange(camera.height) - camera.cy) / camera.fy
    return np.sqrt(1.0 + x**2 + y[:, None] ** 2).astype(np.float32)
