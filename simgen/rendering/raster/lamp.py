"""A lamp as the raster passes take it: a spot or a panel, in one form."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sqrt

import numpy as np

from simgen.geometry import FloatArray
from simgen.records.light import SpotLight
from simgen.rendering.beams import share_of
from simgen.rendering.lamps import Lights, PlacedPanel, PlacedSpot

NEAREST_BLOCKER_M = 0.05  # assumed: bodies nearer to a lamp than this, its own housing, do not block it


@dataclass(frozen=True, slots=True, eq=False)
class Lamp:
    """A spot or panel that is on, at one moment.

    Attributes:
        name: in its scene.
        T_world_lamp: (4, 4); it shines along +X.
        rgb: (3,) linear; of a spot candela along its axis, of a panel its luminance in cd/m².
        inner_cos: cosine of the angle up to which a spot has full intensity; 1 for a panel.
        outer_cos: cosine of the angle from which it has none; 0 for a panel, which shines over a half space.
        outer_rad: that angle.
        radius_m: of a spot's disc; of a panel, of the disc with its area.
        spot: what it is, unless it is a panel.
        half_m: half width (along Y) and half height (along Z) of a panel; None for a spot.
    """

    name: str
    T_world_lamp: FloatArray
    rgb: FloatArray
    inner_cos: float
    outer_cos: float
    outer_rad: float
    radius_m: float
    half_m: tuple[float, float] | None
    casts_shadows: bool
    spot: SpotLight | None = None

    @property
    def position_m(self) -> FloatArray:
        """(3,) world."""
        return self.T_world_lamp[:3, 3]

    @property
    def axis_world(self) -> FloatArray:
        """(3,) unit, the way it shines."""
        return self.T_world_lamp[:3, 0]

    @property
    def axis_rgb_cd(self) -> FloatArray:
        """(3,) intensity along the axis, candela, as seen from afar."""
        return self.rgb if self.half_m is None else self.rgb * (4 * self.half_m[0] * self.half_m[1])

    def falloff(self, directions: FloatArray) -> FloatArray:
        """Return (...) which part of its greatest intensity it sends along unit vectors (..., 3) of its own frame."""
        if self.spot is None:
            return np.maximum(directions[..., 0], 0.0)
        return share_of(self.spot, directions)

    @property
    def beam_code(self) -> float:
        """Its pattern as `beam.glsl` knows it."""
        if self.spot is None or self.spot.beam == "cone":
            return 0.0
        if self.spot.beam == "high":
            return 2.0
        return 1.0 if self.spot.near_side == "right" else -1.0


def lamps_of(lights: Lights) -> tuple[Lamp, ...]:
    """Return the spots, then the panels that shine, in the order of `Scene.light_names`."""
    return (*map(_spot, lights.spots), *map(_panel, lights.panels))


def _spot(placed: PlacedSpot) -> Lamp:
    light = placed.light
    return Lamp(
        name=light.name,
        T_world_lamp=placed.T_world_light,
        rgb=np.asarray(light.color_rgb) * light.intensity_cd,
        inner_cos=cos(light.inner_angle_rad),
        outer_cos=cos(light.outer_angle_rad),
        outer_rad=light.outer_angle_rad,
        radius_m=light.radius_m,
        half_m=None,
        casts_shadows=light.casts_shadows,
        spot=light,
    )


def _panel(placed: PlacedPanel) -> Lamp:
    light = placed.light
    area = light.width_m * light.height_m
    return Lamp(
        name=light.name,
        T_world_lamp=placed.T_world_light,
        rgb=np.asarray(light.color_rgb) * (light.flux_lm / (pi * area)),
        inner_cos=1.0,
        outer_cos=0.0,
        outer_rad=pi / 2,
        radius_m=sqrt(area / pi),
        half_m=(light.width_m / 2, light.height_m / 2),
        casts_shadows=light.casts_shadows,
    )
