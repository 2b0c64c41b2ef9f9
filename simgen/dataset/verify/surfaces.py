"""Buffers of the surface in one frame: normals of unit length, distance, parts and albedo where something was hit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from simgen.dataset.verify.frame import CheckedFrame, Finding, Mask

_HALF = 1e-3  # what rounding three components to float16 can do to a length
_TURNED = 2e-3  # and to the difference of two roundings
_DISTANCE = 1e-6  # relative: float32


def normal_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """Normals have length 1 and are there exactly where an object is; both frames' normals are one, turned."""
    for output in ("normals", "normals_world"):
        normals = frame.others.get(output)
        if normals is None:
            continue
        with np.errstate(all="ignore"):
            length = np.linalg.norm(normals.astype(float), axis=2)
        wrong = int(np.count_nonzero(np.abs(length - 1.0) > _HALF))
        if wrong:
            yield output, f"{wrong} normals are not of length 1"
        yield from _coverage(frame, output, np.isfinite(length))
    if {"normals", "normals_world"} <= frame.others.keys():
        R_world_camera = frame.labels.T_world_camera[:3, :3]
        with np.errstate(all="ignore"):
            turned = frame.others["normals"].astype(float) @ R_world_camera.T
            off = np.abs(turned - frame.others["normals_world"]).max(axis=2) > _TURNED
        if off.any():
            yield (
                "normals_world",
                f"{int(off.sum())} are not the camera-frame normals turned by the camera's pose",
            )


def distance_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """Distance is depth times the length of the pixel's ray."""
    distance_m = frame.others.get("distance")
    if distance_m is None:
        return
    yield from _coverage(frame, "distance", np.isfinite(distance_m))
    if frame.depth_m is not None:
        with np.errstate(all="ignore"):
            known = frame.depth_m * np.linalg.norm(frame.labels.intrinsics.rays(), axis=2)
            off = np.abs(distance_m - known) > _DISTANCE * known
        if off.any():
            yield "distance", f"{int(off.sum())} distances are not the depth along the pixel's ray"


def part_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """Every pixel of an object, and no other, is of a part."""
    parts = frame.others.get("part")
    if parts is not None:
        yield from _coverage(frame, "part", parts.astype(np.bool_))


def albedo_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """Albedo is there exactly where an object is, and within 0..1."""
    albedo = frame.others.get("albedo")
    if albedo is None:
        return
    yield from _coverage(frame, "albedo", ~np.isnan(albedo[..., 0]))
    with np.errstate(invalid="ignore"):
        outside = int(np.count_nonzero((albedo < 0) | (albedo > 1)))
    if outside:
        yield "albedo", f"{outside} values leave 0..1"


def _coverage(frame: CheckedFrame, output: str, there: Mask) -> Iterator[Finding]:
    if frame.instance_id is None:
        return
    hit = frame.instance_id > 0
    missing, extra = int(np.count_nonzero(hit & ~there)), int(np.count_nonzero(~hit & there))
    if missing or extra:
        yield output, f"is missing on {missing} pixels of objects, and there on {extra} of the background"
