"""What an exposure takes in: instants while the shutter is open, and places on the aperture of a thin lens.

A picture with motion blur and depth of field is the mean of sharp ones. Each is of one instant, as a pinhole at one
place of the aperture sees it, its image shifted so that the plane in focus stays where it is (through a lens, its rays
bent to where those of the lens's middle meet the surface in focus, see `simgen/lens.py`). A point at depth z then
spreads over a disc of A · f · |1/z - 1/z_f| pixels, for an aperture of diameter A, a focus at z_f and a focal length of
f pixels: the circle of confusion of a thin lens (Potmesil and Chakravarty, SIGGRAPH 1981), whose image lies f away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import ceil, pi

import numpy as np
from numpy.typing import NDArray

from simgen.errors import RenderError
from simgen.geometry import GOLDEN_TURN_RAD, FloatArray, invert_rigid
from simgen.records.frame import Frame, View

# 1 / the plastic number: the most even companion of the golden ratio (Roberts, 2018)
_SPREAD = 0.7548776662466927
_OPEN_LENSES = ("brown_conrady", "fisheye")
_GRID = 8  # every so many-th pixel tells how far its point moves
_SHARP_PX = 0.25  # blur shorter than this shows in no picture
# Measured against 512 samples, 8-bit codes developed: off by 0.3 of 255 (root mean square; cut_in_short_gap, 25 px) ...
_STEP_PX = 2.0  # of motion between two instants
# ... and by 0.65 (tabletop_clutter, discs of 6 px; with 32 samples as much for discs of 24 px, all of it smoother).
_DISC_PX2 = 2.0  # of the circle of confusion for each place on the aperture


def mean_light(pictures: Iterable[NDArray[np.floating]]) -> NDArray[np.float16]:
    """Return the mean (h, w, 3) of pictures of linear light; a single one as it is."""
    total: NDArray[np.floating] | None = None
    count = 0
    for picture in pictures:
        count += 1
        if total is None:
            total = picture
        elif count == 2:
            total = np.add(total, picture, dtype=np.float32)
        else:
            np.add(total, picture, out=total, dtype=np.float32)
    if total is None:
        raise ValueError("no picture to take the mean of")
    return (total if count == 1 else total / np.float32(count)).astype(np.float16, copy=False)


def instants(count: int) -> FloatArray:
    """Return (count,) shares of the time from mid-exposure to the shutter's opening (-1) or closing (1).

    They are evenly apart and have the mean and variance of even time, so that even few blur as far as they should.
    Neighbours in the list lie far apart: together with `places` they are even over time and aperture at once.
    """
    if count == 1:
        return np.zeros(1)
    order = np.argsort(np.argsort(np.arange(1, count + 1) * _SPREAD % 1.0, kind="stable"), kind="stable")
    return ((2.0 * order + 1.0) / count - 1.0) / np.sqrt(1.0 - 1.0 / count**2)


def places(count: int) -> FloatArray:
    """Return (count, 2) points spread evenly over the unit disc; a single one lies in its middle.

    From three on they have the disc's own mean and variance, so that even few blur neither to one side nor more along
    one axis, and as wide as they should.
    """
    if count == 1:
        return np.zeros((1, 2))
    index = np.arange(count)
    radius = np.sqrt((index + 0.5) / count)
    turn = index * GOLDEN_TURN_RAD
    points = np.column_stack([radius * np.cos(turn), radius * np.sin(turn)])
    points -= points.mean(axis=0)  # or a picture out of focus would be shifted
    return points if count == 2 else points @ _stretch(points.T @ points / count)


def seen_from(view: View, offset_m: tuple[float, float], focus_m: float) -> View:
    """Return a view from beside the lens's middle, bent so that the surface in focus stays.

    Args:
        view: of a pinhole, or of a camera whose lens is a Brown-Conrady or a fisheye.
        offset_m: to the right and down, camera frame.
        focus_m: depth of the surface in focus; infinite: what is very far stays.

    Raises:
        RenderError: the camera has a lens of another kind.
    """
    x, y = offset_m
    if view.intrinsics.lens is not None and view.intrinsics.lens.kind not in _OPEN_LENSES:
        raise RenderError(
            f"camera '{view.sensor}' has an aperture, which its lens '{view.intrinsics.lens.kind}' cannot have; "
            f"leave out the aperture, or take a pinhole or one of {', '.join(_OPEN_LENSES)}"
        )
    camera, T_world_camera = view.intrinsics, view.T_world_camera.copy()
    T_world_camera[:3, 3] += T_world_camera[:3, :2] @ np.array([x, y])
    if camera.lens is not None:
        shifted = replace(camera, lens=replace(camera.lens, beside=(x / focus_m, y / focus_m)))
    else:
        shifted = replace(
            camera, cx=camera.cx + camera.fx * x / focus_m, cy=camera.cy + camera.fy * y / focus_m
        )
    return replace(view, T_world_camera=T_world_camera, intrinsics=shifted)


def motion_px(frame: Frame, opened: View, closed: View) -> float:
    """Return the longest way, in pixels, that a point seen in a frame goes while the shutter is open.

    Some points of every object are asked. Nothing goes farther than the image's diagonal; points that the camera does
    not see at both ends do not count.
    """
    camera = frame.view.intrinsics
    points, ids = _seen(frame)
    hit = ids > 0
    here = _world(points, hit, frame.view)
    ends: list[FloatArray] = []
    for view in (opened, closed):
        T_camera_world = invert_rigid(view.T_world_camera)
        R, t = T_camera_world[:3, :3], T_camera_world[:3, 3]
        moved = here.copy()
        moved[hit] = _carried(here[hit], ids[hit], frame.view, view)
        ends.append(camera.project(moved @ R.T + t * hit[:, None]))
    seen = np.isfinite(points).all(axis=1)
    ways = np.linalg.norm(ends[1] - ends[0], axis=1)[seen]
    diagonal = float(np.hypot(camera.width, camera.height))
    return float(np.minimum(np.nan_to_num(ways), diagonal).max(initial=0.0))


def confusion_px(frame: Frame, diameter_m: float, focus_m: float) -> float:
    """Return the largest circle of confusion of what a frame shows, in pixels; see the module's docstring."""
    near, far = np.nanmin(frame.depth_m, initial=np.inf), np.nanmax(frame.depth_m, initial=0.0)
    nearest, farthest = 1.0 / float(near), 0.0 if np.isnan(frame.depth_m).any() else 1.0 / float(far)
    off = max(abs(nearest - 1.0 / focus_m), abs(farthest - 1.0 / focus_m))
    return float(diameter_m * frame.view.intrinsics.fx * off)


def samples_needed(motion: float, confusion: float, most: int) -> int:
    """Return how many sharp pictures a blur of so many pixels needs, at most `most`.

    One for two pixels of motion, and one for two square pixels of the circle of confusion: with coarser steps copies
    of a thing show apart from each other. Blur below a quarter of a pixel is none.
    """
    along = max(2, ceil(motion / _STEP_PX)) if motion > _SHARP_PX else 1
    over = max(3, ceil(pi / 4 * confusion**2 / _DISC_PX2)) if confusion > _SHARP_PX else 1
    wanted = max(along, over)
    return min(wanted, most)


def _seen(frame: Frame) -> tuple[FloatArray, NDArray[np.uint16]]:
    """Return points (n, 3) that a frame shows, camera frame, and their ids; directions where nothing was hit.

    Every eighth row and column, and one pixel of each object at least.
    """
    camera = frame.view.intrinsics
    index = np.arange(camera.width * camera.height).reshape(camera.height, camera.width)
    grid = index[_GRID // 2 :: _GRID, _GRID // 2 :: _GRID].ravel()
    _, firsts = np.unique(frame.instance_id, return_index=True)
    v, u = np.divmod(np.concatenate([grid, firsts]), camera.width)
    depth_m, ids = frame.depth_m[v, u].astype(float), frame.instance_id[v, u]
    rays = camera.directions(u.astype(float), v.astype(float))
    on_surface = rays * depth_m[:, None] + camera.starts(u.astype(float), v.astype(float))
    return np.where((ids > 0)[:, None], on_surface, rays), ids


def _world(points: FloatArray, hit: NDArray[np.bool_], view: View) -> FloatArray:
    """Return points in the world; of directions, directions."""
    T = view.T_world_camera
    return points @ T[:3, :3].T + T[:3, 3] * hit[:, None]


def _carried(points: FloatArray, ids: NDArray[np.uint16], here: View, there: View) -> FloatArray:
    """Return world points (n, 3) of the bodies `ids` of one view where those bodies are in another."""
    moves = there.T_world_objects @ np.linalg.inv(here.T_world_objects)
    each = moves[ids.astype(int) - 1]
    return np.einsum("nij,nj->ni", each[:, :3, :3], points) + each[:, :3, 3]


def _stretch(covariance: FloatArray) -> FloatArray:
    """Return the (2, 2) matrix that gives points of this covariance that of an even disc of radius 1: 1/4 each way."""
    root = float(np.sqrt(np.linalg.det(covariance)))
    square_root = (covariance + root * np.eye(2)) / np.sqrt(np.trace(covariance) + 2.0 * root)
    return np.linalg.inv(square_root) / 2.0
