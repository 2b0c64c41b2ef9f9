"""Where a ray enters and leaves a box, an ellipsoid or a cylinder, and which way the surface faces there.

All three are images of a unit solid ([-1, 1]³, the unit ball, the unit cylinder along z) under a scaling by
the half extents. A ray is scaled the other way; its parameter does not change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from simgen.geometry import FloatArray, apply, invert_rigid

Shape = Literal["box", "sphere", "cylinder"]
_TINY = 1e-300  # stands for a direction component of 0, so that no 0 * inf arises


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """One convex body in the camera frame.

    Attributes:
        instance_id: of the scene object.
        shape: `box`, `sphere` (an ellipsoid where the extents differ) or `cylinder` (axis along object z).
        half_m: (3,) half extents in the object frame, metres.
        T_camera_object: (4, 4) rigid.
    """

    instance_id: int
    shape: Shape
    half_m: FloatArray
    T_camera_object: FloatArray

    def spans(
        self, origin_camera: FloatArray, directions_camera: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return where rays `origin + t * direction` enter and leave the solid.

        Args:
            origin_camera: (3,) or (..., 3), camera frame, metres.
            directions_camera: (..., 3), camera frame, any length.

        Returns:
            Two arrays (...): t on entry and on exit; `(inf, -inf)` for a ray that misses. t may be negative.
        """
        T_object_camera = invert_rigid(self.T_camera_object)
        o = (np.asarray(origin_camera) @ T_object_camera[:3, :3].T + T_object_camera[:3, 3]) / self.half_m
        d = directions_camera @ T_object_camera[:3, :3].T / self.half_m
        enter, leave = _SPANS[self.shape](o, np.where(d == 0.0, _TINY, d))
        missed = ~(enter <= leave)
        return np.where(missed, np.inf, enter), np.where(missed, -np.inf, leave)

    @property
    def nearest_z_m(self) -> float:
        """Least depth of any of its points; below 0 where it reaches behind the camera."""
        reach = np.abs(self.T_camera_object[2, :3]) * self.half_m
        depth_m = {
            "box": reach.sum(),
            "sphere": np.sqrt((reach**2).sum()),
            "cylinder": np.hypot(reach[0], reach[1]) + reach[2],
        }[self.shape]
        return float(self.T_camera_object[2, 3] - depth_m)

    def coordinates(self, points_camera: FloatArray) -> FloatArray:
        """Return points (n, 3) of the camera frame in the object frame, metres."""
        return apply(invert_rigid(self.T_camera_object), points_camera)

    def normals(self, points_object: FloatArray) -> FloatArray:
        """Return outward unit normals (n, 3), camera frame, at surface points (n, 3), object frame."""
        outward = _NORMALS[self.shape](points_object / self.half_m) / self.half_m
        outward /= np.linalg.norm(outward, axis=-1, keepdims=True)
        return outward @ self.T_camera_object[:3, :3].T


def _box_span(o: FloatArray, d: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Slab test: Kay and Kajiya, "Ray tracing complex scenes", SIGGRAPH 1986."""
    with np.errstate(over="ignore"):
        a, b = (-1.0 - o) / d, (1.0 - o) / d
    return np.minimum(a, b).max(axis=-1), np.maximum(a, b).min(axis=-1)


def _ball_span(o: FloatArray, d: FloatArray) -> tuple[FloatArray, FloatArray]:
    return _roots((d * d).sum(-1), (o * d).sum(-1), (o * o).sum(-1) - 1.0)


def _cylinder_span(o: FloatArray, d: FloatArray) -> tuple[FloatArray, FloatArray]:
    side_in, side_out = _ball_span(o[..., :2], d[..., :2])
    cap_in, cap_out = _box_span(o[..., 2:], d[..., 2:])
    return np.maximum(side_in, cap_in), np.minimum(side_out, cap_out)


def _roots(a: FloatArray, half_b: FloatArray, c: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return both roots of a t² + 2 half_b t + c, `(inf, -inf)` where there are none.

    A direction along a cylinder's axis has a = 0: it lies inside for all t, or misses.
    """
    along = a < 1e-200
    a = np.where(along, 1.0, a)
    discriminant = half_b * half_b - a * c
    missed = np.where(along, c > 0, discriminant < 0)
    root = np.where(along, np.inf, np.sqrt(np.maximum(discriminant, 0.0)))
    enter, leave = (-half_b - root) / a, (-half_b + root) / a
    return np.where(missed, np.inf, enter), np.where(missed, -np.inf, leave)


def _box_normal(unit: FloatArray) -> FloatArray:
    axis = np.abs(unit).argmax(axis=-1)
    normal = np.zeros_like(unit)
    rows = np.arange(len(unit))
    normal[rows, axis] = np.sign(unit[rows, axis])
    return normal


def _ball_normal(unit: FloatArray) -> FloatArray:
    return unit.copy()


def _cylinder_normal(unit: FloatArray) -> FloatArray:
    on_cap = np.abs(unit[:, 2]) >= np.hypot(unit[:, 0], unit[:, 1])
    normal = unit * (1.0, 1.0, 0.0)
    normal[on_cap] = np.sign(unit[on_cap]) * (0.0, 0.0, 1.0)
    return normal


_SPANS = {"box": _box_span, "sphere": _ball_span, "cylinder": _cylinder_span}
_NORMALS = {"box": _box_normal, "sphere": _ball_normal, "cylinder": _cylinder_normal}
