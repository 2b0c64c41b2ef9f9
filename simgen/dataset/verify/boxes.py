"""Boxes of one frame: flat ones enclose their masks exactly, solid ones project around them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from simgen.dataset.verify.frame import CheckedFrame, Finding, Mask
from simgen.geometry import FloatArray, apply, box_corners, invert_rigid
from simgen.records.annotation import BoxXyxy, ObjectLabel

_EDGE_PX = 1.0  # pixel centres are rounded by a half on either side
_LEVEL = 0.01  # of its longest side: how far a simplified level of detail may pass the model's box, assumed


def tight_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """Modal and amodal boxes are the tightest half-open boxes of their masks; none where no pixel is."""
    for label in frame.objects:
        modal, amodal = frame.masks[label.instance_id]
        for kind, box, mask in (
            ("modal", label.bbox_modal_xyxy, modal),
            ("amodal", label.bbox_amodal_xyxy, amodal),
        ):
            tight = tight_box(mask)
            if box != tight:
                yield "labels", f"object {label.instance_id}: {kind} box {box}, its mask has {tight}"


def unclipped_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """The box on the unbounded image plane encloses the one inside the image."""
    for label in frame.objects:
        whole, inside = label.bbox_unclipped_xyxy, label.bbox_amodal_xyxy
        if whole is not None and not _encloses(whole, inside):
            yield "labels", f"object {label.instance_id}: unclipped box {whole} does not enclose {inside}"


def solid_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """The projected corners of the 3D box enclose the whole silhouette (objects in front of the camera only)."""
    for label in frame.objects:
        roomy_m = np.add(label.size_m, 2 * _LEVEL * max(label.size_m))
        if frame.labels.intrinsics.lens is not None:
            yield from _lens_flaws(label, roomy_m, frame)
            continue
        corners = apply(label.T_camera_object, box_corners(roomy_m))
        if corners[:, 2].min() <= frame.labels.intrinsics.near_m:
            continue
        excess_px = _excess_px(frame.labels.intrinsics.project(corners), _outline(label, frame))
        if excess_px > _EDGE_PX:
            yield (
                "labels",
                f"object {label.instance_id}: its silhouette passes its projected 3D box by {excess_px:.1f} px",
            )


def _lens_flaws(label: ObjectLabel, size_m: FloatArray, frame: CheckedFrame) -> Iterator[Finding]:
    """The rays through the outline meet the 3D box, grown by the width of a pixel there: straight edges look bent."""
    camera, outline = frame.labels.intrinsics, _outline(label, frame)
    T_object_camera = invert_rigid(label.T_camera_object)
    plane = (outline - (camera.cx, camera.cy)) / (camera.fx, camera.fy)
    starts = np.column_stack([plane, np.zeros(len(plane))]) * float(camera.is_orthographic)
    starts = apply(T_object_camera, starts)
    rays = camera.directions(*outline.T) @ T_object_camera[:3, :3].T
    reach = 1.0 if camera.is_orthographic else float(np.linalg.norm(label.T_camera_object[:3, 3]))
    half_m = size_m / 2 + _EDGE_PX * reach / min(camera.fx, camera.fy)
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.sort([(-half_m - starts) / rays, (half_m - starts) / rays], axis=0)
    enter, leave = np.nanmax(ends[0], axis=1), np.nanmin(ends[1], axis=1)
    missed = int(np.count_nonzero((enter > leave) | (leave < 0)))
    if missed:
        yield "labels", f"object {label.instance_id}: {missed} rays through its silhouette miss its 3D box"


def tight_box(mask: Mask) -> BoxXyxy | None:
    """Return the half-open box of a mask, None where it is empty."""
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    if not columns.size:
        return None
    return (float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))


def _encloses(outer: BoxXyxy, inner: BoxXyxy) -> bool:
    starts = all(o <= i + _EDGE_PX for o, i in zip(outer[:2], inner[:2], strict=True))
    return starts and all(o >= i - _EDGE_PX for o, i in zip(outer[2:], inner[2:], strict=True))


def _outline(label: ObjectLabel, frame: CheckedFrame) -> FloatArray:
    """Return the first and last pixel centre (u, v) of every row of the amodal mask: its convex hull's points."""
    mask = frame.masks[label.instance_id][1]
    rows = np.flatnonzero(mask.any(axis=1))
    first = mask[rows].argmax(axis=1)
    last = mask.shape[1] - 1 - mask[rows, ::-1].argmax(axis=1)
    return np.concatenate([np.column_stack([first, rows]), np.column_stack([last, rows])]).astype(float)


def _excess_px(corners_px: FloatArray, points_px: FloatArray) -> float:
    """Return how far the farthest point lies outside the convex hull of the corners; negative inside."""
    try:
        facets = ConvexHull(corners_px).equations
    except QhullError:
        return float("inf")
    return float((points_px @ facets[:, :2].T + facets[:, 2]).max(initial=-np.inf))
