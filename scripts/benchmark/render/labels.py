"""Labels of one view under two renderers: masks, boxes and poses of every object."""

from __future__ import annotations

from typing import Any

import numpy as np

from simgen.annotate import annotate, decode_rle
from simgen.records.annotation import BoxXyxy, ObjectLabel
from simgen.records.frame import Frame
from simgen.records.scene import Scene

_SEEN_PX = 30  # an object of fewer pixels is all outline


def label_difference(ours: Frame, theirs: Frame, scene: Scene) -> dict[str, Any]:
    """Return how far labels made from two frames of one view are from each other.

    Returns:
        `mask px`: pixels by which whole outlines differ, by the length of the outlines (their boxes' perimeters);
        `boxes`: largest difference of an edge of a box, pixels; `poses`: largest difference of an entry of a pose;
        `objects`: labelled by both; `alone`: labelled by one only.
    """
    first, second = ({o.instance_id: o for o in annotate(f, scene).objects} for f in (ours, theirs))
    both = sorted(first.keys() & second.keys())
    pairs = [(first[i], second[i]) for i in both if min(first[i].amodal_px, second[i].amodal_px) >= _SEEN_PX]
    return {
        "mask px": _mask_difference(pairs),
        "boxes": max((_edges_apart(*pair) for pair in pairs), default=0.0),
        "poses": max(
            (float(np.abs(a.T_camera_object - b.T_camera_object).max()) for a, b in pairs), default=0.0
        ),
        "objects": len(both),
        "alone": len(first.keys() ^ second.keys()),
    }


def _mask_difference(pairs: list[tuple[ObjectLabel, ObjectLabel]]) -> float:
    """Return pixels that differ by pixels of outline, summed over objects."""
    different = sum(int((decode_rle(a.mask_amodal) != decode_rle(b.mask_amodal)).sum()) for a, b in pairs)
    return different / max(sum(_perimeter_px(a.bbox_amodal_xyxy) for a, _ in pairs), 1.0)


def _perimeter_px(box: BoxXyxy) -> float:
    return 2.0 * (box[2] - box[0] + box[3] - box[1])


def _edges_apart(a: ObjectLabel, b: ObjectLabel) -> float:
    apart = np.abs(np.subtract(a.bbox_amodal_xyxy, b.bbox_amodal_xyxy)).max()
    if a.bbox_modal_xyxy and b.bbox_modal_xyxy:
        apart = max(apart, np.abs(np.subtract(a.bbox_modal_xyxy, b.bbox_modal_xyxy)).max())
    return float(apart)
