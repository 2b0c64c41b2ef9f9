"""Masks of one frame: modal ones partition the picture, amodal ones contain them, counts are theirs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from simgen.dataset.verify.frame import CheckedFrame, Finding


def mask_size_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """Every mask has the camera's size."""
    for key, pair in frame.masks.items():
        for kind, mask in zip(("modal", "amodal"), pair, strict=True):
            if mask.shape != frame.size:
                yield "labels", f"object {key}: {kind} mask is {mask.shape}, the picture {frame.size}"


def partition_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """Modal masks are disjoint, and each is exactly its object's pixels of the id picture."""
    overlaps = np.zeros(frame.size, np.uint16)
    for modal, _ in frame.masks.values():
        overlaps += modal
    shared = int(np.count_nonzero(overlaps > 1))
    if shared:
        yield "labels", f"modal masks overlap on {shared} pixels"
    if frame.instance_id is None:
        return
    for key, (modal, _) in frame.masks.items():
        wrong = int(np.count_nonzero(modal != (frame.instance_id == key)))
        if wrong:
            yield "labels", f"object {key}: modal mask and instance picture disagree on {wrong} pixels"


def amodal_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """What is visible of an object lies inside its whole silhouette, which is not empty."""
    for key, (modal, amodal) in frame.masks.items():
        outside = int(np.count_nonzero(modal & ~amodal))
        if outside:
            yield "labels", f"object {key}: {outside} visible pixels lie outside its amodal mask"
        if not amodal.any():
            yield "labels", f"object {key}: its amodal mask is empty, so it should have no label"


def count_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """Pixel counts are those of the masks."""
    for label in frame.objects:
        modal, amodal = (int(np.count_nonzero(mask)) for mask in frame.masks[label.instance_id])
        if (label.visible_px, label.amodal_px) != (modal, amodal):
            yield (
                "labels",
                f"object {label.instance_id}: visible_px {label.visible_px} and amodal_px {label.amodal_px}, "
                f"the masks hold {modal} and {amodal}",
            )
