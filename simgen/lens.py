"""What a lens makes of directions: formulas between camera axes (right-down-forward) and the image plane.

Plane coordinates (x, y) are pixels less the principal point, over the focal length: `(u - cx) / fx`, `(v - cy) / fy`.

- `brown_conrady` (Brown 1966; OpenCV `projectPoints`): with a = X / Z, b = Y / Z and r² = a² + b²,
  `x = a R + 2 p1 a b + p2 (r² + 2 a²)`, `y = b R + p1 (r² + 2 b²) + 2 p2 a b`, `R = 1 + k1 r² + k2 r⁴ + k3 r⁶`.
- `fisheye` (Kannala and Brandt 2006; OpenCV `fisheye`): an angle t off the axis lies at the radius
  `t (1 + k1 t² + k2 t⁴ + k3 t⁶ + k4 t⁸)`, in the direction of (X, Y); t may pass a right angle. Focal lengths are
  pixels per radian on the axis.
- `equirectangular`: x is the azimuth `atan2(X, Z)`, y the angle below the horizon `atan2(Y, hypot(X, Z))`; focal
  lengths are pixels per radian.
- `orthographic`: x = X, y = Y; focal lengths are pixels per metre.

A lens that is open lets light in beside its middle, too. From a place there, `beside`, the ray of a pixel goes to the
point that the pixel shows of the surface in focus: a plane before a Brown-Conrady lens, a sphere around a fisheye.

Polynomials turn round somewhere: beyond that, and beyond a fisheye's own border, a lens shows nothing (NaN).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import inf, pi
from typing import Literal

import numpy as np

from simgen.geometry import FloatArray

LensKind = Literal["brown_conrady", "fisheye", "equirectangular", "orthographic"]
COEFFICIENTS: dict[str, tuple[str, ...]] = {
    "brown_conrady": ("k1", "k2", "p1", "p2", "k3"),  # OpenCV's order
    "fisheye": ("k1", "k2", "k3", "k4"),
    "equirectangular": (),
    "orthographic": (),
}

_ROUNDS = 60  # of solving at most; it ends once all has converged
_CONVERGED = 1e-13
_MET = 1e-9  # plane coordinates: a solution that is farther off is none
_FARTHEST = 1e3  # tangent of the widest angle that a lens without a turning point is asked for


@dataclass(frozen=True, slots=True)
class Lens:
    """A lens that is not a pinhole.

    Attributes:
        coefficients: as `COEFFICIENTS` names them; those left out are 0.
        widest_rad: angle off the axis beyond which a fisheye shows nothing.
        beside: place on the aperture that it is seen through, to the right and down, as a share of the distance in
            focus; only of a Brown-Conrady lens and a fisheye.
    """

    kind: LensKind
    coefficients: tuple[float, ...] = ()
    widest_rad: float = pi
    beside: tuple[float, float] = (0.0, 0.0)

    @property
    def radial(self) -> bool:
        """Whether its depth is the distance to the camera centre, as planar depth would not be positive everywhere."""
        return self.kind in ("fisheye", "equirectangular")


def plane_of(lens: Lens, p_camera: FloatArray) -> FloatArray:
    """Return plane coordinates (n, 2) of points (n, 3) in the camera frame; NaN where the lens does not show them."""
    p_camera = seen_from_middle(lens, p_camera)
    x, y, z = p_camera[:, 0], p_camera[:, 1], p_camera[:, 2]
    if lens.kind == "orthographic":
        return np.where((z > 0)[:, None], p_camera[:, :2], np.nan)
    if lens.kind == "equirectangular":
        shown = np.where((x == 0) & (y == 0) & (z == 0), np.nan, 0.0)
        return np.column_stack([np.arctan2(x, z) + shown, np.arctan2(y, np.hypot(x, z)) + shown])
    if lens.kind == "fisheye":
        return _fisheye_plane(lens, x, y, z)
    ahead = np.where(z > 0, z, np.nan)
    flat = np.column_stack([x / ahead, y / ahead])
    shown = np.hypot(flat[:, 0], flat[:, 1]) <= _turning_point(lens)
    return np.where(shown[:, None], _brown(lens, flat), np.nan)


def seen_from_middle(lens: Lens, p_camera: FloatArray) -> FloatArray:
    """Return where the middle of a lens sees what it shows of points (n, 3) from `beside`: (n, 3), of any length."""
    if not any(lens.beside):
        return p_camera
    shift = np.array([*lens.beside, 0.0])
    if not lens.radial:
        return p_camera + p_camera[:, 2:] * shift
    towards = p_camera / np.maximum(np.linalg.norm(p_camera, axis=1, keepdims=True), 1e-300)
    ahead = towards @ shift
    to_sphere = np.sqrt(ahead**2 + 1.0 - shift @ shift) - ahead
    return shift + to_sphere[:, None] * towards


def seen_from_beside(lens: Lens, rays: FloatArray) -> FloatArray:
    """Return the directions from `beside` of pixels whose directions (..., 3) from the middle are known."""
    if not any(lens.beside):
        return rays
    moved = rays - np.array([*lens.beside, 0.0])
    return moved / np.linalg.norm(moved, axis=-1, keepdims=True) if lens.radial else moved


def directions_of(lens: Lens, plane: FloatArray) -> FloatArray:
    """Return directions (n, 3), camera frame, of plane coordinates (n, 2); NaN where the lens shows nothing.

    Their z is 1, of `radial` lenses their length.
    """
    return seen_from_beside(lens, _from_middle(lens, plane))


def _from_middle(lens: Lens, plane: FloatArray) -> FloatArray:
    if lens.kind == "orthographic":
        return np.broadcast_to(np.array([0.0, 0.0, 1.0]), (len(plane), 3)).copy()
    if lens.kind == "equirectangular":
        azimuth, below = plane[:, 0], plane[:, 1]
        rays = np.column_stack(
            [np.sin(azimuth) * np.cos(below), np.sin(below), np.cos(azimuth) * np.cos(below)]
        )
        shown = (np.abs(azimuth) <= pi + 1e-12) & (np.abs(below) <= pi / 2 + 1e-12)
        return np.where(shown[:, None], rays, np.nan)
    if lens.kind == "fisheye":
        return _fisheye_rays(lens, plane)
    flat = _brown_flat(lens, plane)
    return np.column_stack([flat, np.where(np.isnan(flat[:, 0]), np.nan, 1.0)])


def widest_angle(lens: Lens) -> float:
    """Return the largest angle off the axis that a lens can show, radians."""
    if lens.kind == "fisheye":
        return min(lens.widest_rad, pi, _turning_point(lens))
    return float(np.arctan(_turning_point(lens))) if lens.kind == "brown_conrady" else pi


def _full(lens: Lens) -> tuple[float, ...]:
    missing = len(COEFFICIENTS[lens.kind]) - len(lens.coefficients)
    return (*lens.coefficients, *(0.0,) * missing)


def _radial(lens: Lens) -> tuple[float, ...]:
    """Return k1, k2, ... of a lens: the polynomial of its radius."""
    full = _full(lens)
    return (full[0], full[1], full[4]) if lens.kind == "brown_conrady" else full


@cache
def _turning_point(lens: Lens) -> float:
    """Return the smallest radius (angle) at which the polynomial stops growing; infinite if it never does."""
    slope = [(2 * n + 3) * k for n, k in enumerate(_radial(lens))]
    roots = np.roots([0.0 if abs(k) < 1e-12 else k for k in (*reversed(slope), 1.0)])
    squares = roots.real[(np.abs(roots.imag) < 1e-12) & (roots.real > 0)]
    return float(np.sqrt(squares.min())) if len(squares) else inf


def _grown(lens: Lens, r: FloatArray) -> FloatArray:
    """Return r (1 + k1 r² + k2 r⁴ + ...)."""
    factor = np.zeros_like(r)
    for k in reversed(_radial(lens)):
        factor = (factor + k) * r * r
    return r * (1 + factor)


def _growth(lens: Lens, r: FloatArray) -> FloatArray:
    slope = np.zeros_like(r)
    for n, k in reversed(list(enumerate(_radial(lens)))):
        slope = (slope + (2 * n + 3) * k) * r * r
    return 1 + slope


def _shrunk(lens: Lens, grown: FloatArray, end: float) -> FloatArray:
    """Return r in 0..end with `_grown(r) = grown`, the nearest there is: Newton's method kept inside a bracket."""
    low, high = np.zeros_like(grown), np.full_like(grown, end)
    r = np.minimum(grown, end)
    for _ in range(_ROUNDS):
        off = _grown(lens, r) - grown
        low, high = np.where(off < 0, r, low), np.where(off < 0, high, r)
        following = r - off / np.maximum(_growth(lens, r), 1e-6)
        following = np.where((following < low) | (following > high), (low + high) / 2, following)
        step, r = np.abs(following - r).max(initial=0.0), following
        if step < _CONVERGED:
            break
    return r


def _brown(lens: Lens, flat: FloatArray) -> FloatArray:
    k1, k2, p1, p2, k3 = _full(lens)
    a, b = flat[:, 0], flat[:, 1]
    s = a * a + b * b
    radial = 1 + s * (k1 + s * (k2 + s * k3))
    x = a * radial + 2 * p1 * a * b + p2 * (s + 2 * a * a)
    y = b * radial + p1 * (s + 2 * b * b) + 2 * p2 * a * b
    return np.column_stack([x, y])


def _brown_flat(lens: Lens, plane: FloatArray) -> FloatArray:
    """Return (X / Z, Y / Z) of plane coordinates; NaN where there is none.

    The radial part is solved alone; Newton's method then adds the tangential one, which is small.
    """
    end = min(_turning_point(lens), _FARTHEST)
    radius = np.hypot(plane[:, 0], plane[:, 1])
    flat = plane * (_shrunk(lens, radius, end) / np.where(radius > 0, radius, 1.0))[:, None]
    if any(_full(lens)[2:4]):
        for _ in range(_ROUNDS):
            step = _brown_step(lens, flat, plane)
            flat = flat - step
            length = np.hypot(flat[:, 0], flat[:, 1])
            flat *= np.minimum(1.0, end / np.maximum(length, 1e-300))[:, None]
            if np.abs(step).max(initial=0.0) < _CONVERGED:
                break
    met = np.abs(_brown(lens, flat) - plane).max(axis=1, initial=0.0) < _MET
    return np.where(met[:, None], flat, np.nan)


def _brown_step(lens: Lens, flat: FloatArray, plane: FloatArray) -> FloatArray:
    """Return one step of Newton's method towards the point that shows at plane coordinates."""
    k1, k2, p1, p2, k3 = _full(lens)
    a, b = flat[:, 0], flat[:, 1]
    s = a * a + b * b
    radial, slope = 1 + s * (k1 + s * (k2 + s * k3)), k1 + s * (2 * k2 + s * 3 * k3)
    xx = radial + 2 * a * a * slope + 2 * p1 * b + 6 * p2 * a
    xy = 2 * a * b * slope + 2 * p1 * a + 2 * p2 * b
    yy = radial + 2 * b * b * slope + 6 * p1 * b + 2 * p2 * a
    off = _brown(lens, flat) - plane
    scale = xx * yy - xy * xy
    scale = np.where(np.abs(scale) > 1e-6, scale, 1e-6)
    step = np.column_stack([yy * off[:, 0] - xy * off[:, 1], xx * off[:, 1] - xy * off[:, 0]])
    return np.clip(step / scale[:, None], -0.1, 0.1)


def _fisheye_plane(lens: Lens, x: FloatArray, y: FloatArray, z: FloatArray) -> FloatArray:
    across = np.hypot(x, y)
    angle = np.arctan2(across, z)
    # On the axis the direction of (X, Y) does not matter: the radius is 0 there.
    scale = _grown(lens, angle) / np.where(across > 0, across, 1.0)
    shown = (angle <= widest_angle(lens)) & ((across > 0) | (z > 0))
    return np.where(shown[:, None], np.column_stack([x * scale, y * scale]), np.nan)


def _fisheye_rays(lens: Lens, plane: FloatArray) -> FloatArray:
    radius = np.hypot(plane[:, 0], plane[:, 1])
    angle = _shrunk(lens, radius, widest_angle(lens))
    shown = np.abs(_grown(lens, angle) - radius) < _MET
    across = np.sin(angle) / np.where(radius > 0, radius, 1.0)
    rays = np.column_stack([plane[:, 0] * across, plane[:, 1] * across, np.cos(angle)])
    return np.where(shown[:, None], rays, np.nan)
