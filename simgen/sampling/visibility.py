"""How much of a box a camera sees past other boxes: rays at placement time, never a rendering."""

from __future__ import annotations

import numpy as np

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray, Pose, apply, invert_rigid
from simgen.worlds.boxes import BoxSet, OrientedBox, segments_blocked

_PER_EDGE = 5  # samples along each edge of a face


def visible_fraction(box: OrientedBox, intrinsics: Intrinsics, T_world_camera: Pose, others: BoxSet) -> float:
    """Return the fraction (0..1) of a box's camera-facing surface samples in frame and not behind other boxes.

    Samples lie on a 5 x 5 grid over every face that is turned towards the camera, at cell centres.
    """
    T = T_world_camera.matrix()
    eye = T[:3, 3]
    points = _facing_samples(box, eye)
    if not len(points):
        return 0.0
    seen = _in_frame(apply(invert_rigid(T), points), intrinsics)
    seen[seen] = ~segments_blocked(eye, points[seen], others)
    return float(np.mean(seen))


def _facing_samples(box: OrientedBox, eye_world: FloatArray) -> FloatArray:
    eye_box = (eye_world - box.center_m) @ box.R_world_box
    grid = (np.arange(_PER_EDGE) + 0.5) / _PER_EDGE * 2.0 - 1.0
    u, v = (axis.ravel() for axis in np.meshgrid(grid, grid))
    faces: list[FloatArray] = []
    for axis in range(3):
        if abs(eye_box[axis]) <= box.half_m[axis]:
            continue  # the camera sees neither face of this axis
        face = np.empty((len(u), 3))
        face[:, axis] = np.sign(eye_box[axis])
        face[:, (axis + 1) % 3], face[:, (axis + 2) % 3] = u, v
        faces.append(box.center_m + (face * box.half_m) @ box.R_world_box.T)
    return np.concatenate(faces) if faces else np.zeros((0, 3))


def _in_frame(p_camera: FloatArray, intrinsics: Intrinsics) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    depth_m = intrinsics.depth_of(p_camera)
    inside = (depth_m > intrinsics.near_m) & (depth_m < intrinsics.far_m)
    pixels = intrinsics.project(p_camera)
    inside &= (pixels[:, 0] >= -0.5) & (pixels[:, 0] < intrinsics.width - 0.5)
    inside &= (pixels[:, 1] >= -0.5) & (pixels[:, 1] < intrinsics.height - 0.5)
    return inside
