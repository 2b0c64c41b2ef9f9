"""How far apart a lens shows directions: tables from which bounds of what it shows are taken, never the picture itself.

A lens that is symmetric about its axis shows an angle t off the axis at the radius g(t) of the image plane. Along a
great circle, walked at unit speed and at the angle s to the radius, the image has the second derivative
g'' cos² s + (g' sin t cos t - g) sin² s / sin² t outwards and (g' - g cot t) sin 2s / sin t across; an arc of length L
then bends by at most L² / 8 times the most of it from the straight line between its ends (the remainder of linear
interpolation). Beyond the angles that the picture shows, g goes on as a straight line: for bounds it only has to grow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, pi

import numpy as np

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray
from simgen.lens import Lens, plane_of
from simgen.rendering.frustum import BEYOND_PX

_ENTRIES = 2048  # from 0 to pi, with both
_FLATTEST = 0.1  # slope of a radius that goes on
_SIDES = np.linspace(0.0, pi / 2, 17)
_SAFE = 1.05  # what sampled derivatives may miss
# Of single precision, which arc tangents are made to (`lens_project.glsl`).
_ROUNDING_PX, _ROUNDING_RAD = 0.01, 2e-6
_KINK_PX = 0.03


def needs_rays(camera: Intrinsics) -> bool:
    """Return whether no matrix can express a camera's projection."""
    return camera.lens is not None and not camera.is_orthographic


def is_panorama(camera: Intrinsics) -> bool:
    """Return whether a camera has longitudes and latitudes for columns and rows."""
    return camera.lens is not None and camera.lens.kind == "equirectangular"


@dataclass(frozen=True, slots=True, eq=False)
class LensTable:
    """A radial lens by the angle off its axis.

    Attributes:
        radius: (n,) on the image plane, of angles spread evenly over 0 to pi.
        bend: (n,) the most that the image of a great circle bends up to that angle, image plane for each rad².
        stretch: (n,) the most that a radian is magnified up to that angle, image plane for each rad.
        seen_rad: largest angle of any pixel.
        margin_px: what radii read from the table may be wrong by.
    """

    radius: FloatArray
    bend: FloatArray
    stretch: FloatArray
    seen_rad: float
    margin_px: float

    def index(self, angle_rad: float) -> int:
        """Return the entry of the next angle in the table."""
        return min(ceil(min(max(angle_rad, 0.0), pi) / pi * (len(self.radius) - 1)), len(self.radius) - 1)


@lru_cache(maxsize=32)
def lens_table(camera: Intrinsics) -> LensTable:
    """Return the table of a camera with a Brown-Conrady or fisheye lens."""
    angles = np.linspace(0.0, pi, _ENTRIES)
    seen = widest_ray(camera.centred)
    radius = _radii(camera, angles, seen)
    slope = np.gradient(radius, angles)
    bend, stretch = _bend(angles, radius, slope), np.maximum(slope, radius / np.maximum(np.sin(angles), 1e-9))
    stretch[0] = slope[0]
    focal = max(camera.fx, camera.fy)
    skew_bend, skew_kink = _skew(camera, min(seen, 1.5))
    bend = np.maximum.accumulate(bend) * _SAFE + skew_bend + skew_kink**2 * focal / (8 * _KINK_PX)
    bend += 2 * _off_middle(camera) * np.maximum.accumulate(stretch)
    between = (angles[1:] + angles[:-1]) / 2
    wrong = float(np.abs(_radii(camera, between, seen) - (radius[1:] + radius[:-1]) / 2).max())
    margin = (
        _ROUNDING_PX + _KINK_PX * (skew_kink > 0) + (_ROUNDING_RAD * float(slope.max()) + 2 * wrong) * focal
    )
    return LensTable(radius, bend, np.maximum.accumulate(stretch), seen, margin)


def _off_middle(camera: Intrinsics) -> float:
    """Return how far off great circles straight lines are that a fisheye shows from beside its middle.

    Planes through the place beside cut the sphere in focus in circles that miss its middle by no more than the place
    does, and bend as much more.
    """
    return float(np.hypot(*camera.lens.beside)) if camera.lens is not None and camera.lens.radial else 0.0


def widest_ray(camera: Intrinsics) -> float:
    """Return the largest angle off the axis of any pixel's ray, a little added."""
    return min(camera.widest_ray_rad + BEYOND_PX / min(camera.fx, camera.fy), pi)


def skew_of(lens: Lens) -> tuple[float, float]:
    """Return p1 and p2 of a lens."""
    given = (*lens.coefficients, 0.0, 0.0, 0.0, 0.0)
    return (given[2], given[3]) if lens.kind == "brown_conrady" else (0.0, 0.0)


def _radii(camera: Intrinsics, angles: FloatArray, seen_rad: float) -> FloatArray:
    """Return the radius at angles, going on straight where the picture ends or the lens shows nothing."""
    if camera.lens is None:
        raise ValueError("a pinhole has no table")
    k = (*camera.lens.coefficients, *(0.0,) * 5)
    even = (*k[:2], 0.0, 0.0, k[4]) if camera.lens.kind == "brown_conrady" else camera.lens.coefficients
    lens = replace(camera.lens, coefficients=even, beside=(0.0, 0.0))

    def shown(at: FloatArray) -> FloatArray:
        return plane_of(lens, np.column_stack([np.sin(at), np.zeros_like(at), np.cos(at)]))[:, 0]

    end = seen_rad
    while not np.isfinite(shown(np.array([end]))[0]):
        end -= 1e-3
    last = shown(np.array([end, end - 1e-4]))
    onward = max(float(last[0] - last[1]) / 1e-4, _FLATTEST)
    inside = shown(np.minimum(angles, end))
    return np.where(angles <= end, inside, last[0] + onward * (angles - end))


def _bend(angles: FloatArray, radius: FloatArray, slope: FloatArray) -> FloatArray:
    curve = np.gradient(slope, angles)[:, None]
    t = np.clip(angles, angles[1], angles[-2])[:, None]
    g, dg = radius[:, None], slope[:, None]
    sine, cosine = np.sin(t), np.cos(t)
    out = curve * np.cos(_SIDES) ** 2 + (dg * sine * cosine - g) / sine**2 * np.sin(_SIDES) ** 2
    across = (dg - g * cosine / sine) / sine * np.sin(2 * _SIDES)
    bend = np.hypot(out, across).max(axis=1)
    bend[0] = bend[1]
    return bend


def _skew(camera: Intrinsics, seen_rad: float) -> tuple[float, float]:
    """Return how much the tangential part bends, and how abruptly it stops where the picture ends."""
    p = 0.0 if camera.lens is None else sum(abs(v) for v in skew_of(camera.lens))
    tan, sec = np.tan(seen_rad), 1 / np.cos(seen_rad)
    return float(6 * p * (sec**4 + 2 * tan**2 * sec**2)), float(6 * p * tan * sec**2)
