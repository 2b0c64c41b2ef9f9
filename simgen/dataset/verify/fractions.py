"""Ratios of one frame follow from its pixel counts."""

from __future__ import annotations

from collections.abc import Iterator

from simgen.dataset.verify.frame import ROUNDING, CheckedFrame, Finding


def fraction_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """All lie in 0..1; unoccluded = visible / amodal; visible = in frame x unoccluded; whole objects are in frame."""
    for label in frame.objects:
        values = (label.in_frame_fraction, label.unoccluded_fraction, label.visible_fraction)
        who = f"object {label.instance_id}"
        if not all(0.0 <= value <= 1.0 for value in values):
            yield "labels", f"{who}: fractions {values} leave 0..1"
        unoccluded = label.visible_px / label.amodal_px if label.amodal_px else 0.0
        if abs(label.unoccluded_fraction - unoccluded) > ROUNDING:
            yield (
                "labels",
                f"{who}: unoccluded_fraction {label.unoccluded_fraction}, pixels give {unoccluded}",
            )
        product = label.in_frame_fraction * label.unoccluded_fraction
        if abs(label.visible_fraction - product) > ROUNDING:
            yield "labels", f"{who}: visible_fraction {label.visible_fraction} is not the product {product}"
