"""Suns and surroundings light of a scene; the colour of a black body."""

from __future__ import annotations

from math import cos, sin

import numpy as np

from simgen.assets.daylight import beam_color, beam_lux
from simgen.colour import LUMINANCE_RGB
from simgen.errors import AssetError, Problem, ScenarioError
from simgen.geometry import Vec3, vec3
from simgen.records.asset import AssetRef
from simgen.records.light import EnvironmentLight, Fog, SunLight
from simgen.sampling.draws import Draws
from simgen.scenario import spec

COLDEST_K, HOTTEST_K = 1667.0, 25000.0
_DEFAULT_SUN_K = 5800.0
_DEFAULT_ENVIRONMENT_LUX = 500.0

# XYZ -> linear sRGB (IEC 61966-2-1, D65)
_RGB_FROM_XYZ = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])


def black_body_rgb(temperature_k: float) -> Vec3:
    """Return the linear sRGB colour of a black body, scaled to luminance 1.

    Chromaticity by the cubic fit to the Planckian locus of Kim et al., "Design of advanced color temperature
    control system for HDTV applications", J. Korean Phys. Soc. 41 (2002), for 1667 K to 25000 K. A negative
    component (outside the sRGB gamut, below about 1900 K) is cut to 0 before scaling.

    Raises:
        ValueError: the temperature lies outside the fit.
    """
    if not COLDEST_K <= temperature_k <= HOTTEST_K:
        raise ValueError(
            f"colour temperature must be {COLDEST_K:g} to {HOTTEST_K:g} K, got {temperature_k:g} K"
        )
    x, y = _planckian_xy(temperature_k)
    rgb = np.maximum(_RGB_FROM_XYZ @ np.array([x / y, 1.0, (1.0 - x - y) / y]), 0.0)
    return vec3(rgb / (LUMINANCE_RGB @ rgb))


def _planckian_xy(temperature_k: float) -> tuple[float, float]:
    u = 1000.0 / temperature_k
    if temperature_k <= 4000.0:
        x = ((-0.2661239 * u - 0.2343589) * u + 0.8776956) * u + 0.179910
    else:
        x = ((-3.0258469 * u + 2.1070379) * u + 0.2226347) * u + 0.240390
    if temperature_k <= 2222.0:
        y = ((-1.1063814 * x - 1.34811020) * x + 2.18555832) * x - 0.20219683
    elif temperature_k <= 4000.0:
        y = ((-0.9549476 * x - 1.37418593) * x + 2.09137015) * x - 0.16748867
    else:
        y = ((3.0817580 * x - 5.87338670) * x + 3.75112997) * x - 0.37001483
    return x, y


def draw_sun(draws: Draws, name: str, sun: spec.SunSpec) -> SunLight:
    """Return one drawn sun.

    Raises:
        ScenarioError: its colour temperature lies outside 1667 K to 25000 K.
    """
    path = f"suns.{name}"
    azimuth = draws.number(sun.azimuth, f"{path}.azimuth")
    elevation = draws.number(sun.elevation, f"{path}.elevation")
    illuminance = draws.optional(sun.illuminance, f"{path}.illuminance")
    if illuminance is None:
        turbidity = draws.number(sun.turbidity, f"{path}.turbidity")
        illuminance, color = beam_lux(elevation, turbidity), beam_color(elevation, turbidity)
    else:
        color = black_body_rgb(_DEFAULT_SUN_K)
    if sun.color_temperature is not None:
        color = draw_color(draws, sun.color_temperature, f"{path}.color_temperature")
    return SunLight(
        name=name,
        direction_world=direction(azimuth, elevation),
        illuminance_lux=illuminance,
        color_rgb=color,
        angular_diameter_rad=draws.number(sun.angular_diameter, f"{path}.angular_diameter"),
    )


def draw_color(draws: Draws, temperature: object, path: str) -> Vec3:
    """Return the linear sRGB colour, luminance 1, of a light of a drawn colour temperature (kelvin).

    Raises:
        ScenarioError: it lies outside 1667 K to 25000 K.
    """
    try:
        return black_body_rgb(draws.number(temperature, path))
    except ValueError as error:
        raise ScenarioError([Problem(path, str(error))]) from error


def direction(azimuth_rad: float, elevation_rad: float) -> Vec3:
    """Return the unit vector at an azimuth (from +X towards +Y) and an elevation above the horizon."""
    level = cos(elevation_rad)
    return (level * cos(azimuth_rad), level * sin(azimuth_rad), sin(elevation_rad))


def _check_map(light_map: AssetRef) -> None:
    """Tell a wrong parameter of a map made by code; whether maps are there is told before."""
    from simgen.assets.procedural import check_parameter, environment_names

    if light_map.asset_id.removeprefix("procedural/") not in environment_names():
        return
    for name, value in light_map.params:
        try:
            check_parameter(light_map.asset_id, name, value)
        except AssetError as error:
            raise ScenarioError([Problem(f"environment.params.{name}", str(error))]) from error


def draw_environment(draws: Draws, environment: spec.EnvironmentSpec) -> EnvironmentLight:
    """Return the drawn surroundings light.

    Raises:
        ScenarioError: a drawn parameter is none of its light map.
    """
    light_map = None
    if environment.map is not None:
        drawn = (
            (name, draws.asset_param(value, f"environment.params.{name}"))
            for name, value in sorted(environment.params.items())
        )
        light_map = AssetRef(draws.text(environment.map, "environment.map"), tuple(drawn))
        _check_map(light_map)
    illuminance = draws.optional(environment.illuminance, "environment.illuminance")
    return EnvironmentLight(
        map=light_map,
        illuminance_lux=_natural_lux(light_map) if illuminance is None else illuminance,
        rotation_rad=draws.number(environment.rotation, "environment.rotation"),
        background_visible=environment.background,
    )


def _natural_lux(light_map: AssetRef | None) -> float:
    """Return what surroundings give whose illuminance is left to them."""
    if light_map is None or not light_map.asset_id.startswith("procedural/"):
        return _DEFAULT_ENVIRONMENT_LUX
    from simgen.assets.procedural import natural_environment_lux  # brings trimesh

    natural = natural_environment_lux(light_map)
    return _DEFAULT_ENVIRONMENT_LUX if natural is None else natural


def draw_fog(draws: Draws, fog: spec.FogSpec | None) -> Fog | None:
    """Return the drawn fog, None for clear air."""
    if fog is None:
        return None
    return Fog(
        visibility_m=draws.number(fog.visibility, "fog.visibility"),
        scale_height_m=draws.number(fog.scale_height, "fog.scale_height"),
        base_m=draws.number(fog.base, "fog.base"),
    )
