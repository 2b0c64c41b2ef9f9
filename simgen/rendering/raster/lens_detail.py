"""How large things are in pictures of cameras with a lens: what levels of detail and the order of drawing go by."""

from __future__ import annotations

from math import asin, atan2, cos, hypot, inf, pi

import numpy as np

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray
from simgen.rendering.raster.lens_table import is_panorama, lens_table


def lens_px_per_m(camera: Intrinsics, center: FloatArray, radius_m: float) -> float:
    """Return the most pixels that a metre within a sphere can cover; infinite where the camera may be inside.

    Args:
        camera: with any lens.
        center: (3,) of the sphere, camera frame.
        radius_m: of the sphere.
    """
    focal = max(camera.fx, camera.fy)
    depth = float(camera.depth_of(center[None])[0])
    if depth - radius_m <= camera.near_m:
        return inf
    if camera.is_orthographic:
        return focal
    distance = float(np.linalg.norm(center))
    return focal * _magnification(camera, center, asin(radius_m / distance)) / (distance - radius_m)


def lens_radius_px(camera: Intrinsics, center: FloatArray, radius_m: float) -> float:
    """Return about how wide a sphere is, as half of its width; infinite where the camera is inside."""
    focal = max(camera.fx, camera.fy)
    if camera.is_orthographic:
        return focal * radius_m
    distance = float(np.linalg.norm(center))
    if distance <= radius_m:
        return inf
    half = asin(radius_m / distance)
    return focal * half * _magnification(camera, center, half)


def lens_cuts(camera: Intrinsics, T_camera_object: FloatArray, half_m: FloatArray) -> bool:
    """Return whether the camera, or what is too near for it, may reach into a box of half sizes (3,) about a frame."""
    eye = -T_camera_object[:3, :3].T @ T_camera_object[:3, 3]
    apart = float(np.linalg.norm(np.maximum(np.abs(eye) - half_m, 0.0)))
    steepest = 0.0 if camera.radial_depth else min(lens_table(camera).seen_rad, 1.5)
    return apart <= camera.near_m / cos(steepest)


def _magnification(camera: Intrinsics, center: FloatArray, half_rad: float) -> float:
    """Return the most that a cone of directions is magnified, against the middle of the picture."""
    x, y, z = (float(v) for v in center)
    if is_panorama(camera):
        steepest = abs(atan2(y, hypot(x, z))) + half_rad
        return 1 / cos(steepest) if steepest < pi / 2 else inf
    table = lens_table(camera)
    outermost = min(atan2(hypot(x, y), z) + half_rad, table.seen_rad)
    return float(table.stretch[table.index(outermost)])
