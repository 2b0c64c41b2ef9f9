"""Flow between two frames of one sensor, done again from depth, poses and K, and held against what both show.

The flow of every pixel is computed here in another way than where it was made: body by body, through the world.
Then what the flow leads to must be the same point of the same body, and the flow back must lead back. Where bodies that
change their pose go follows from no label but scene flow: theirs must agree with flow, and flow must lead to the point
of the body with the same object coordinates.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from simgen.dataset.verify.frame import CheckedFrame, Finding, Mask
from simgen.geometry import FloatArray, apply, invert_rigid
from simgen.skinning import pose_changes

Way = Literal["forward", "backward"]
IntArray = NDArray[np.intp]

_OFF_PX = 0.01  # that a flow may be off, with the share below; what it is held to
_OFF_RELATIVE = 1e-6  # float32, of flows of thousands of pixels
_BORDER_PX = 1e-3  # nearer to the border of a pixel, which one a point falls into is a matter of rounding
_KINK_PX = 0.1  # where depth bends by less than this from one pixel to the next the surface is smooth
_MISSED = 0.01  # share of smooth pixels that may be off by more than a pixel
# Share that may be off by less: the four pixels around show nothing of ribs and slots that are narrower than they.
_BESIDE = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Where the points of one frame are in another.

    Attributes:
        size: (height, width) of the picture.
        depth_m: (h, w) of the frame.
        ids: (h, w) instances of the frame.
        ids_other: (h, w) instances of the other one.
        smooth_other: (h, w) where the other one shows a surface without creases, a pixel all around.
        points_m: (h, w, 3) in the other camera's frame; a direction where nothing was hit.
        flow_px: (h, w, 2), NaN behind the other camera.
        untold: (h, w) bodies that change their pose, where no label says how.
    """

    size: tuple[int, int]
    depth_m: NDArray[np.float32]
    ids: NDArray[np.uint16]
    ids_other: NDArray[np.uint16]
    smooth_other: Mask
    points_m: FloatArray
    flow_px: FloatArray
    untold: Mask

    @property
    def target_px(self) -> FloatArray:
        """(h, w, 2) where each pixel's point projects."""
        return _pixels(self.size) + self.flow_px


def end_flaws(frame: CheckedFrame) -> Iterator[Finding]:
    """The first frame has no flow backward, the last none forward; what has no other frame is not visible there."""
    index = frame.labels.frame_index
    ends = {"backward": 0, "forward": len(frame.trajectory.times_s) - 1}
    for way in (way for way, end in ends.items() if index == end):
        for output in (f"flow_{way}", *(["scene_flow"] if way == "forward" else [])):
            if output in frame.others and np.isfinite(frame.others[output]).any():
                yield output, "is there although there is no such frame"
        hidden = frame.others.get(f"flow_occlusion_{way}")
        if hidden is not None and not hidden.all():
            yield f"flow_occlusion_{way}", "says that points are visible in a frame that does not exist"


def flow_flaws(frame: CheckedFrame, other: CheckedFrame, way: Way) -> Iterator[Finding]:
    """Flow, its occlusion and scene flow of a frame against the frame after (forward) or before it (backward)."""
    outputs = {f"flow_{way}", f"flow_occlusion_{way}", *(["scene_flow"] if way == "forward" else [])}
    if outputs.isdisjoint(frame.others):
        return
    motion = motion_between(frame, other, way)
    if motion is None:
        return
    yield from _formula_flaws(frame, motion, way)
    if way == "forward":
        yield from _scene_flow_flaws(frame, motion)
    hidden = frame.others.get(f"flow_occlusion_{way}")
    if hidden is not None:
        yield from _occlusion_flaws(motion, hidden, way)
        yield from _warp_flaws(frame, other, motion, ~hidden, way)


@np.errstate(all="ignore")  # damaged files may hold any number; what comes of it is reported, not warned of
def motion_between(frame: CheckedFrame, other: CheckedFrame, way: Way) -> Motion | None:
    """Return where the points of a frame are in another, from depth, ids, poses and K; None without depth or ids."""
    if frame.depth_m is None or frame.instance_id is None:
        return None
    if other.depth_m is None or other.instance_id is None:
        return None
    if max(frame.labels.frame_index, other.labels.frame_index) >= len(frame.trajectory.times_s):
        return None
    points = _carried_on(frame, other, frame.depth_m, frame.instance_id)
    changed = _changed(frame, other, frame.instance_id)
    if "scene_flow" in frame.others and way == "forward":
        told = frame.labels.intrinsics.unproject(frame.depth_m) + frame.others["scene_flow"]
        points[changed] = told[changed]
        changed = np.zeros_like(changed)
    pixels = other.labels.intrinsics.project(points.reshape(-1, 3)).reshape(*frame.size, 2)
    flow_px = pixels - _pixels(frame.size)
    if f"flow_{way}" in frame.others:
        flow_px[changed] = frame.others[f"flow_{way}"][changed]
        changed = np.zeros_like(changed)
    smooth = _smooth(other.depth_m, other.instance_id, other.labels.intrinsics.fx)
    return Motion(
        frame.size, frame.depth_m, frame.instance_id, other.instance_id, smooth, points, flow_px, changed
    )


def _carried_on(
    frame: CheckedFrame, other: CheckedFrame, depth_m: NDArray[np.float32], ids: NDArray[np.uint16]
) -> FloatArray:
    """Return (h, w, 3) where rigid bodies carry a frame's points, in the other camera's frame; of sky directions."""
    camera, T_world_camera = frame.labels.intrinsics, frame.labels.T_world_camera
    T_other_world = invert_rigid(other.labels.T_world_camera)
    now = frame.trajectory.T_world_objects(frame.labels.frame_index)
    then = other.trajectory.T_world_objects(other.labels.frame_index)
    sky = ids == 0
    points = camera.unproject(np.where(sky, 1.0, depth_m))
    if camera.is_orthographic:
        points[sky] = np.nan  # parallel rays meet the sky in one direction, of which no pixel follows
    points[sky] = points[sky] @ (T_other_world @ T_world_camera)[:3, :3].T
    for key in np.unique(ids[~sky]):
        if key <= len(now):
            T_body_camera = invert_rigid(now[key - 1]) @ T_world_camera
            points[ids == key] = apply(T_other_world @ then[key - 1] @ T_body_camera, points[ids == key])
    return points


def _changed(frame: CheckedFrame, other: CheckedFrame, ids: NDArray[np.uint16]) -> Mask:
    """Return (h, w) where a body is seen that has another pose in the other frame."""
    now = frame.trajectory.gait_at(frame.labels.frame_index)
    then = other.trajectory.gait_at(other.labels.frame_index)
    if now is None or then is None:
        return np.zeros(ids.shape, np.bool_)
    keys = [key for key in range(1, len(now) + 1) if pose_changes(now, then, key)]
    return np.isin(ids, np.array(keys, np.uint16))


def _formula_flaws(frame: CheckedFrame, motion: Motion, way: Way) -> Iterator[Finding]:
    """Flow leads where depth, poses and K lead, and is undefined where they say nothing."""
    flow_px = frame.others.get(f"flow_{way}")
    if flow_px is None:
        return
    beside = np.abs(motion.points_m[..., 2]) < 1e-6  # neither before nor behind, to rounding
    missing = np.isnan(flow_px).any(axis=2) != np.isnan(motion.flow_px).any(axis=2)
    wrong = int(np.count_nonzero(missing & ~beside))
    if wrong:
        yield f"flow_{way}", f"is undefined where it is defined, or the reverse, on {wrong} pixels"
    with np.errstate(all="ignore"):
        error = np.linalg.norm(flow_px - motion.flow_px, axis=2)
        off = error > _OFF_PX + _OFF_RELATIVE * np.linalg.norm(motion.flow_px, axis=2)
    if off.any():
        yield (
            f"flow_{way}",
            f"{int(off.sum())} pixels are not where depth, poses and K lead (off by up to {error[off].max():.3g} px)",
        )


def _scene_flow_flaws(frame: CheckedFrame, motion: Motion) -> Iterator[Finding]:
    flow_m = frame.others.get("scene_flow")
    if flow_m is None:
        return
    with np.errstate(all="ignore"):
        known = motion.points_m - frame.labels.intrinsics.unproject(motion.depth_m)
        off = np.abs(flow_m - known).max(axis=2) > 1e-5 + _OFF_RELATIVE * motion.depth_m
    wrong = int(np.count_nonzero(off | (np.isnan(flow_m) != np.isnan(known)).any(axis=2)))
    if wrong:
        yield "scene_flow", f"{wrong} pixels are not what depth and poses give"


def _occlusion_flaws(motion: Motion, hidden: Mask, way: Way) -> Iterator[Finding]:
    """What counts as visible falls into a pixel of the picture that shows its object."""
    wrong = _shown_otherwise(motion) & ~hidden & ~motion.untold
    if wrong.any():
        yield (
            f"flow_occlusion_{way}",
            f"{int(wrong.sum())} pixels count as visible where the other frame shows something else",
        )


@np.errstate(all="ignore")
def _shown_otherwise(motion: Motion) -> Mask:
    """Return (h, w) where a point falls, for sure, out of the picture or into a pixel of another object."""
    target = np.nan_to_num(motion.target_px, nan=-1e9)
    sure = (np.abs(target - np.floor(target) - 0.5) > _BORDER_PX).all(axis=2)
    height, width = motion.size
    column, row = np.floor(target[..., 0] + 0.5), np.floor(target[..., 1] + 0.5)
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    at = np.where(inside, row * width + column, 0).astype(np.intp)
    return sure & (~inside | (np.take(motion.ids_other, at) != motion.ids))


def _warp_flaws(
    frame: CheckedFrame, other: CheckedFrame, motion: Motion, visible: Mask, way: Way
) -> Iterator[Finding]:
    """Object coordinates come back where flow leads, and flow back leads back: within what the four pixels show."""
    where, corners = _surrounded(motion, visible)
    if not len(where):
        return
    pixel_m = np.take(motion.depth_m, where) / frame.labels.intrinsics.fx
    if frame.object_coordinates_m is not None and other.object_coordinates_m is not None:
        share = _share_missed(frame.object_coordinates_m, other.object_coordinates_m, where, corners, pixel_m)
        if share:
            yield (
                f"flow_{way}",
                f"leads {share:.1%} of the visible pixels to another point of the object than the one they show",
            )
    back = other.others.get("flow_backward" if way == "forward" else "flow_forward")
    if back is not None:
        share = _share_missed(-motion.flow_px, back, where, corners, np.ones(len(where)))
        if share:
            yield f"flow_{way}", f"and the flow back do not cancel on {share:.1%} of the visible pixels"


@np.errstate(all="ignore")
def _surrounded(motion: Motion, visible: Mask) -> tuple[IntArray, IntArray]:
    """Return flat indices (n,) of visible pixels that come between four smooth pixels of their object, and those."""
    height, width = motion.size
    where = np.flatnonzero(visible & (motion.ids > 0) & np.isfinite(motion.flow_px).all(axis=2))
    target = motion.target_px.reshape(-1, 2)[where]
    column, row = (np.floor(target[:, k]).astype(np.intp) for k in (0, 1))
    whole = (column >= 0) & (row >= 0) & (column < width - 1) & (row < height - 1)
    where, first = where[whole], (row * width + column)[whole]
    corners = first[:, None] + np.array([0, 1, width, width + 1])
    same = (np.take(motion.ids_other, corners) == np.take(motion.ids, where)[:, None]).all(axis=1)
    same &= np.take(motion.smooth_other, corners).all(axis=1)
    return where[same], corners[same]


@np.errstate(all="ignore")
def _smooth(depth_m: NDArray[np.float32], ids: NDArray[np.uint16], focal_px: float) -> Mask:
    """Return (h, w) where both neighbours along each axis are of the same object and the surface does not bend.

    The inverse of depth is affine in the picture where the surface is a plane.
    """
    smooth = np.zeros(depth_m.shape, np.bool_)
    middle = (slice(1, -1), slice(1, -1))
    smooth[middle] = ids[middle] > 0
    nearness = 1.0 / depth_m.astype(float)
    for before, after in (
        ((slice(1, -1), slice(None, -2)), (slice(1, -1), slice(2, None))),
        ((slice(None, -2), slice(1, -1)), (slice(2, None), slice(1, -1))),
    ):
        same = (ids[before] == ids[middle]) & (ids[after] == ids[middle])
        bend = np.abs(nearness[before] + nearness[after] - 2 * nearness[middle]) / nearness[middle]
        with np.errstate(invalid="ignore"):
            smooth[middle] &= same & (bend < _KINK_PX / focal_px)
    return smooth


@np.errstate(all="ignore")
def _share_missed(
    values: NDArray[Any], others: NDArray[Any], where: IntArray, corners: IntArray, unit: NDArray[Any]
) -> float:
    """Return the share of values (at `where`) that are not between those of the four pixels they come between.

    0 where so few are off, or by so little of a pixel (`unit`), as happens beside what is narrower than a pixel.
    """
    size = values.shape[-1]
    value, around = values.reshape(-1, size)[where], others.reshape(-1, size)[corners]
    beyond = np.maximum(around.min(axis=1) - value, value - around.max(axis=1)).max(axis=1) / unit
    off, far_off = float((beyond > _OFF_PX).mean()), float((beyond > 1.0).mean())
    return off if off > _BESIDE or far_off > _MISSED else 0.0


def _pixels(size: tuple[int, int]) -> FloatArray:
    u, v = np.meshgrid(np.arange(size[1], dtype=float), np.arange(size[0], dtype=float))
    return np.dstack([u, v])
