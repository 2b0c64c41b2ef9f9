"""Regions: where things may be put. Axis-aligned boxes, level discs and strips along lanes; world frame, metres."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from simgen.geometry import FloatArray, Vec3
from simgen.records.lane import Lane
from simgen.worlds.lane_graph import LaneCurve


@dataclass(frozen=True, slots=True)
class BoxRegion:
    """An axis-aligned box; zero height makes it a rectangle on a surface.

    Raises:
        ValueError: a corner of `min_m` lies above that of `max_m`.
    """

    min_m: Vec3
    max_m: Vec3

    def __post_init__(self) -> None:
        if any(low > high for low, high in zip(self.min_m, self.max_m, strict=True)):
            raise ValueError(
                f"box_min {self.min_m} must not exceed box_max {self.max_m} on any axis; swap them"
            )

    @property
    def surface_m(self) -> float:
        """Height of the surface that things stand on."""
        return self.min_m[2]

    def surface_at(self, xy_m: ArrayLike) -> float:
        """Return the height of the surface at a place (2,)."""
        del xy_m
        return self.surface_m

    @property
    def center_m(self) -> Vec3:
        """Middle of the box."""
        x, y, z = ((low + high) / 2 for low, high in zip(self.min_m, self.max_m, strict=True))
        return (x, y, z)

    @property
    def area_m2(self) -> float:
        """Level area."""
        return (self.max_m[0] - self.min_m[0]) * (self.max_m[1] - self.min_m[1])

    @property
    def bounds_m(self) -> tuple[Vec3, Vec3]:
        """Corners of the axis-aligned box around it."""
        return self.min_m, self.max_m

    @property
    def height_m(self) -> float:
        """Vertical extent; 0 for a bare surface."""
        return self.max_m[2] - self.min_m[2]

    def draw_xy(self, rng: np.random.Generator, reach_xy_m: ArrayLike) -> FloatArray | None:
        """Draw where (2,) a centre may lie so that `reach_xy_m` to each side stays inside; None if it cannot fit."""
        u, v = rng.random(2).tolist()
        reach_x, reach_y = np.asarray(reach_xy_m, dtype=float).tolist()
        low_x, free_x = self.min_m[0] + reach_x, (self.max_m[0] - reach_x) - (self.min_m[0] + reach_x)
        low_y, free_y = self.min_m[1] + reach_y, (self.max_m[1] - reach_y) - (self.min_m[1] + reach_y)
        if free_x < -1e-9 or free_y < -1e-9:
            return None
        return np.array([low_x + u * max(free_x, 0.0), low_y + v * max(free_y, 0.0)])

    def contains(self, points_world: ArrayLike, tolerance_m: float = 1e-6) -> bool:
        """Return whether all points (n, 3) lie inside; a bare surface bounds x and y only."""
        p = np.atleast_2d(np.asarray(points_world, dtype=float))
        axes = 3 if self.height_m > 0 else 2
        low, high = np.array(self.min_m[:axes]), np.array(self.max_m[:axes])
        return bool(np.all((p[:, :axes] >= low - tolerance_m) & (p[:, :axes] <= high + tolerance_m)))


@dataclass(frozen=True, slots=True)
class DiscRegion:
    """A level disc.

    Raises:
        ValueError: the radius is not positive.
    """

    center_m: Vec3
    radius_m: float

    def __post_init__(self) -> None:
        if self.radius_m <= 0:
            raise ValueError(f"radius must be positive, got {self.radius_m} m")

    @property
    def surface_m(self) -> float:
        """Height of the surface that things stand on."""
        return self.center_m[2]

    def surface_at(self, xy_m: ArrayLike) -> float:
        """Return the height of the surface at a place (2,)."""
        del xy_m
        return self.surface_m

    @property
    def area_m2(self) -> float:
        """Level area."""
        return float(np.pi * self.radius_m**2)

    @property
    def bounds_m(self) -> tuple[Vec3, Vec3]:
        """Corners of the axis-aligned box around it."""
        (x, y, z), r = self.center_m, self.radius_m
        return (x - r, y - r, z), (x + r, y + r, z)

    @property
    def height_m(self) -> float:
        """A disc has no height."""
        return 0.0

    def draw_xy(self, rng: np.random.Generator, reach_xy_m: ArrayLike) -> FloatArray | None:
        """Draw where (2,) a centre may lie so that a box of that reach stays inside; None if it cannot fit.

        Uniform over the disc that surely holds the box (its half diagonal is kept from the rim).
        """
        u, v = rng.random(2)
        free = self.radius_m - float(np.linalg.norm(np.asarray(reach_xy_m, dtype=float)))
        if free < 0:
            return None
        r, angle = free * np.sqrt(u), 2 * np.pi * v
        return np.array(self.center_m[:2]) + r * np.array([np.cos(angle), np.sin(angle)])

    def contains(self, points_world: ArrayLike, tolerance_m: float = 1e-6) -> bool:
        """Return whether all points (n, 3) lie above or below the disc."""
        p = np.atleast_2d(np.asarray(points_world, dtype=float))
        return bool(
            np.all(np.linalg.norm(p[:, :2] - self.center_m[:2], axis=1) <= self.radius_m + tolerance_m)
        )


@dataclass(frozen=True, slots=True)
class StripRegion:
    """The ground between two lines that run along a lane; it bends and rises with it.

    Attributes:
        lane: what it runs along, from end to end.
        right_m: lateral place of its right border, negative to the right of the lane's middle line.
        left_m: of its left border.

    Raises:
        ValueError: the borders are the wrong way round.
    """

    lane: Lane
    right_m: float
    left_m: float

    def __post_init__(self) -> None:
        if self.right_m >= self.left_m:
            raise ValueError(
                f"strip: right {self.right_m} m must lie right of left {self.left_m} m; swap them"
            )

    @property
    def surface_m(self) -> float:
        """Height of the surface in its middle."""
        return self.center_m[2]

    def surface_at(self, xy_m: ArrayLike) -> float:
        """Return the height of the surface at a place (2,)."""
        x, y = (float(v) for v in np.asarray(xy_m, dtype=float)[:2])
        curve = _curve(self.lane)
        return curve.point_at(curve.s_of((x, y, 0.0))[0]).position_m[2]

    @property
    def center_m(self) -> Vec3:
        """Middle of the strip."""
        curve = _curve(self.lane)
        return curve.point_at(curve.length_m / 2, (self.left_m + self.right_m) / 2).position_m

    @property
    def area_m2(self) -> float:
        """Area, by the length of the lane."""
        return _curve(self.lane).length_m * (self.left_m - self.right_m)

    @property
    def bounds_m(self) -> tuple[Vec3, Vec3]:
        """Corners of the axis-aligned box around it."""
        points = np.array(_curve(self.lane).border(self.right_m) + _curve(self.lane).border(self.left_m))
        low, high = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        return (low[0], low[1], low[2]), (high[0], high[1], high[2])

    @property
    def height_m(self) -> float:
        """A strip has no height."""
        return 0.0

    def draw_xy(self, rng: np.random.Generator, reach_xy_m: ArrayLike) -> FloatArray | None:
        """Draw where (2,) a centre may lie so that `reach_xy_m` to each side stays inside; None if it cannot fit."""
        u, v = rng.random(2)
        reach, curve = np.asarray(reach_xy_m, dtype=float), _curve(self.lane)
        ends = float(np.linalg.norm(reach))
        s = ends + float(u) * (curve.length_m - 2 * ends)
        heading = curve.point_at(s).heading_rad
        side = float(reach[0] * abs(np.sin(heading)) + reach[1] * abs(np.cos(heading)))
        free = self.left_m - self.right_m - 2 * side
        if free < -1e-9 or curve.length_m < 2 * ends:
            return None
        return np.array(curve.point_at(s, self.right_m + side + float(v) * max(free, 0.0)).position_m[:2])

    def contains(self, points_world: ArrayLike, tolerance_m: float = 1e-6) -> bool:
        """Return whether all points (n, 3) lie above or below the strip."""
        curve = _curve(self.lane)
        for x, y, z in np.atleast_2d(np.asarray(points_world, dtype=float)):
            s, lateral = curve.s_of((float(x), float(y), float(z)))
            along = -tolerance_m <= s <= curve.length_m + tolerance_m
            if not along or not self.right_m - tolerance_m <= lateral <= self.left_m + tolerance_m:
                return False
        return True


@lru_cache(maxsize=64)
def _curve(lane: Lane) -> LaneCurve:
    return LaneCurve(lane)


Region = BoxRegion | DiscRegion | StripRegion
