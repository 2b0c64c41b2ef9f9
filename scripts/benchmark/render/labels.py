"""Labels of one view under two renderers: masks, boxes and poses of every object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from simgen.annotate import annotate
from simgen.dataset.rle import decode_rle
from simgen.records.annotation import ObjectLabel
from simgen.records.frame import Frame
from simgen.records.scene import Scene

Labels = Sequence[ObjectLabel]
_MOVED_PX = 1.0


def label_difference(ours: Frame, theirs: Frame, scene: Scene) -> dict[str, Any]:
    """Return how far labels made from two frames of one view are from each other.

    Returns:
        `masks`: pixels that differ by pixels of all masks; `boxes`: largest difference of an edge of a box, pixels;
        `moved`: share of the boxes of which an edge is more than a pixel from the other's; `poses`: largest
        difference of an entry of a pose; `alone`: objects labelled under one only.
    """
    labels = [annotate(frame, scene).objects for frame in (ours, theirs)]
    different, total = mask_counts(*labels)
    first, second = ({label.instance_id for label in each} for each in labels)
    return {
        "masks": different / max(total, 1),
        "boxes": boxes_apart_px(*labels),
        "moved": float(np.mean([each > _MOVED_PX for each in _boxes_apart_px(*labels)] or [False])),
        "poses": poses_apart(*labels),
        "alone": len(first ^ second),
    }


def _pairs(ours: Labels, theirs: Labels) -> list[tuple[ObjectLabel, ObjectLabel]]:
    second = {label.instance_id: label for label in theirs}
    return [(label, second[label.instance_id]) for label in ours if label.instance_id in second]


def mask_counts(ours: Labels, theirs: Labels) -> tuple[int, int]:
    """Return pixels in which masks of the same object differ, modal and amodal, and pixels of them all."""
    different = total = 0
    for pair in _pairs(ours, theirs):
        for name in ("mask_modal", "mask_amodal"):
            a, b = (decode_rle(getattr(label, name)) for label in pair)
            different, total = different + int((a != b).sum()), total + int(a.sum())
    return different, total


def boxes_apart_px(ours: Labels, theirs: Labels) -> float:
    """Return the largest difference of an edge of a box that both have."""
    return max(_boxes_apart_px(ours, theirs), default=0.0)


def _boxes_apart_px(ours: Labels, theirs: Labels) -> Iterator[float]:
    """Yield how far the edges of each box that both have are apart, at most."""
    for pair in _pairs(ours, theirs):
        for name in ("bbox_modal_xyxy", "bbox_amodal_xyxy", "bbox_unclipped_xyxy"):
            a, b = (getattr(label, name) for label in pair)
            if a and b:
                yield float(np.abs(np.subtract(a, b)).max())


def poses_apart(ours: Labels, theirs: Labels) -> float:
    """Return the largest difference of an entry of `T_camera_object`."""
    pairs = _pairs(ours, theirs)
    return max((float(np.abs(a.T_camera_object - b.T_camera_object).max()) for a, b in pairs), default=0.0)
