"""Where points of bodies that change their pose go: from where the renderer says that they lie on the body then.

p_other = inv(T_world_camera') T_world_body' q,    q = `Frame.surface_next_m` or `.surface_previous_m`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray, invert_rigid
from simgen.records.frame import Frame, Moment

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class SkinnedPoints:
    """The pixels of bodies that change their pose.

    Attributes:
        there: (h, w) which pixels these are.
        points_m: (k, 3) their points in the other camera, in the order of the pixels.
    """

    there: Mask
    points_m: FloatArray


def skinned_points(frame: Frame, moment: Moment) -> SkinnedPoints | None:
    """Return the points of bodies that change their pose between a frame and a moment of its view; None: no such."""
    surface = frame.surface_next_m if moment is frame.view.next else None
    surface = frame.surface_previous_m if moment is frame.view.previous else surface
    if surface is None:
        return None
    there = np.isfinite(surface[..., 0])
    q, ids = surface[there].astype(float), frame.instance_id[there].astype(np.intp) - 1
    steps = (invert_rigid(moment.T_world_camera) @ moment.T_world_objects)[ids]
    columns = [
        steps[:, k, 0] * q[:, 0] + steps[:, k, 1] * q[:, 1] + steps[:, k, 2] * q[:, 2] + steps[:, k, 3]
        for k in range(3)
    ]
    return SkinnedPoints(there, np.column_stack(columns))


def put_flow(
    frame: Frame, points: SkinnedPoints, flow_px: NDArray[np.float32], depth_m: NDArray[np.float32]
) -> None:
    """Write flow (h, w, 2) and depth (h, w) of such points."""
    camera, there = frame.view.intrinsics, points.there
    rows, columns = np.nonzero(there)
    moved = camera.project(points.points_m) - np.column_stack([columns, rows])
    flow_px[there] = moved
    depth_m[there] = np.where(np.isnan(moved[:, 0]), np.nan, camera.depth_of(points.points_m))


def put_scene_flow(frame: Frame, points: SkinnedPoints, flow_m: NDArray[np.float32]) -> None:
    """Write the scene flow (h, w, 3) of such points."""
    here = frame.view.intrinsics.unproject(frame.depth_m)[points.there]
    flow_m[points.there] = points.points_m - here


def faces_away(frame: Frame, points: SkinnedPoints) -> Mask:
    """Return (h, w) where the surface around a point, as neighbouring pixels span it, is seen from behind then.

    Seen from its outer side, right times down points away from the camera. Of both neighbours along an axis the one
    whose depth differs less counts: beside an edge it is the one on the surface.
    """
    at = np.full((*points.there.shape, 3), np.nan)
    at[points.there] = points.points_m
    right, down = (_step(frame, at, axis) for axis in (1, 0))
    sight = at
    if frame.view.intrinsics.is_orthographic:
        sight = np.broadcast_to([0.0, 0.0, 1.0], at.shape)
    with np.errstate(invalid="ignore"):
        return (np.cross(right, down) * sight).sum(axis=2) < 0


def _step(frame: Frame, at: FloatArray, axis: int) -> FloatArray:
    """Return (h, w, 3) the change of points from one pixel to the next along an axis; NaN where none is known."""
    after, before = np.full(at.shape, np.nan), np.full(at.shape, np.nan)
    change_after, change_before = (np.full(at.shape[:2], np.inf) for _ in range(2))
    low = (slice(None),) * axis + (slice(None, -1),)
    high = (slice(None),) * axis + (slice(1, None),)
    same = frame.instance_id[low] == frame.instance_id[high]
    step = np.where(same[..., None], np.diff(at, axis=axis), np.nan)
    change = np.where(same, np.abs(np.diff(frame.depth_m, axis=axis)), np.inf)
    after[low], before[high] = step, step
    change_after[low], change_before[high] = change, change
    return np.where((change_after <= change_before)[..., None], after, before)
