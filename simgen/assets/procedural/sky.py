"""A clear sky for any place of the sun: day, dusk and night, with moonlight and the glow of cities; no sun disc.

Luminance is in cd/m², so that the map gives on a level plane what such a sky gives, see `daylight.sky_lux`.

By day the model of Hosek and Wilkie (`clear_sky`). It ends at the horizon: in twilight its sky of a sun half a degree
up fades into a glow along the horizon and a deep blue above, whose shape and colours are assumed; their amount is
measured (`daylight`).
"""

from __future__ import annotations

from math import cos, pi, radians, sin

import numpy as np

from simgen.assets.clear_sky import clear_sky
from simgen.assets.daylight import beam_color, beam_lux, sky_lux
from simgen.assets.procedural.noise import mix, smoothstep
from simgen.assets.procedural.params import Parameter, Values, number
from simgen.colour import LUMINANCE_RGB
from simgen.geometry import FloatArray

PARAMETERS: tuple[Parameter, ...] = (
    number("sun_elevation_rad", radians(40), -pi / 2, pi / 2),
    number("sun_azimuth_rad", 0.0, -2 * pi, 2 * pi),
    number("turbidity", 2.5, 2.0, 10.0),  # 2 very clear, 10 hazy
    number(
        "moonlight_lux", 0.0, 0.0, 0.4
    ),  # of the sky, not of the moon itself; a full moon's light is 0.3 in all
    number(
        "urban_glow_lux", 0.0, 0.0, 1.0
    ),  # 0 in the country, 0.01 in a suburb, 0.1 over a city centre: assumed
    number("ground_albedo", 0.15, 0.0, 1.0),
)

_LOWEST_DAY_RAD = radians(0.5)  # the model of the day is asked for no lower sun; assumed
_XYZ_FROM_RGB = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)  # sRGB
# Chosen by eye: the day's data lies up to 0.02 above the locus of daylight, which looks greenish
_DAY_SHARE = 0.7
_DAYLIGHT_X = (0.235, 0.5)  # where the locus is taken to hold; CIE 15 gives it from 0.25 to 0.38
# Assumed colours, linear: of the horizon where the sun went down and of the zenith in twilight; of moonlit sky and of
# sodium and white street light thrown back by the air. A night without a moon is redder than the sun: B - V of 0.8 to 1
# (Benn and Ellison, "La Palma night-sky brightness", ING Technical Note 115, 1998), some 4800 K.
_AFTERGLOW, _AFTERGLOW_HIGH, _DUSK = (1.0, 0.42, 0.14), (0.95, 0.62, 0.5), (0.16, 0.3, 0.72)
_NIGHT, _MOONLIT, _URBAN = (1.0, 0.86, 0.72), (0.55, 0.72, 1.0), (1.0, 0.72, 0.42)


def sky_radiance(values: Values, directions: FloatArray, solid_angles: FloatArray) -> FloatArray:
    """Return the luminance (h, w, 3) of sky and ground, cd/m².

    Args:
        values: of `PARAMETERS`.
        directions: (h, w, 3) unit, of the texels.
        solid_angles: (h, w) of the texels.
    """
    elevation = values.number("sun_elevation_rad")
    turbidity = values.number("turbidity")
    sun = _direction(elevation, values.number("sun_azimuth_rad"))
    up = directions[..., 2]
    level = solid_angles * np.maximum(up, 0.0)
    parts = (
        (_natural_sky(directions, sun, elevation, values), sky_lux(elevation)),
        (_colored(_MOONLIT, 1.0 + 0.6 * (1 - np.abs(up))), values.number("moonlight_lux")),
        (_colored(_URBAN, 0.25 + np.exp(-np.maximum(up, 0.0) / 0.12)), values.number("urban_glow_lux")),
    )
    sky = np.zeros_like(directions)
    for shape, lux in parts:
        sky += shape * (lux / float((shape @ LUMINANCE_RGB * level).sum()))
    ground = _ground(values, np.einsum("hwc,hw->c", sky, level), turbidity)
    return mix(np.broadcast_to(ground, sky.shape), sky, smoothstep(-0.012, 0.004, up))


def _ground(values: Values, sky_rgb_lux: FloatArray, turbidity: float) -> FloatArray:
    """Return the luminance (3,) of the ground under sky and sun."""
    elevation = values.number("sun_elevation_rad")
    beam = beam_lux(elevation, turbidity) * max(sin(elevation), 0.0)
    received = sky_rgb_lux + beam * np.asarray(beam_color(max(elevation, 0.0), turbidity))
    return received * np.array([1.04, 1.0, 0.88]) * (values.number("ground_albedo") / pi)


def natural_lux(values: Values) -> float:
    """Return what such a sky gives on a level plane, without the sun itself."""
    names = ("moonlight_lux", "urban_glow_lux")
    return sky_lux(values.number("sun_elevation_rad")) + sum(values.number(name) for name in names)


def _natural_sky(d: FloatArray, sun: FloatArray, elevation: float, values: Values) -> FloatArray:
    """Return the shape of the sky's own light: day, fading into twilight, fading into night."""
    day = float(smoothstep(radians(-5), radians(3), np.asarray(elevation)))
    night = float(smoothstep(radians(-12), radians(-18), np.asarray(elevation)))
    shape = np.zeros_like(d)
    if day > 0:
        shape += day * _unit(_day(d, max(elevation, _LOWEST_DAY_RAD), sun, values), d)
    if day < 1 and night < 1:
        shape += (1 - day) * (1 - night) * _unit(_twilight(d, sun, elevation), d)
    if night > 0:
        shape += night * _unit(_night(d[..., 2]), d)
    return shape


def _towards_daylight(rgb: FloatArray, share: float) -> FloatArray:
    """Return colours (..., 3) moved by a share of the way to the locus of daylight; x and luminance are kept.

    Light of clear skies lies along y = -3 x² + 2.87 x - 0.275 (CIE 15) or a little above, from the blue zenith over the
    whitish horizon to the orange of a low sun.
    """
    xyz = rgb @ _XYZ_FROM_RGB.T
    x = np.clip(xyz[..., 0] / np.maximum(xyz.sum(axis=-1), 1e-12), *_DAYLIGHT_X)
    own = xyz[..., 1] / np.maximum(xyz.sum(axis=-1), 1e-12)
    y = own + share * (-3.0 * x * x + 2.87 * x - 0.275 - own)
    moved = np.stack([x / y, np.ones_like(y), (1.0 - x - y) / y], axis=-1) * xyz[..., 1:2]
    return np.maximum(moved @ np.linalg.inv(_XYZ_FROM_RGB).T, 0.0)


def _unit(radiance: FloatArray, d: FloatArray) -> FloatArray:
    """Scale a sky so that its upper half has a mean luminance of 1 by height above the horizon."""
    weights = np.maximum(d[..., 2], 0.0) * np.sqrt(np.maximum(1 - d[..., 2] ** 2, 0.0))
    return radiance / float((radiance @ LUMINANCE_RGB * weights).sum() / weights.sum())


def _day(d: FloatArray, elevation: float, sun: FloatArray, values: Values) -> FloatArray:
    level = np.hypot(sun[0], sun[1])
    azimuth = sun[:2] / level if level > 1e-9 else np.array([1.0, 0.0])
    towards = np.array([*(azimuth * cos(elevation)), sin(elevation)])
    light = clear_sky(d, towards, values.number("turbidity"), values.number("ground_albedo"))
    return _towards_daylight(light, _DAY_SHARE)


def _twilight(d: FloatArray, sun: FloatArray, elevation: float) -> FloatArray:
    """A glow along the horizon, widest where the sun went down and lower the deeper it is, under a blue zenith."""
    up = np.maximum(d[..., 2], 0.0)
    depth = min(max(-elevation / radians(12), 0.0), 1.0)
    flat = np.maximum(np.hypot(d[..., 0], d[..., 1]), 1e-6) * max(float(np.hypot(sun[0], sun[1])), 1e-6)
    towards = 0.5 + 0.5 * (d[..., :2] @ sun[:2]) / flat
    low = np.exp(-up / (0.16 - 0.08 * depth)) * (0.06 + 0.94 * towards**3)
    high = np.exp(-up / 0.45) * (0.25 + 0.75 * towards)
    blue = _colored(_DUSK, 0.35 + 0.25 * (1 - up))
    glow = _colored(_AFTERGLOW, 5.0 * low) + _colored(_AFTERGLOW_HIGH, 0.9 * high * (1 - 0.6 * depth))
    return _towards_daylight(blue + glow, 1.0)


def _night(up: FloatArray) -> FloatArray:
    """Stars and airglow: brighter towards the horizon, where the air's own light is seen edge on (assumed twice)."""
    return _colored(_NIGHT, 1.0 + np.exp(-np.maximum(up, 0.0) / 0.25))


def _colored(color: tuple[float, float, float], luminance: FloatArray) -> FloatArray:
    rgb = np.asarray(color)
    return luminance[..., None] * (rgb / (rgb @ LUMINANCE_RGB))


def _direction(elevation_rad: float, azimuth_rad: float) -> FloatArray:
    level = cos(elevation_rad)
    return np.array([level * cos(azimuth_rad), level * sin(azimuth_rad), sin(elevation_rad)])
