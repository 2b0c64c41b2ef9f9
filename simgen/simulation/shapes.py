"""Collision hulls as an engine wants them: boxes and balls where a hull is one, and mass properties.

A box or ball is exact, faster and steadier than a mesh of the same form. Everything here is plain arithmetic
on one asset at scale 1; results are kept per asset, since many bodies share one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import pi

import numpy as np

from simgen.geometry import FloatArray, Quat, quaternion_from_matrix, spread_directions
from simgen.records.asset import Collision

MAX_HULL_VERTICES = 256  # Bullet searches all vertices of a hull for each contact
HULL_MARGIN_M = 0.001  # Bullet's own; it grows a hull by this much, so hulls are drawn in by as much
_THINNEST_M = 0.001  # a flat hull (a sheet) becomes a plate of this thickness
_BALL_MIN_VERTICES = 100  # fewer points on a sphere are a polyhedron that was meant
_RELATIVE_TOLERANCE = 1e-6
# Products of inertia below this share of the trace are taken as none: even density, which is assumed, is wrong by more.
# Bullet keeps boxes along the principal axes; along the object's own they are tight, so that fewer bodies that do not
# touch are solved, and kept awake, together (measured: in clutter a third of the pairs, a sixth of the time).
_SMALL_PRODUCTS = 0.03
_TURN_RAD = pi * (
    1.0 + 5.0**0.5
)  # the golden turn, backwards and twice around: which vertices hulls keep hangs on it


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """An axis-aligned box in the object frame."""

    center_m: FloatArray
    half_extents_m: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Ball:
    """A sphere in the object frame."""

    center_m: FloatArray
    radius_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Hull:
    """Any other convex part; `vertices_m` is (n, 3), object frame."""

    vertices_m: FloatArray


Part = Box | Ball | Hull


@dataclass(frozen=True, slots=True, eq=False)
class BodyShape:
    """What an engine needs to know of one asset at scale 1.

    Attributes:
        parts: convex parts in the object frame.
        center_of_mass_m: object frame.
        principal_quaternion_wxyz: principal axes of inertia -> object frame.
        inertia_per_kg_m2: (3,) principal moments about the centre of mass, for a body of 1 kg; grows with scale².
    """

    parts: tuple[Part, ...]
    center_of_mass_m: FloatArray
    principal_quaternion_wxyz: Quat
    inertia_per_kg_m2: FloatArray


@lru_cache(maxsize=1024)
def body_shape(collision: Collision) -> BodyShape:
    """Return the parts and mass properties of a collision shape (same object in, same object out)."""
    parts = tuple(part_of(np.asarray(hull, dtype=float)) for hull in collision.hulls_m)
    com = np.asarray(collision.center_of_mass_m, dtype=float)
    axes, moments = _principal_axes(_inertia(parts, com))
    return BodyShape(parts, com, axes, moments)


def drawn_in(vertices_m: FloatArray, margin_m: float = HULL_MARGIN_M) -> FloatArray:
    """Return a hull (n, 3) shrunk along each axis so that, grown by `margin_m`, it has its own box again.

    Parts thinner than the margin keep a tenth of their thickness.
    """
    low, high = vertices_m.min(axis=0), vertices_m.max(axis=0)
    center, half = (low + high) / 2, (high - low) / 2
    ratio = np.maximum(half - margin_m, 0.1 * half) / half
    return center + (vertices_m - center) * ratio


def vertices_of(part: Part) -> FloatArray:
    """Return the vertices (n, 3) of a part; a ball gives the corners of its box."""
    if isinstance(part, Hull):
        return part.vertices_m
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=float)
    half = part.half_extents_m if isinstance(part, Box) else np.full(3, part.radius_m)
    return part.center_m + signs * half


def part_of(hull: FloatArray) -> Part:
    """Return a hull (n, 3) as the part that an engine takes best: a box, a ball, or its outer vertices."""
    low, high = hull.min(axis=0), hull.max(axis=0)
    center, half = (low + high) / 2, (high - low) / 2
    if _is_box(hull, center, half):
        return Box(center, half)
    if _is_ball(hull, center, half):
        return Ball(center, float(half[0]))
    from scipy.spatial import ConvexHull, QhullError  # here: most scenes start without SciPy

    try:
        outer = hull[np.sort(ConvexHull(hull).vertices)]
    except QhullError:  # flat or a line: no volume
        return Box(center, np.maximum(half, _THINNEST_M / 2))
    return Hull(_thinned(outer))


def _is_box(hull: FloatArray, center: FloatArray, half: FloatArray) -> bool:
    on_corner = np.abs(np.abs(hull - center) - half) <= _RELATIVE_TOLERANCE * half.max()
    corners = {tuple(corner) for corner in (hull > center).tolist()}
    return bool(on_corner.all()) and len(corners) == 8


def _is_ball(hull: FloatArray, center: FloatArray, half: FloatArray) -> bool:
    radii = np.linalg.norm(hull - center, axis=1)
    round_enough = np.abs(radii - half[0]).max() <= _RELATIVE_TOLERANCE * half[0]
    return len(hull) >= _BALL_MIN_VERTICES and bool(round_enough)


def _thinned(hull: FloatArray) -> FloatArray:
    """Return at most `MAX_HULL_VERTICES` vertices: the extreme ones along evenly spread directions."""
    if len(hull) <= MAX_HULL_VERTICES:
        return hull
    extreme = np.argmax(hull @ spread_directions(MAX_HULL_VERTICES - 6, _TURN_RAD).T, axis=0)
    box = np.concatenate([hull.argmin(axis=0), hull.argmax(axis=0)])
    return hull[np.unique(np.concatenate([extreme, box]))]


def _inertia(parts: tuple[Part, ...], com: FloatArray) -> FloatArray:
    """Return the (3, 3) inertia tensor about `com` of 1 kg spread evenly over the parts' volumes."""
    pairs = [_second_moments(part, com) for part in parts]
    volume = sum(pair[0] for pair in pairs)
    covariance = np.sum([pair[1] for pair in pairs], axis=0) / volume
    return np.trace(covariance) * np.eye(3) - covariance


def _second_moments(part: Part, com: FloatArray) -> tuple[float, FloatArray]:
    """Return the volume of a part and the integral of r rᵀ over it, r from `com`, in m³ and m⁵."""
    if isinstance(part, Box):
        volume = float(8 * np.prod(part.half_extents_m))
        arm = part.center_m - com
        return volume, volume * (np.diag(part.half_extents_m**2) / 3 + np.outer(arm, arm))
    if isinstance(part, Ball):
        volume = 4 / 3 * np.pi * part.radius_m**3
        arm = part.center_m - com
        return volume, volume * (np.eye(3) * part.radius_m**2 / 5 + np.outer(arm, arm))
    return _hull_second_moments(part.vertices_m - com)


def _hull_second_moments(vertices: FloatArray) -> tuple[float, FloatArray]:
    """Sum over tetrahedra from an inner point p: V/20 (Σ vᵢvᵢᵀ + ssᵀ), s = Σ vᵢ (Tonon, J. Math. Stat. 1, 2004)."""
    from scipy.spatial import ConvexHull

    inner = vertices.mean(axis=0)
    faces = vertices[ConvexHull(vertices).simplices]
    volumes = np.abs(np.linalg.det(faces - inner)) / 6
    tetrahedra = np.concatenate([faces, np.broadcast_to(inner, (len(faces), 1, 3))], axis=1)
    sums = tetrahedra.sum(axis=1)
    moments = np.einsum("tvi,tvj->tij", tetrahedra, tetrahedra) + np.einsum("ti,tj->tij", sums, sums)
    return float(volumes.sum()), np.einsum("t,tij->ij", volumes, moments) / 20


def _principal_axes(inertia: FloatArray) -> tuple[Quat, FloatArray]:
    off_diagonal = np.abs(inertia - np.diag(np.diag(inertia))).max()
    if off_diagonal <= _SMALL_PRODUCTS * np.trace(inertia):
        return (1.0, 0.0, 0.0, 0.0), np.diag(inertia).copy()
    moments, R_object_principal = np.linalg.eigh(inertia)
    if np.linalg.det(R_object_principal) < 0:
        R_object_principal[:, 2] *= -1
    return quaternion_from_matrix(R_object_principal), moments
