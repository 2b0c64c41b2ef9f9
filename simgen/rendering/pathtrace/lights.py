"""Lights of a scene as a path tracer takes them: discs far away for suns, and the map around."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi, sin, tan

import numpy as np

from simgen.assets import AssetLibrary
from simgen.geometry import FloatArray, Vec3
from simgen.records.asset import Float32Array
from simgen.records.light import SunLight
from simgen.records.scene import Scene
from simgen.rendering.light_map import METERED_WIDTH, shrunk, sphere_grid, upward_illuminance

_SUN_DISTANCE = 2000.0  # in radii of the scene: its direction then differs by 0.03 degrees over the scene
_NEAREST_SUN_M = 1000.0
_NARROWEST_RAD = 1e-4  # a point has no disc; this one's penumbra is 0.1 mm a metre


@dataclass(frozen=True, slots=True, eq=False)
class SunDisc:
    """A sun as a disc of uniform luminance that faces the scene.

    Attributes:
        center_m: world.
        direction: unit, from the scene towards it.
        luminance_rgb: cd/m².
    """

    center_m: FloatArray
    direction: FloatArray
    radius_m: float
    luminance_rgb: Vec3


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """Light from all around.

    Attributes:
        luminance: of uniform surroundings, cd/m²; the scale of `radiance` where there is a map.
        radiance: (h, w, 3) as in `records.asset.EnvironmentMap`; None for uniform surroundings.
        rotation_rad: of the map about world Z.
    """

    luminance: float
    radiance: Float32Array | None
    rotation_rad: float


def surroundings(scene: Scene, library: AssetLibrary) -> Surroundings:
    """Return the light around a scene, scaled to give its illuminance on an upward-facing plane."""
    light = scene.environment
    if light.map is None:
        return Surroundings(light.illuminance_lux / pi, None, 0.0)
    radiance = library.load_environment(light.map).radiance
    upward = upward_illuminance(radiance)
    scale = light.illuminance_lux / upward if upward > 0 else 0.0
    return Surroundings(scale, radiance, light.rotation_rad)


def mean_luminance(light: Surroundings) -> FloatArray:
    """Return (3,) the mean luminance of surroundings over all directions, cd/m²."""
    if light.radiance is None:
        return np.full(3, light.luminance)
    metered = shrunk(light.radiance, METERED_WIDTH)
    _, solid_angles = sphere_grid(metered.shape[1], metered.shape[0])
    return light.luminance * (metered * solid_angles[..., None]).sum(axis=(0, 1), dtype=float) / (4 * pi)


def sun_discs(suns: Sequence[SunLight], center_m: FloatArray, radius_m: float) -> list[SunDisc]:
    """Return the suns as discs around a scene of this bounding sphere."""
    distance = max(_NEAREST_SUN_M, _SUN_DISTANCE * radius_m)
    return [_disc(sun, center_m, distance) for sun in suns if sun.illuminance_lux > 0]


def _disc(sun: SunLight, center_m: FloatArray, distance_m: float) -> SunDisc:
    direction = np.asarray(sun.direction_world, dtype=float)
    half = max(sun.angular_diameter_rad, _NARROWEST_RAD) / 2
    # A disc of half angle a and luminance L gives pi L sin(a)^2 on a plane that faces it.
    luminance = sun.illuminance_lux / (pi * sin(half) ** 2)
    r, g, b = (float(luminance * share) for share in sun.color_rgb)
    return SunDisc(center_m + direction * distance_m, direction, distance_m * tan(half), (r, g, b))
