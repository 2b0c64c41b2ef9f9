"""Camera intrinsics and pinhole projection; pixel centres lie at integer coordinates (OpenCV).

The image covers [-0.5, width - 0.5) x [-0.5, height - 0.5): the centre of the first pixel is (0, 0).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import tan

import numpy as np
from numpy.typing import ArrayLike

from simgen.geometry import FloatArray


@dataclass(frozen=True, slots=True)
class Intrinsics:
    """A pinhole camera.

    Attributes:
        width: image width, pixels.
        height: image height, pixels.
        fx: focal length in x, pixels.
        fy: focal length in y, pixels.
        cx: principal point in x, pixels, pixel centres at integers.
        cy: principal point in y.
        near_m: near plane of drawing, metres; must be nearer than any surface that is to occlude.
        far_m: far plane of drawing, metres.
    """

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    near_m: float = 0.05
    far_m: float = 200.0

    @staticmethod
    def from_fov(
        width: int, height: int, horizontal_fov_rad: float, near_m: float = 0.05, far_m: float = 200.0
    ) -> Intrinsics:
        """Return a centred pinhole with square pixels and the given horizontal field of view (radians)."""
        f = width / (2.0 * tan(horizontal_fov_rad / 2.0))
        return Intrinsics(width, height, f, f, (width - 1) / 2.0, (height - 1) / 2.0, near_m, far_m)

    @property
    def K(self) -> FloatArray:
        """The 3x3 matrix that maps camera coordinates to homogeneous pixels."""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])

    def project(self, p_camera: ArrayLike) -> FloatArray:
        """Return pixels (n, 2) of points (n, 3) in the camera frame; points at or behind z = 0 give NaN."""
        p = np.asarray(p_camera, dtype=float)
        z = np.where(p[:, 2] > 0, p[:, 2], np.nan)
        return np.column_stack([self.fx * p[:, 0] / z + self.cx, self.fy * p[:, 1] / z + self.cy])

    def unproject(self, depth_m: ArrayLike) -> FloatArray:
        """Return camera-frame points (height, width, 3) of a planar depth image (height, width), metres."""
        z = np.asarray(depth_m, dtype=float)
        return self.rays() * z[..., None]

    def rays(self) -> FloatArray:
        """Return directions (height, width, 3) through the pixel centres, camera frame, scaled to z = 1."""
        u, v = np.meshgrid(np.arange(self.width, dtype=np.float64), np.arange(self.height, dtype=np.float64))
        rays = np.ones((self.height, self.width, 3))
        rays[..., 0], rays[..., 1] = (u - self.cx) / self.fx, (v - self.cy) / self.fy
        return rays

    def gl_projection(self) -> FloatArray:
        """Return the 4x4 OpenGL clip matrix for camera axes right-down-forward.

        Row 0 of the picture (top) lies at clip y = +1, pixel centre u at clip x = 2 (u + 0.5) / width - 1.
        The matrix takes points of the right-down-forward camera frame directly (no axis flip needed before).
        """
        n, f, w, h = self.near_m, self.far_m, self.width, self.height
        return np.array(
            [
                [2 * self.fx / w, 0.0, 2 * (self.cx + 0.5) / w - 1, 0.0],
                [0.0, -2 * self.fy / h, 1 - 2 * (self.cy + 0.5) / h, 0.0],
                [0.0, 0.0, (f + n) / (f - n), -2 * f * n / (f - n)],
                [0.0, 0.0, 1.0, 0.0],
            ]
        )
