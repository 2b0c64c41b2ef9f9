"""Where the surface of every pixel is at another moment: optical flow, its occlusion, scene flow. By formula.

A pixel shows the point `depth * ray`. The body it belongs to carries it along, so in the other camera it lies at

    p_other = inv(T_world_camera') T_world_body' inv(T_world_body) T_world_camera p_camera   (' = the other moment)

and projects by `K`, or through the camera's lens (`annotate.lens_flow`). Nothing but depth, ids, poses and intrinsics
goes in, so that flow is the same under any renderer. What nothing was hit lies at infinity, as the sky does: only the
camera's turning moves it. Only of a body that changes its pose the renderer says, besides, where on the body each
pixel's point lies at the other moment (`annotate.skin_flow`).

All is float64. Rounding depth to float32 moves a point along its own ray by 6e-8 of its depth, which the other
camera sees as less than 6e-8 of the parallax: far below 0.001 px.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simgen.annotate.lens_flow import lens_flow, lens_scene_flow
from simgen.annotate.skin_flow import SkinnedPoints, faces_away, put_flow, put_scene_flow, skinned_points
from simgen.camera import Intrinsics
from simgen.geometry import FloatArray, invert_rigid
from simgen.records.frame import Frame, Moment, View

Mask = NDArray[np.bool_]
IntArray = NDArray[np.intp]

_ROWS = 16  # at a time: all that is computed for them stays in the processor's cache
_BEFORE = 1e-9  # of the depth here: less counts as beside the other camera, not before it


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """Where the point of every pixel goes.

    Attributes:
        flow_px: (h, w, 2) float32, (x, y); NaN where the point is not before the other camera.
        depth_m: (h, w) float32, distance of the point to the other camera's image plane, NaN likewise; infinite where
            nothing was hit.
        skinned: the points of bodies that change their pose; None without such.
    """

    flow_px: NDArray[np.float32]
    depth_m: NDArray[np.float32]
    skinned: SkinnedPoints | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Some rows of the picture: points over their depth here, (k, w) each, in the other camera and in this one."""

    where: slice
    x: FloatArray
    y: FloatArray
    z: FloatArray
    ray_x: FloatArray
    ray_y: FloatArray
    depth_m: FloatArray


def optical_flow(frame: Frame, moment: Moment) -> Flow:
    """Return where the point that every pixel shows projects at another moment.

    Args:
        frame: from a renderer.
        moment: of bodies that change their pose, it must be the one before or after that the frame's view knows.
    """
    rigid, skinned = _rigid_flow(frame, moment), skinned_points(frame, moment)
    if skinned is None:
        return rigid
    put_flow(frame, skinned, rigid.flow_px, rigid.depth_m)
    return replace(rigid, skinned=skinned)


def _rigid_flow(frame: Frame, moment: Moment) -> Flow:
    camera, (h, w) = frame.view.intrinsics, frame.depth_m.shape
    if camera.lens is not None:
        return Flow(*lens_flow(frame, body_steps(frame.view, moment)))
    flow_px, depth_m = np.empty((h, w, 2), np.float32), np.empty((h, w), np.float32)
    for rows in _moved(frame, moment):
        z = np.where(rows.z > _BEFORE, rows.z, np.nan)
        flow_px[rows.where, :, 0] = camera.fx * (rows.x / z - rows.ray_x)
        flow_px[rows.where, :, 1] = camera.fy * (rows.y / z - rows.ray_y)
        depth_m[rows.where] = z * rows.depth_m
    return Flow(flow_px, depth_m)


def scene_flow(frame: Frame, moment: Moment) -> NDArray[np.float32]:
    """Return (h, w, 3) the point's position in the other camera minus its position in this one; NaN for the sky."""
    flow_m, skinned = _rigid_scene_flow(frame, moment), skinned_points(frame, moment)
    if skinned is not None:
        put_scene_flow(frame, skinned, flow_m)
    return flow_m


def _rigid_scene_flow(frame: Frame, moment: Moment) -> NDArray[np.float32]:
    if frame.view.intrinsics.lens is not None:
        return lens_scene_flow(frame, body_steps(frame.view, moment))
    h, w = frame.depth_m.shape
    flow_m = np.empty((h, w, 3), np.float32)
    for rows in _moved(frame, moment):
        depth_m = np.where(np.isinf(rows.depth_m), np.nan, rows.depth_m)
        flow_m[rows.where, :, 0] = (rows.x - rows.ray_x) * depth_m
        flow_m[rows.where, :, 1] = (rows.y - rows.ray_y) * depth_m
        flow_m[rows.where, :, 2] = (rows.z - 1.0) * depth_m
    return flow_m


def hidden(frame: Frame, flow: Flow, other: Frame) -> Mask:
    """Return (h, w) True where the point of a pixel of `frame` is not visible in the other frame.

    It is visible where all four hold: it falls into a pixel of the picture, between the near and the far plane;
    that pixel shows the same instance (or nothing, for the sky); its surface still faces the camera, by its normal; and
    it lies behind what that pixel shows by no more than one pixel's width and the slope of the surface there. So an
    edge is decided to within a pixel, and what passes closer behind another part of the same object than a pixel is
    wide counts as visible.
    """
    camera = other.view.intrinsics
    column = np.floor(flow.flow_px[..., 0] + np.arange(0.5, camera.width, dtype=np.float32))
    row = np.floor(flow.flow_px[..., 1] + np.arange(0.5, camera.height, dtype=np.float32)[:, None])
    inside = (column >= 0) & (column < camera.width) & (row >= 0) & (row < camera.height)
    at = np.where(inside, row * np.float64(camera.width) + column, 0).astype(np.intp)
    drawn = (flow.depth_m >= camera.near_m) & ((flow.depth_m <= camera.far_m) | (frame.instance_id == 0))
    seen = inside & drawn & (np.take(other.instance_id, at) == frame.instance_id)
    seen &= ~_turned_away(frame, flow, other)
    before_m = _nearer_by_a_pixel(flow.depth_m, camera)
    behind = np.flatnonzero(seen & (frame.instance_id > 0) & (before_m > np.take(other.depth_m, at)))
    there = at.flat[behind]
    too_far = before_m.flat[behind] > np.take(other.depth_m, there) + _slope_m(other, there)
    seen.flat[behind[too_far]] = False
    return ~seen


def _nearer_by_a_pixel(depth_m: NDArray[np.float32], camera: Intrinsics) -> NDArray[np.float32]:
    """Return depths less the width of a pixel there."""
    pixel = 1 / min(camera.fx, camera.fy)
    return depth_m - np.float32(pixel) if camera.is_orthographic else depth_m * np.float32(1 - pixel)


def _turned_away(frame: Frame, flow: Flow, other: Frame) -> Mask:
    """Return (h, w) True where the surface of a pixel faces away from the other camera.

    Where that camera stands in the frame of a body, carried back to this moment, the body needs not be turned:
    n' . p' = n . (p - c), c the other camera's centre seen from this camera with the body held still.
    """
    view = other.view
    steps = body_steps(frame.view, Moment(view.T_world_camera, view.T_world_objects))
    away = _rigidly_turned_away(frame, steps)
    if flow.skinned is not None:
        there = flow.skinned.there
        away[there] = faces_away(frame, flow.skinned)[there]
    return away


def _rigidly_turned_away(frame: Frame, steps: FloatArray) -> Mask:
    centers_m = -np.einsum("nji,nj->ni", steps[:, :3, :3], steps[:, :3, 3])
    rows, columns = np.nonzero(frame.instance_id)
    camera, n = frame.view.intrinsics, frame.normals_camera[rows, columns]
    center_m, depth_m = centers_m[frame.instance_id[rows, columns]], frame.depth_m[rows, columns]
    away = np.zeros(frame.instance_id.shape, bool)
    if camera.lens is not None:
        if camera.is_orthographic:
            sights = steps[frame.instance_id[rows, columns], 2, :3]  # the other camera's z, carried back
        else:
            sights = camera.unproject(frame.depth_m)[rows, columns] - center_m
        away[rows, columns] = (n * sights).sum(axis=1) > 0
        return away
    x_m = (columns - camera.cx) / camera.fx * depth_m - center_m[:, 0]
    y_m = (rows - camera.cy) / camera.fy * depth_m - center_m[:, 1]
    away[rows, columns] = n[:, 0] * x_m + n[:, 1] * y_m + n[:, 2] * (depth_m - center_m[:, 2]) > 0
    return away


def body_steps(view: View, moment: Moment) -> FloatArray:
    """Return (n + 1, 4, 4) what takes points of this camera to the other, by instance id; 0 turns the sky.

    What stays where it is stays exactly.
    """
    T_other_world, T_camera_world = invert_rigid(moment.T_world_camera), invert_rigid(view.T_world_camera)
    camera_still = np.array_equal(moment.T_world_camera, view.T_world_camera)
    camera_step = np.eye(4) if camera_still else T_other_world @ view.T_world_camera
    sky = camera_step.copy()
    sky[:3, 3] = 0.0
    carried = T_other_world @ moment.T_world_objects @ invert_rigid(T_camera_world @ view.T_world_objects)
    still = (moment.T_world_objects == view.T_world_objects).all(axis=(1, 2))
    return np.concatenate([sky[None], np.where(still[:, None, None], camera_step, carried)])


def _moved(frame: Frame, moment: Moment) -> Iterator[_Rows]:
    """Yield the picture some rows at a time."""
    camera = frame.view.intrinsics
    steps = body_steps(frame.view, moment)
    ray_x = (np.arange(camera.width, dtype=np.float64) - camera.cx)[None] / camera.fx
    for top in range(0, camera.height, _ROWS):
        where = slice(top, min(top + _ROWS, camera.height))
        ids = frame.instance_id[where].astype(np.intp)
        ray_y = (np.arange(where.start, where.stop, dtype=np.float64) - camera.cy)[:, None] / camera.fy
        depth_m = np.where(ids > 0, frame.depth_m[where].astype(np.float64), np.inf)
        nearness = 1.0 / depth_m
        row_ids = ids + len(steps) * np.arange(len(ids))[:, None]
        x, y, z = (_component(steps[:, k], ids, row_ids, ray_x, ray_y, nearness) for k in range(3))
        yield _Rows(where, x, y, z, ray_x, ray_y, depth_m)


def _component(
    row: FloatArray,
    ids: IntArray,
    row_ids: IntArray,
    ray_x: FloatArray,
    ray_y: FloatArray,
    nearness: FloatArray,
) -> FloatArray:
    """Return `row[id] @ (ray_x, ray_y, 1, nearness)` for every pixel; `row` (n + 1, 4) is of the bodies' steps.

    What depends on body and image row alone is added up before it is spread over the pixels.
    """
    of_row = row[:, 1] * ray_y + row[:, 2]
    return np.take(row[:, 0], ids) * ray_x + np.take(of_row, row_ids) + np.take(row[:, 3], ids) * nearness


def _slope_m(frame: Frame, at: IntArray) -> NDArray[np.float32]:
    """Return (k,) how much depth changes over a pixel, right and down added up, at flat indices (k,).

    Of both neighbours along an axis the one that differs less counts: beside an edge it is the one on the surface.
    """
    row, column = np.divmod(at, frame.instance_id.shape[1])
    return _change_m(frame, at, row, column, 0, 1) + _change_m(frame, at, row, column, 1, 0)


def _change_m(
    frame: Frame, at: IntArray, row: IntArray, column: IntArray, dy: int, dx: int
) -> NDArray[np.float32]:
    height, width = frame.instance_id.shape
    ids, depth_m = np.take(frame.instance_id, at), np.take(frame.depth_m, at)
    least = np.full(len(at), np.inf, np.float32)
    for sign in (-1, 1):
        y, x = row + sign * dy, column + sign * dx
        near = np.clip(y, 0, height - 1) * width + np.clip(x, 0, width - 1)
        same = (np.take(frame.instance_id, near) == ids) & (near != at)
        least = np.where(same, np.minimum(least, np.abs(np.take(frame.depth_m, near) - depth_m)), least)
    return np.where(np.isinf(least), np.float32(0), least)
