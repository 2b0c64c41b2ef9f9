"""Lamps and panels as a path tracer takes them: cones from points on a lamp's disc, and shining rectangles.

A lamp's intensity falls with the cosine of the angle by a smoothstep; the cones that Mitsuba knows fall linearly
with the angle. So a lamp is a set of N cones: the cosines between its inner and outer angle are cut into N equal
steps, and cone n falls from its full intensity to none within step n; its share of the lamp's intensity is what
the lamp loses there. Their sum is the lamp's intensity exactly at the ends of the steps, and between them to 0.3 %
at most. Each cone shines from another point of the lamp's disc, which makes its shadows soft.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin, sqrt, tan

import numpy as np

from simgen.geometry import GOLDEN_TURN_RAD, FloatArray, Vec3
from simgen.records.asset import Float32Array
from simgen.records.light import PanelLight, SpotLight
from simgen.rendering.beams import share_of

_CONES = 32  # of a lamp: a penumbra has as many steps, which is below the grain
HOUSING_M = 0.05  # so far before its place a lamp on a body begins to shine: its housing does not block it
_BEAM_POINTS = 8  # of a headlight's disc
_PATTERN_PX = 1024  # of a beam that opens by 40 degrees, one is 0.09 degrees: half of the blur of its cut-off
_STRIDE = 19  # coprime to the number of cones: wide and narrow ones are spread over the disc alike


@dataclass(frozen=True, slots=True, eq=False)
class Cone:
    """Light from a point into a cone; full up to one angle, then falling linearly to none.

    Attributes:
        T_world_cone: (4, 4); it shines along +X.
        intensity_rgb: candela, along the axis.
        full_rad: angle from the axis up to which it is full.
        end_rad: angle at which it ends.
        share: of the lamp's light paths that it gets.
    """

    T_world_cone: FloatArray
    intensity_rgb: Vec3
    full_rad: float
    end_rad: float
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class Projected:
    """Light from a point into a pattern.

    Attributes:
        T_world_lamp: (4, 4); it shines along +X.
        intensity_rgb: candela, where the pattern is 1.
        half_rad: angle from the axis to the middle of each side of the pattern.
        pattern: (n, n) float32, on a plane ahead: columns run along +Y, rows along +Z.
        share: of the lamp's light paths that it gets.
    """

    T_world_lamp: FloatArray
    intensity_rgb: Vec3
    half_rad: float
    pattern: Float32Array
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class Rectangle:
    """A rectangle that shines to one side.

    Attributes:
        T_world_panel: (4, 4); it shines along +X, its width is along Y, its height along Z.
        size_m: width and height.
        luminance_rgb: cd/m².
    """

    T_world_panel: FloatArray
    size_m: tuple[float, float]
    luminance_rgb: Vec3


def cones_of(lamp: SpotLight, T_world_lamp: FloatArray) -> list[Cone]:
    """Return a lamp as cones, the widest last."""
    steps = 1 - np.arange(_CONES + 1) / _CONES
    inner, outer = cos(lamp.inner_angle_rad), cos(lamp.outer_angle_rad)
    angles = np.arccos(np.clip(outer + steps * (inner - outer), -1.0, 1.0))
    shares = -np.diff(steps**2 * (3 - 2 * steps))
    front = np.eye(4)
    front[0, 3] = HOUSING_M if lamp.mount else 0.0
    return [
        Cone(
            _from_disc(T_world_lamp @ front, lamp.radius_m, n),
            _scaled(lamp.color_rgb, lamp.intensity_cd * float(shares[n])),
            float(angles[n]),
            float(angles[n + 1]),
            float(shares[n]),
        )
        for n in range(_CONES)
    ]


def beams_of(lamp: SpotLight, T_world_lamp: FloatArray) -> list[Projected]:
    """Return a headlight as patterns thrown from points on its disc."""
    half_tan = tan(lamp.outer_angle_rad)
    across = (np.arange(_PATTERN_PX) + 0.5) / _PATTERN_PX * 2 - 1
    y, z = np.meshgrid(across * half_tan, across * half_tan)
    directions = np.stack([np.ones_like(y), y, z], axis=-1)
    directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
    pattern = share_of(lamp, directions).astype(np.float32)
    front = np.eye(4)
    front[0, 3] = HOUSING_M if lamp.mount else 0.0
    intensity = _scaled(lamp.color_rgb, lamp.intensity_cd / _BEAM_POINTS)
    places = (
        _from_disc(T_world_lamp @ front, lamp.radius_m, n * _CONES // _BEAM_POINTS)
        for n in range(_BEAM_POINTS)
    )
    share = 1.0 / _BEAM_POINTS
    return [Projected(place, intensity, lamp.outer_angle_rad, pattern, share) for place in places]


def rectangle_of(panel: PanelLight, T_world_panel: FloatArray) -> Rectangle:
    """Return a panel as a Lambertian rectangle: its luminance is flux / (pi area)."""
    luminance = panel.flux_lm / (pi * panel.width_m * panel.height_m)
    return Rectangle(T_world_panel, (panel.width_m, panel.height_m), _scaled(panel.color_rgb, luminance))


def _scaled(color_rgb: Vec3, level: float) -> Vec3:
    return (color_rgb[0] * level, color_rgb[1] * level, color_rgb[2] * level)


def _from_disc(T_world_lamp: FloatArray, radius_m: float, cone: int) -> FloatArray:
    """Return where a cone shines from: a point of the disc around the lamp's middle, square to its axis."""
    place = cone * _STRIDE % _CONES
    radius, turn = radius_m * sqrt((place + 0.5) / _CONES), place * GOLDEN_TURN_RAD
    shift = np.eye(4)
    shift[1:3, 3] = radius * cos(turn), radius * sin(turn)
    return T_world_lamp @ shift
