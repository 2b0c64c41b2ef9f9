"""Outlines of solids on the image plane, in closed form.

A sphere, an ellipsoid and a disc all project to an ellipse (as long as they stay in front of the camera).
With axes a_i and centre c in the camera frame, H = K [a_1 ... a_k c], the dual conic of the outline is
C* = H diag(1, ..., 1, -1) H^T: Hartley and Zisserman, "Multiple View Geometry", 2nd ed., section 8.3.
All coordinates have pixel centres at integers.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, pi, sqrt

import numpy as np
from scipy.spatial import ConvexHull

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray, apply, box_corners
from simgen.rendering.analytic.solids import Solid

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Ellipse:
    """The set c + S^(1/2) y, |y| <= 1, on the image plane.

    Attributes:
        center_px: (u, v) of its centre (not the projection of the solid's centre).
        shape_px2: S as (S_uu, S_uv, S_vv), pixels².
    """

    center_px: tuple[float, float]
    shape_px2: tuple[float, float, float]

    @property
    def area_px(self) -> float:
        """Area in pixels: pi sqrt(det S)."""
        uu, uv, vv = self.shape_px2
        return pi * sqrt(uu * vv - uv * uv)

    @property
    def bounds_xyxy(self) -> Bounds:
        """Tangents parallel to the image axes: (u_min, v_min, u_max, v_max), continuous."""
        (u, v), (uu, _, vv) = self.center_px, self.shape_px2
        return (u - sqrt(uu), v - sqrt(vv), u + sqrt(uu), v + sqrt(vv))


def project_ellipse(
    intrinsics: Intrinsics, axes_camera: FloatArray, center_camera: FloatArray
) -> Ellipse | None:
    """Return the outline of a disc or an ellipsoid.

    Args:
        intrinsics: the camera.
        axes_camera: (3, 2) for a disc or (3, 3) for an ellipsoid; columns are its semi-axes, camera frame, m.
        center_camera: (3,) camera frame, metres.

    Returns:
        The ellipse, or None where the solid reaches the camera plane z = 0 or lies behind it.
    """
    H = intrinsics.K @ np.column_stack([axes_camera, center_camera])
    signs = np.append(np.ones(axes_camera.shape[1]), -1.0)
    dual = (H * signs) @ H.T
    if dual[2, 2] >= 0 or center_camera[2] <= 0:
        return None
    dual = dual / -dual[2, 2]
    center = -dual[:2, 2]
    shape = dual[:2, :2] + np.outer(center, center)
    return Ellipse(
        (float(center[0]), float(center[1])), (float(shape[0, 0]), float(shape[0, 1]), float(shape[1, 1]))
    )


def sphere_outline(intrinsics: Intrinsics, center_camera: FloatArray, radius_m: float) -> Ellipse | None:
    """Return the ellipse a sphere projects to, or None where it reaches the camera plane."""
    return project_ellipse(intrinsics, np.eye(3) * radius_m, np.asarray(center_camera, dtype=float))


def box_bounds(intrinsics: Intrinsics, T_camera_object: FloatArray, size_m: FloatArray) -> Bounds | None:
    """Return the continuous bounds of a box's outline, or None where a corner is not before the camera."""
    corners = apply(T_camera_object, box_corners(size_m))
    if corners[:, 2].min() <= 0:
        return None
    return _around(intrinsics.project(corners))


def box_outline_area_px(intrinsics: Intrinsics, T_camera_object: FloatArray, size_m: FloatArray) -> float:
    """Return the area in pixels of a box's outline: the convex hull of its projected corners.

    Raises:
        ValueError: a corner is not in front of the camera.
    """
    corners = apply(T_camera_object, box_corners(size_m))
    if corners[:, 2].min() <= 0:
        raise ValueError(
            f"box_outline_area_px: a corner has z = {corners[:, 2].min():.6g} m; all must be > 0"
        )
    return float(ConvexHull(intrinsics.project(corners)).volume)  # "volume" is the area in two dimensions


def solid_bounds(intrinsics: Intrinsics, solid: Solid) -> Bounds | None:
    """Return the continuous bounds of any solid's outline, or None where it reaches the camera plane."""
    axes, center = solid.T_camera_object[:3, :3] * solid.half_m, solid.T_camera_object[:3, 3]
    if solid.shape == "box":
        return box_bounds(intrinsics, solid.T_camera_object, 2 * solid.half_m)
    if solid.shape == "sphere":
        ball = project_ellipse(intrinsics, axes, center)
        return ball.bounds_xyxy if ball else None
    caps = [project_ellipse(intrinsics, axes[:, :2], center + side * axes[:, 2]) for side in (-1.0, 1.0)]
    bounds = [cap.bounds_xyxy for cap in caps if cap]
    return _around(np.array(bounds).reshape(4, 2)) if len(bounds) == len(caps) else None


def pixel_box(bounds_xyxy: Bounds) -> tuple[int, int, int, int]:
    """Return the half-open box of the pixels whose centres lie within continuous bounds."""
    u0, v0, u1, v1 = bounds_xyxy
    return (ceil(u0), ceil(v0), floor(u1) + 1, floor(v1) + 1)


def _around(pixels: FloatArray) -> Bounds:
    (u0, v0), (u1, v1) = pixels.min(axis=0), pixels.max(axis=0)
    return (float(u0), float(v0), float(u1), float(v1))
