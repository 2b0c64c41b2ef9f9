"""Which spheres can touch a picture."""

from __future__ import annotations

import numpy as np

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray


def sphere_in_view(camera: Intrinsics, center_camera: FloatArray, radius_m: float) -> bool:
    """Return whether a sphere touches the pyramid through the outer edges of the image, between near and far.

    Args:
        camera: the camera.
        center_camera: (3,) camera frame, metres.
        radius_m: of the sphere.
    """
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
