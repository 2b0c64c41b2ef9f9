"""Rectangles of the image that hold all that a lens shows of a mesh: for the CPU what `lens.geom` has of a triangle."""

from __future__ import annotations

from math import asin, cos, inf, pi, tan

import numpy as np

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray
from simgen.lens import seen_from_middle
from simgen.rendering.raster.lens_table import is_panorama, lens_table, skew_of

Extent = tuple[float, float, float, float]

EVERYWHERE: Extent = (-inf, -inf, inf, inf)
# Of a triangle on the sphere around the eye, no point is farther than this share of its longest side from a corner, as
# long as that is at most 2 rad.
_WITHIN, _LONGEST_RAD = 0.75, 2.0
_OUTERMOST_RAD, _STEEPEST_RAD = (
    3.05,
    1.45,
)  # beyond, bounds say nothing: near the far end of the axis, near a pole
_PANORAMA_MARGIN_PX = 0.5


def bounds_of(camera: Intrinsics, points_camera: FloatArray, longest_m: float) -> Extent:
    """Return x0, y0, x1, y1 of a rectangle of the image plane, pixels, around what is shown of triangles.

    Args:
        camera: with a lens whose rays meet in its centre.
        points_camera: (n, 3) corners of the triangles, camera frame.
        longest_m: of their edges.
    """
    distances = np.linalg.norm(points_camera, axis=1)
    half_chord = longest_m / max(2 * float(distances.min()), 1e-12)
    if camera.lens is not None and any(camera.lens.beside):
        points_camera = seen_from_middle(camera.lens, points_camera)
        half_chord *= 1 + 3 * float(np.hypot(*camera.lens.beside))
    side = 2 * asin(half_chord) if half_chord < 1 else pi
    if side > _LONGEST_RAD:
        return EVERYWHERE
    if is_panorama(camera):
        return _panorama_bounds(camera, points_camera, side)
    return _radial_bounds(camera, points_camera, side)


def _radial_bounds(camera: Intrinsics, points: FloatArray, side: float) -> Extent:
    table = lens_table(camera)
    x, y, z = points.T
    across = np.hypot(x, y)
    angles = np.arctan2(across, z)
    top = float(angles.max()) + _WITHIN * side
    if top > _OUTERMOST_RAD:
        return EVERYWHERE
    grid = np.linspace(0.0, pi, len(table.radius))
    towards = points[:, :2] / np.maximum(across, 1e-30)[:, None]
    plane = towards * np.interp(angles, grid, table.radius)[:, None] + _skewed(camera, towards, angles)
    pixels = plane * (camera.fx, camera.fy) + (camera.cx, camera.cy)
    bulge = float(table.bend[table.index(top)]) * side**2 / 8
    more_x, more_y = bulge * camera.fx + table.margin_px, bulge * camera.fy + table.margin_px
    (x0, y0), (x1, y1) = pixels.min(axis=0), pixels.max(axis=0)
    return (float(x0) - more_x, float(y0) - more_y, float(x1) + more_x, float(y1) + more_y)


def _skewed(camera: Intrinsics, towards: FloatArray, angles: FloatArray) -> FloatArray:
    """Return the tangential part of a Brown-Conrady lens, kept as it is where the picture ends."""
    p = np.array(skew_of(camera.lens)) if camera.lens is not None else np.zeros(2)
    if not p.any():
        return np.zeros_like(towards)
    flat = towards * np.tan(np.minimum(angles, min(lens_table(camera).seen_rad, 1.5)))[:, None]
    squares = (flat**2).sum(axis=1, keepdims=True) + 2 * flat**2
    return 2 * p * flat.prod(axis=1, keepdims=True) + p[::-1] * squares


def _panorama_bounds(camera: Intrinsics, points: FloatArray, side: float) -> Extent:
    x, y, z = points.T
    azimuths, below = np.sort(np.arctan2(x, z)), np.arctan2(y, np.hypot(x, z))
    within = _WITHIN * side
    rise = within * camera.fy + _PANORAMA_MARGIN_PX
    y0, y1 = (float(v) * camera.fy + camera.cy for v in (below.min(), below.max()))
    top = float(np.abs(below).max()) + within
    if top > _STEEPEST_RAD:
        return (-inf, y0 - rise, inf, y1 + rise)
    bend = tan(top) * side**2 / 8
    turn = bend / cos(top) + _PANORAMA_MARGIN_PX / camera.fx
    gap = azimuths[0] + 2 * pi - azimuths[-1]  # across the seam
    # A gap that no edge can span: the mesh lies on one side of it, and so all between the outermost corners.
    if gap < side / cos(top) + 2 * turn:
        return (-inf, y0 - rise, inf, y1 + rise)
    x0, x1 = (float(v) * camera.fx + camera.cx for v in (azimuths[0] - turn, azimuths[-1] + turn))
    rise = bend * camera.fy + _PANORAMA_MARGIN_PX
    return (x0, y0 - rise, x1, y1 + rise)
