"""Distributions over directions, points and rotations."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simgen.geometry import Quat, Vec3
from simgen.scenario.distributions.base import Distribution, require_finite


@dataclass(frozen=True)
class OnSphere(Distribution):
    """Points uniform over the surface of a sphere (Archimedes: height is uniform)."""

    radius: float = 1.0
    center: Vec3 = (0.0, 0.0, 0.0)
    kind = "on_sphere"

    def __post_init__(self) -> None:
        require_finite(self.kind, radius=self.radius, **dict(zip("xyz", self.center, strict=True)))
        if self.radius <= 0:
            raise ValueError(f"on_sphere: radius must be above 0, got {self.radius:g}")

    @property
    def support(self) -> tuple[Vec3, Vec3]:
        """Opposite corners of the box around the sphere."""
        x, y, z = self.center
        r = self.radius
        return ((x - r, y - r, z - r), (x + r, y + r, z + r))

    def sample(self, rng: np.random.Generator) -> Vec3:
        """Return a point; takes two uniform numbers."""
        height, azimuth = 2 * float(rng.random()) - 1, math.tau * float(rng.random())
        ring = self.radius * math.sqrt(max(0.0, 1 - height * height))
        x, y, z = self.center
        return (x + ring * math.cos(azimuth), y + ring * math.sin(azimuth), z + self.radius * height)

    def logpdf(self, point: Vec3) -> float:
        """Return the log density per area at a point of the sphere; minus infinity off it (by 1e-9 radii)."""
        off = abs(math.dist(point, self.center) - self.radius)
        return -math.log(4 * math.pi * self.radius**2) if off <= 1e-9 * self.radius else -math.inf

    def to_plain(self) -> object:
        """Return the canonical form."""
        return {"radius": self.radius, "center": list(self.center)}


@dataclass(frozen=True)
class InBox(Distribution):
    """Points uniform in an axis-aligned box; an axis without extent is constant."""

    box_min: Vec3
    box_max: Vec3
    kind = "in_region"

    def __post_init__(self) -> None:
        for axis, low, high in zip("xyz", self.box_min, self.box_max, strict=True):
            require_finite(self.kind, **{f"box_min {axis}": low, f"box_max {axis}": high})
            if low > high:
                raise ValueError(
                    f"in_region: box_min must not be above box_max, got {axis}: [{low:g}, {high:g}]"
                )

    @property
    def support(self) -> tuple[Vec3, Vec3]:
        """Opposite corners."""
        return (self.box_min, self.box_max)

    def sample(self, rng: np.random.Generator) -> Vec3:
        """Return a point; takes three uniform numbers."""
        shares = (float(rng.random()), float(rng.random()), float(rng.random()))
        x, y, z = (
            low + share * (high - low)
            for low, high, share in zip(self.box_min, self.box_max, shares, strict=True)
        )
        return (x, y, z)

    def logpdf(self, point: Vec3) -> float:
        """Return the log density over the axes that have extent."""
        ranges = list(zip(self.box_min, self.box_max, strict=True))
        if not all(low <= value <= high for value, (low, high) in zip(point, ranges, strict=True)):
            return -math.inf
        return -math.fsum(math.log(high - low) for low, high in ranges if high > low)

    def to_plain(self) -> object:
        """Return the canonical form."""
        return {"box_min": list(self.box_min), "box_max": list(self.box_max)}


@dataclass(frozen=True)
class InDisc(Distribution):
    """Points uniform in a horizontal disc."""

    center: Vec3
    radius: float
    kind = "in_region"

    def __post_init__(self) -> None:
        require_finite(self.kind, radius=self.radius, **dict(zip("xyz", self.center, strict=True)))
        if self.radius <= 0:
            raise ValueError(f"in_region: radius must be above 0, got {self.radius:g}")

    @property
    def support(self) -> tuple[Vec3, Vec3]:
        """Opposite corners of the rectangle around the disc."""
        x, y, z = self.center
        return ((x - self.radius, y - self.radius, z), (x + self.radius, y + self.radius, z))

    def sample(self, rng: np.random.Generator) -> Vec3:
        """Return a point; takes two uniform numbers."""
        ring, azimuth = self.radius * math.sqrt(float(rng.random())), math.tau * float(rng.random())
        x, y, z = self.center
        return (x + ring * math.cos(azimuth), y + ring * math.sin(azimuth), z)

    def logpdf(self, point: Vec3) -> float:
        """Return the log density per area."""
        x, y, z = self.center
        inside = math.hypot(point[0] - x, point[1] - y) <= self.radius and point[2] == z
        return -math.log(math.pi * self.radius**2) if inside else -math.inf

    def to_plain(self) -> object:
        """Return the canonical form."""
        return {"center": list(self.center), "radius": self.radius}


@dataclass(frozen=True)
class UniformRotation(Distribution):
    """Every orientation alike (Haar measure on SO(3)), as a unit quaternion (w, x, y, z)."""

    kind = "uniform_rotation"

    def sample(self, rng: np.random.Generator) -> Quat:
        """Return a rotation; takes three uniform numbers (Shoemake, Graphics Gems III, 1992)."""
        split, a, b = (float(rng.random()) for _ in range(3))
        a, b = math.tau * a, math.tau * b
        low, high = math.sqrt(1 - split), math.sqrt(split)
        return (high * math.cos(b), low * math.sin(a), low * math.cos(a), high * math.sin(b))

    def logpdf(self, quaternion_wxyz: Quat) -> float:
        """Return the log density relative to the Haar measure of total mass 1, which is 0 everywhere."""
        return 0.0

    def to_plain(self) -> object:
        """Return the canonical form."""
        return {}
