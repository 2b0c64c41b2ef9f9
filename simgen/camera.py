"""Camera intrinsics and projection; pixel centres lie at integer coordinates (OpenCV).

The image covers [-0.5, width - 0.5) x [-0.5, height - 0.5): the centre of the first pixel is (0, 0).

A pixel's depth is what `unproject` takes: the distance to the image plane, for fisheye and equirectangular lenses the
distance to the camera centre (they see beside and behind themselves, where planar depth is 0 or negative). Near and far
are depths in the same sense.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from math import tan
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from simgen.errors import UsageError
from simgen.geometry import FloatArray
from simgen.lens import Lens, directions_of, plane_of, seen_from_beside

_SURELY_VISIBLE_PX = 8.0  # assumed: what is projected as wide and as high covers the centre of some pixel


@dataclass(frozen=True, slots=True)
class Intrinsics:
    """A camera: a pinhole, unless it has a lens.

    Attributes:
        width: image width, pixels.
        height: image height, pixels.
        fx: focal length in x, pixels; per radian or per metre with some lenses, see `lens`.
        fy: focal length in y, likewise.
        cx: principal point in x, pixels, pixel centres at integers.
        cy: principal point in y.
        near_m: near plane of drawing, metres; must be nearer than any surface that is to occlude.
        far_m: far plane of drawing, metres.
        lens: None for a pinhole.
    """

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    near_m: float = 0.05
    far_m: float = 200.0
    lens: Lens | None = None

    @staticmethod
    def from_fov(
        width: int, height: int, horizontal_fov_rad: float, near_m: float = 0.05, far_m: float = 200.0
    ) -> Intrinsics:
        """Return a centred pinhole with square pixels and the given horizontal field of view (radians)."""
        f = width / (2.0 * tan(horizontal_fov_rad / 2.0))
        return Intrinsics(width, height, f, f, (width - 1) / 2.0, (height - 1) / 2.0, near_m, far_m)

    @staticmethod
    def from_dict(fields: Mapping[str, Any]) -> Intrinsics:
        """Return the camera that `to_dict` wrote.

        Raises:
            TypeError: a field is unknown or missing.
        """
        plain = {key: value for key, value in fields.items() if key != "lens"}
        lens = fields.get("lens")
        if lens is None:
            return Intrinsics(**plain)
        return Intrinsics(**plain, lens=Lens(lens["kind"], tuple(lens["coefficients"]), lens["widest_rad"]))

    def to_dict(self) -> dict[str, Any]:
        """Return the camera as plain numbers for JSON; without the lens where it has none."""
        fields = asdict(self)
        if self.lens is None:
            del fields["lens"]
        else:
            # Where single pictures of a blurred one are seen from is nobody's camera.
            del fields["lens"]["beside"]
        return fields

    @property
    def K(self) -> FloatArray:
        """The 3x3 matrix that maps camera coordinates (with a lens, plane coordinates) to homogeneous pixels."""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])

    @property
    def radial_depth(self) -> bool:
        """Whether depth is the distance to the camera centre, not to the image plane."""
        return self.lens is not None and self.lens.radial

    def project(self, p_camera: ArrayLike) -> FloatArray:
        """Return pixels (n, 2) of points (n, 3) in the camera frame; NaN where the camera does not show them.

        A pinhole shows what lies before it: points at or behind z = 0 give NaN.
        """
        p = np.asarray(p_camera, dtype=float)
        if self.lens is None:
            z = np.where(p[:, 2] > 0, p[:, 2], np.nan)
            # Column by column in memory: most callers look for the ends of each.
            return np.array([self.fx * p[:, 0] / z + self.cx, self.fy * p[:, 1] / z + self.cy]).T
        return plane_of(self.lens, p) * (self.fx, self.fy) + (self.cx, self.cy)

    def depth_of(self, p_camera: ArrayLike) -> FloatArray:
        """Return the depth (n,) of points (n, 3) in the camera frame, metres."""
        p = np.asarray(p_camera, dtype=float)
        return np.linalg.norm(p, axis=1) if self.radial_depth else p[:, 2]

    def surely_shows(self, corners_camera: ArrayLike) -> bool:
        """Return whether a box, of corners (8, 3), lies wholly in the picture and is large enough to cover a pixel."""
        depths = self.depth_of(corners_camera)
        if depths.min() < self.near_m or depths.max() > self.far_m:
            return False
        pixels = self.project(corners_camera)
        low, high = pixels.min(axis=0), pixels.max(axis=0)
        inside = low.min() >= 0 and high[0] <= self.width - 1 and high[1] <= self.height - 1
        return bool(inside and (high - low).min() >= _SURELY_VISIBLE_PX)

    def unproject(self, depth_m: ArrayLike) -> FloatArray:
        """Return camera-frame points (height, width, 3) of a depth image (height, width), metres."""
        points = self.rays() * np.asarray(depth_m, dtype=float)[..., None]
        return points + self.origins() if self.is_orthographic else points

    def rays(self) -> FloatArray:
        """Return directions (height, width, 3) through the pixel centres, camera frame, NaN where nothing is seen.

        They are scaled to z = 1; to unit length where depth is the distance to the camera centre.
        """
        if self.lens is not None:
            return _lens_rays(self)
        u, v = np.meshgrid(np.arange(self.width, dtype=np.float64), np.arange(self.height, dtype=np.float64))
        rays = np.ones((self.height, self.width, 3))
        rays[..., 0], rays[..., 1] = (u - self.cx) / self.fx, (v - self.cy) / self.fy
        return rays

    def directions(self, u: FloatArray, v: FloatArray) -> FloatArray:
        """Return directions (n, 3) as `rays`, through any points (n,), (n,) of the image plane."""
        plane = np.column_stack([(u - self.cx) / self.fx, (v - self.cy) / self.fy])
        if self.lens is None:
            return np.column_stack([plane, np.ones(len(plane))])
        return directions_of(self.lens, plane)

    @property
    def is_orthographic(self) -> bool:
        """Whether its rays are parallel; those of all others meet in the camera centre."""
        return self.lens is not None and self.lens.kind == "orthographic"

    @property
    def widest_ray_rad(self) -> float:
        """The largest angle off the axis of any pixel's ray."""
        return _widest_ray_rad(self)

    def origins(self) -> FloatArray:
        """Return where rays begin, camera frame: (height, width, 3) for orthographic cameras, else (1, 1, 3) zeros."""
        if not self.is_orthographic:
            return np.zeros((1, 1, 3))
        origins = np.zeros((self.height, self.width, 3))
        origins[..., 0] = (np.arange(self.width) - self.cx) / self.fx
        origins[..., 1] = ((np.arange(self.height) - self.cy) / self.fy)[:, None]
        return origins

    def way_to(self, p_camera: FloatArray) -> tuple[FloatArray, float]:
        """Return the unit direction (3,) of the ray that ends at a point (3,), camera frame, and its length, metres."""
        if self.is_orthographic:
            return np.array([0.0, 0.0, 1.0]), float(p_camera[2])
        length_m = float(np.linalg.norm(p_camera))
        return p_camera / max(length_m, 1e-9), length_m

    def starts(self, u: FloatArray, v: FloatArray) -> FloatArray:
        """Return where the rays through points (n,), (n,) of the image plane begin (n, 3), as `origins`."""
        if not self.is_orthographic:
            return np.zeros((len(u), 3))
        return np.column_stack([(u - self.cx) / self.fx, (v - self.cy) / self.fy, np.zeros(len(u))])

    @property
    def centred(self) -> Intrinsics:
        """The same camera seen through the middle of its lens."""
        if self.lens is None or not any(self.lens.beside):
            return self
        return replace(self, lens=replace(self.lens, beside=(0.0, 0.0)))

    def finer(self, times: int) -> Intrinsics:
        """Return the same camera with every pixel cut into `times` x `times`."""
        return replace(
            self,
            width=self.width * times,
            height=self.height * times,
            fx=self.fx * times,
            fy=self.fy * times,
            cx=(self.cx + 0.5) * times - 0.5,
            cy=(self.cy + 0.5) * times - 0.5,
        )

    def gl_projection(self) -> FloatArray:
        """Return the 4x4 OpenGL clip matrix of a pinhole or an orthographic camera, axes right-down-forward.

        Row 0 of the picture (top) lies at clip y = +1, pixel centre u at clip x = 2 (u + 0.5) / width - 1.
        The matrix takes points of the right-down-forward camera frame directly (no axis flip needed before).

        Raises:
            UsageError: the camera has another lens, which no matrix can express.
        """
        n, f, w, h = self.near_m, self.far_m, self.width, self.height
        if self.is_orthographic:
            return np.array(
                [
                    [2 * self.fx / w, 0.0, 0.0, 2 * (self.cx + 0.5) / w - 1],
                    [0.0, -2 * self.fy / h, 0.0, 1 - 2 * (self.cy + 0.5) / h],
                    [0.0, 0.0, 2 / (f - n), -(f + n) / (f - n)],
                    [0.0, 0.0, 0.0, 1.0],
                ]
            )
        if self.lens is not None:
            raise UsageError(f"no matrix can express a camera with a lens ('{self.lens.kind}')")
        return np.array(
            [
                [2 * self.fx / w, 0.0, 2 * (self.cx + 0.5) / w - 1, 0.0],
                [0.0, -2 * self.fy / h, 1 - 2 * (self.cy + 0.5) / h, 0.0],
                [0.0, 0.0, (f + n) / (f - n), -2 * f * n / (f - n)],
                [0.0, 0.0, 1.0, 0.0],
            ]
        )


@lru_cache(maxsize=8)
def _lens_rays(camera: Intrinsics) -> FloatArray:
    if camera.lens is not None and any(camera.lens.beside):
        return seen_from_beside(
            camera.lens, _lens_rays(camera.centred)
        )  # of many, the middle's are solved for once
    u, v = np.meshgrid(np.arange(camera.width, dtype=float), np.arange(camera.height, dtype=float))
    rays = camera.directions(u.ravel(), v.ravel()).reshape(camera.height, camera.width, 3)
    rays.flags.writeable = False
    return rays


@lru_cache(maxsize=32)
def _widest_ray_rad(camera: Intrinsics) -> float:
    rays = camera.rays()
    return float(np.nanmax(np.arctan2(np.hypot(rays[..., 0], rays[..., 1]), rays[..., 2])))
