"""Regions: where things may be put. Axis-aligned boxes and level discs in the world frame, metres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from simgen.geometry import FloatArray, Vec3


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
    def height_m(self) -> float:
        """Vertical extent; 0 for a bare surface."""
        return self.max_m[2] - self.min_m[2]

    def draw_xy(self, rng: np.random.Generator, reach_xy_m: ArrayLike) -> FloatArray | None:
        """Draw where (2,) a centre may lie so that `reach_xy_m` to each side stays inside; None if it cannot fit."""
        reach = np.asarray(reach_xy_m, dtype=float)
        low, high = np.array(self.min_m[:2]) + reach, np.array(self.max_m[:2]) - reach
        u = rng.random(2)
        return None if np.any(low > high + 1e-9) else low + u * np.maximum(high - low, 0.0)

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

    @property
    def area_m2(self) -> float:
        """Level area."""
        return float(np.pi * self.radius_m**2)

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


Region = BoxRegion | DiscRegion
