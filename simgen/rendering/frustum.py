"""Which spheres can touch a picture."""

from __future__ import annotations

import numpy as np

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray

BEYOND_PX = 2.0  # past the outermost pixel centres: what touches the edge of the picture is seen


def sphere_in_view(camera: Intrinsics, center_camera: FloatArray, radius_m: float) -> bool:
    """Return whether a sphere touches the pyramid through the outer edges of the image, between near and far.

    Of a lens the cone around its rays is taken.

    Args:
        camera: the camera.
        center_camera: (3,) camera frame, metres.
        radius_m: of the sphere.
    """
    if camera.lens is not None:
        return _sphere_seen(camera, center_camera, radius_m)
    x, y, z = (float(v) for v in center_camera)
    if z + radius_m < camera.near_m or z - radius_m > camera.far_m:
        return False
    left, right = (-0.5 - camera.cx) / camera.fx, (camera.width - 0.5 - camera.cx) / camera.fx
    top, bottom = (-0.5 - camera.cy) / camera.fy, (camera.height - 0.5 - camera.cy) / camera.fy
    outside = (
        (left * z - x) / np.hypot(1.0, left),
        (x - right * z) / np.hypot(1.0, right),
        (top * z - y) / np.hypot(1.0, top),
        (y - bottom * z) / np.hypot(1.0, bottom),
    )
    return max(outside) <= radius_m


def _sphere_seen(camera: Intrinsics, center: FloatArray, radius_m: float) -> bool:
    depth = float(camera.depth_of(center[None])[0])
    if depth + radius_m < camera.near_m or depth - radius_m > camera.far_m:
        return False
    if camera.is_orthographic:
        low, high = camera.origins()[0, 0, :2], camera.origins()[-1, -1, :2]
        return bool((center[:2] + radius_m >= low).all() and (center[:2] - radius_m <= high).all())
    distance = float(np.linalg.norm(center))
    if distance <= radius_m:
        return True
    off_axis = float(np.arctan2(np.hypot(center[0], center[1]), center[2]))
    widest = camera.widest_ray_rad + BEYOND_PX / min(camera.fx, camera.fy)
    return off_axis - float(np.arcsin(radius_m / distance)) <= widest
