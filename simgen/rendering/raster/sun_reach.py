"""Suns that light nothing of what a view of a room shows: low ones meet its upper walls, others never come in.

Each costs as much to shade and to look up shadows for as one that shines everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray, Vec3, invert_rigid
from simgen.records.frame import View
from simgen.rendering.raster.drawables import Drawable
from simgen.rendering.raster.enclosures import Enclosure
from simgen.rendering.raster.shadow_grids import corners_of
from simgen.rendering.raster.shadows import DirectionalLight

_BEAMS_ACROSS = 36  # along each side of the enclosure's box
_FEW = 37  # every so many of them
_INSIDE_M = 0.01  # how far inside the box beams are looked at: its sides are walls
_BEYOND_M = 0.3  # walls may be this thick: what is farther outside may be seen, and lit, through a window
_POKES_M = 0.05  # how far a body may reach into a wall or the floor
_BLUR_M = 0.05  # shadow maps are this rough


@dataclass(frozen=True, slots=True, eq=False)
class Beams:
    """A sun's light in an enclosure, as lines (n, 3) to (n, 3) from where it comes in to the box's far side.

    Attributes:
        margin_m: how far from a line light may be: as the next line is, and as the sun's disc spreads it.
    """

    starts_m: FloatArray
    ends_m: FloatArray
    margin_m: float


class SunReach:
    """Which suns may light what cameras in an enclosure see of it."""

    def __init__(self, enclosure: Enclosure) -> None:
        self._mesh, self._members = enclosure.shell.mesh, enclosure.shell.members
        self._low, self._high = enclosure.low_m, enclosure.high_m
        self._beams: dict[tuple[Vec3, float], Beams] = {}
        self._closed = self._holds(self._mesh.corners_m.reshape(-1, 3), _BEYOND_M)

    def holds(self, drawables: Sequence[Drawable], T_world_objects: FloatArray) -> bool:
        """Return whether all bodies, and walls but for their thickness, are in the enclosure."""
        others = [drawable for drawable in drawables if drawable.body.instance_id not in self._members]
        return self._closed and self._holds(corners_of(others, T_world_objects), _POKES_M)

    def seen(self, suns: Sequence[DirectionalLight], view: View) -> tuple[int, ...]:
        """Return the indices of the suns that may light something in a view of an enclosure that holds all bodies."""
        if view.intrinsics.lens is not None or not self._holds(view.T_world_camera[None, :3, 3], 0.0):
            return tuple(range(len(suns)))
        T, planes = invert_rigid(view.T_world_camera), _planes(view.intrinsics)
        inside = (planes @ T[:3, :3]).T, planes @ T[:3, 3]
        return tuple(index for index, sun in enumerate(suns) if _touch(self._beams_of(sun), *inside))

    def _holds(self, points_m: FloatArray, margin_m: float) -> bool:
        return bool(((points_m >= self._low - margin_m) & (points_m <= self._high + margin_m)).all())

    def _beams_of(self, sun: DirectionalLight) -> Beams:
        key = (sun.direction_world, sun.angular_diameter_rad)
        if key not in self._beams:
            self._beams[key] = self._found(
                np.asarray(sun.direction_world, dtype=float), sun.angular_diameter_rad
            )
        return self._beams[key]

    def _found(self, direction: FloatArray, angular_diameter_rad: float) -> Beams:
        low, high = self._low + _INSIDE_M, self._high - _INSIDE_M
        entries = np.concatenate([_side(low, high, axis, direction[axis] > 0) for axis in range(3)])
        starts = entries[~self._mesh.blocks(entries, direction)]
        goes = direction != 0.0
        room = np.where(direction > 0, starts - low, high - starts)[:, goes]
        ways = room / np.abs(direction[goes])
        ends = starts - direction * ways.min(axis=1)[:, None]
        size = high - low
        spread = float(np.linalg.norm(size)) * float(np.tan(angular_diameter_rad / 2))
        return Beams(starts, ends, float(size.max()) / _BEAMS_ACROSS + spread + _BLUR_M)


def _side(low: FloatArray, high: FloatArray, axis: int, upper: bool) -> FloatArray:
    """Return a grid of points (n, 3) on one side of a box."""
    shares = np.linspace(0.0, 1.0, _BEAMS_ACROSS)
    first, second = (grid.ravel() for grid in np.meshgrid(shares, shares))
    at = np.insert(np.column_stack([first, second]), axis, float(upper), axis=1)
    return low + at * (high - low)


def _touch(beams: Beams, normals: FloatArray, offsets: FloatArray) -> bool:
    """Return whether light of some beam is inside planes: of p, at `p @ normals + offsets` metres, (3, k) and (k,)."""
    offsets = offsets + beams.margin_m
    # A few tell soon of what shines nearly everywhere.
    for some in (slice(None, None, _FEW), slice(None)):
        if _cross(beams.starts_m[some] @ normals + offsets, beams.ends_m[some] @ normals + offsets).any():
            return True
    return False


def _cross(starts: FloatArray, ends: FloatArray) -> NDArray[np.bool_]:
    """Return (n,) whether some of a line is inside all planes, given how far inside its ends (n, p) are of each.

    Each plane leaves a part of the line (Cyrus and Beck, "Generalized two- and three-dimensional clipping", 1978).
    """
    steps = ends - starts
    with np.errstate(divide="ignore", invalid="ignore"):
        at = -starts / steps
    first = np.where(starts < 0, np.where(ends < 0, np.inf, at), 0.0).max(axis=1)
    last = np.where(ends < 0, np.where(starts < 0, -np.inf, at), 1.0).min(axis=1)
    return first <= last


def _planes(camera: Intrinsics) -> FloatArray:
    """Return (5, 3) unit normals, inwards, of the planes through a pinhole that bound what it sees, and its own."""
    left, right = -0.5 - camera.cx, camera.width - 0.5 - camera.cx
    top, bottom = -0.5 - camera.cy, camera.height - 0.5 - camera.cy
    normals = np.array(
        [
            (camera.fx, 0.0, -left),
            (-camera.fx, 0.0, right),
            (0.0, camera.fy, -top),
            (0.0, -camera.fy, bottom),
            (0.0, 0.0, 1.0),
        ]
    )
    return normals / np.linalg.norm(normals, axis=1, keepdims=True)
