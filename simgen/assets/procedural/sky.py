"""A clear sky for any place of the sun: day, dusk and night, with moonlight and the glow of cities; no sun disc.

Luminance is in cd/m², so that the map gives on a level plane what such a sky gives, see `daylight.sky_lux`.

By day the model of Preetham, Shirley and Smits, "A practical analytic model for daylight", SIGGRAPH 1999 (luminance and
chromaticity by Perez' formula). It ends at the horizon: in twilight its sky of a sun 2 degrees up fades into a glow
along the horizon and a deep blue above, whose shape and colours are assumed; their amount is measured (`daylight`).
"""

from __future__ import annotations

from math import cos, pi, radians, sin, tan

import numpy as np

from simgen.assets.daylight import beam_color, beam_lux, sky_lux
from simgen.assets.procedural.noise import mix, smoothstep
from simgen.assets.procedural.params import Parameter, Values, number
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

# Perez' coefficients A to E: slope and offset in turbidity, for luminance Y and chromaticity x, y.
_PEREZ = {
    "Y": ((0.1787, -1.4630), (-0.3554, 0.4275), (-0.0227, 5.3251), (0.1206, -2.5771), (-0.0670, 0.3703)),
    "x": ((-0.0193, -0.2592), (-0.0665, 0.0008), (-0.0004, 0.2125), (-0.0641, -0.8989), (-0.0033, 0.0452)),
    "y": ((-0.0167, -0.2608), (-0.0950, 0.0092), (-0.0079, 0.2102), (-0.0441, -1.6537), (-0.0109, 0.0529)),
}
# Chromaticity at the zenith: rows for turbidity², turbidity, 1; columns for the sun's zenith angle to the power 3 to 0.
_ZENITH = {
    "x": (
        (0.00166, -0.00375, 0.00209, 0.0),
        (-0.02903, 0.06377, -0.03202, 0.00394),
        (0.11693, -0.21196, 0.06052, 0.25886),
    ),
    "y": (
        (0.00275, -0.00610, 0.00317, 0.0),
        (-0.04214, 0.08970, -0.04153, 0.00516),
        (0.15346, -0.26756, 0.06670, 0.26688),
    ),
}
_LOWEST_DAY_RAD = radians(2)
_RGB_FROM_XYZ = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
# Assumed colours, linear: of the horizon where the sun went down and of the zenith in twilight; of night, moonlit sky
# and sodium and white street light thrown back by the air.
_AFTERGLOW, _AFTERGLOW_HIGH, _DUSK = (1.0, 0.42, 0.14), (0.95, 0.62, 0.5), (0.16, 0.3, 0.72)
_NIGHT, _MOONLIT, _URBAN = (0.5, 0.65, 1.0), (0.55, 0.72, 1.0), (1.0, 0.72, 0.42)


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
        (_clear_sky(directions, sun, elevation, turbidity), sky_lux(elevation)),
        (_colored(_MOONLIT, 1.0 + 0.6 * (1 - np.abs(up))), values.number("moonlight_lux")),
        (_colored(_URBAN, 0.25 + np.exp(-np.maximum(up, 0.0) / 0.12)), values.number("urban_glow_lux")),
    )
    sky = np.zeros_like(directions)
    for shape, lux in parts:
        sky += shape * (lux / float((shape @ _LUMINANCE * level).sum()))
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


def _clear_sky(d: FloatArray, sun: FloatArray, elevation: float, turbidity: float) -> FloatArray:
    """Return the shape of the sky's own light: day, fading into twilight, fading into night."""
    day = float(smoothstep(radians(-5), radians(3), np.asarray(elevation)))
    night = float(smoothstep(radians(-9), radians(-17), np.asarray(elevation)))
    shape = np.zeros_like(d)
    if day > 0:
        shape += day * _unit(_preetham(d, max(elevation, _LOWEST_DAY_RAD), sun, turbidity), d)
    if day < 1 and night < 1:
        shape += (1 - day) * (1 - night) * _unit(_twilight(d, sun, elevation), d)
    if night > 0:
        shape += night * _unit(_night(d[..., 2]), d)
    return shape


def _unit(radiance: FloatArray, d: FloatArray) -> FloatArray:
    """Scale a sky so that its upper half has a mean luminance of 1 by height above the horizon."""
    weights = np.maximum(d[..., 2], 0.0) * np.sqrt(np.maximum(1 - d[..., 2] ** 2, 0.0))
    return radiance / float((radiance @ _LUMINANCE * weights).sum() / weights.sum())


def _preetham(d: FloatArray, elevation: float, sun: FloatArray, turbidity: float) -> FloatArray:
    level = np.hypot(sun[0], sun[1])
    azimuth = sun[:2] / level if level > 1e-9 else np.array([1.0, 0.0])
    towards = np.array([*(azimuth * cos(elevation)), sin(elevation)])
    zenith = pi / 2 - elevation
    gamma = np.arccos(np.clip(d @ towards, -1.0, 1.0))
    cosine = np.maximum(d[..., 2], 0.01)
    powers = np.array([zenith**3, zenith**2, zenith, 1.0])
    chi = (4 / 9 - turbidity / 120) * (pi - 2 * zenith)
    at_zenith = {
        "Y": (4.0453 * turbidity - 4.9710) * tan(chi) - 0.2155 * turbidity + 2.4192,
        **{
            c: float(np.array([turbidity**2, turbidity, 1.0]) @ np.array(rows) @ powers)
            for c, rows in _ZENITH.items()
        },
    }
    x, y, luminance = (
        at_zenith[c]
        * _perez(c, turbidity, cosine, gamma)
        / _perez(c, turbidity, np.asarray(1.0), np.asarray(zenith))
        for c in ("x", "y", "Y")
    )
    xyz = np.stack([x / y, np.ones_like(y), (1 - x - y) / y], axis=-1)
    rgb = np.maximum(xyz @ _RGB_FROM_XYZ.T, 0.0)
    return rgb / (rgb @ _LUMINANCE)[..., None] * np.maximum(luminance, 0.0)[..., None]


def _perez(channel: str, turbidity: float, cosine: FloatArray, gamma: FloatArray) -> FloatArray:
    """Return Perez' formula: gradation by height times indicatrix by the angle from the sun."""
    a, b, c, d, e = (slope * turbidity + offset for slope, offset in _PEREZ[channel])
    return (1 + a * np.exp(b / cosine)) * (1 + c * np.exp(d * gamma) + e * np.cos(gamma) ** 2)


def _twilight(d: FloatArray, sun: FloatArray, elevation: float) -> FloatArray:
    """A glow along the horizon, widest where the sun went down and lower the deeper it is, under a blue zenith."""
    up = np.maximum(d[..., 2], 0.0)
    depth = min(max(-elevation / radians(12), 0.0), 1.0)
    flat = np.maximum(np.hypot(d[..., 0], d[..., 1]), 1e-6) * max(float(np.hypot(sun[0], sun[1])), 1e-6)
    towards = 0.5 + 0.5 * (d[..., :2] @ sun[:2]) / flat
    low = np.exp(-up / (0.16 - 0.08 * depth)) * (0.06 + 0.94 * towards**3)
    high = np.exp(-up / 0.45) * (0.25 + 0.75 * towards)
    blue = _colored(_DUSK, 0.35 + 0.25 * (1 - up))
    return blue + _colored(_AFTERGLOW, 5.0 * low) + _colored(_AFTERGLOW_HIGH, 0.9 * high * (1 - 0.6 * depth))


def _night(up: FloatArray) -> FloatArray:
    """Stars and airglow: brighter towards the horizon, where the air's own light is seen edge on (assumed twice)."""
    return _colored(_NIGHT, 1.0 + np.exp(-np.maximum(up, 0.0) / 0.25))


def _colored(color: tuple[float, float, float], luminance: FloatArray) -> FloatArray:
    rgb = np.asarray(color)
    return luminance[..., None] * (rgb / (rgb @ _LUMINANCE))


def _direction(elevation_rad: float, azimuth_rad: float) -> FloatArray:
    level = cos(elevation_rad)
    return np.array([level * cos(azimuth_rad), level * sin(azimuth_rad), sin(elevation_rad)])
