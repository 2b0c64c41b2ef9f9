"""What part of its intensity a lamp sends in a direction: one answer for every back end.

A cone falls by a smoothstep of the cosine between its two angles. Beams of headlights are cones with a pattern inside,
in degrees to the near side (h) and up (v). The shapes are assumed: sums of bells with a cut-off as UN Regulation 112
draws it, that meet the regulation's points of a class B low beam at 15 kcd and of a high beam at 45 kcd.
"""

from __future__ import annotations

from math import cos, radians, tan

import numpy as np

from simgen.geometry import FloatArray
from simgen.records.light import SpotLight

# As in `raster/shaders/beam.glsl`.
_CUT_DEG = -0.57  # the cut-off on the far side: 1 % below the horizon
_RISE = tan(radians(15.0))  # of the cut-off on the near side
_BLUR_DEG = 0.2
_STRAY = 0.012  # above the cut-off


def share_of(light: SpotLight, directions: FloatArray) -> FloatArray:
    """Return (...) the share of its intensity that a lamp sends along unit vectors (..., 3) of its own frame."""
    inner, outer = cos(light.inner_angle_rad), cos(light.outer_angle_rad)
    x = np.clip((directions[..., 0] - outer) / (inner - outer), 0.0, 1.0)
    return x * x * (3 - 2 * x) * pattern_of(light, directions)


def pattern_of(light: SpotLight, directions: FloatArray) -> FloatArray:
    """Return (...) what the beam's pattern leaves of the cone; 1 for a plain cone."""
    if light.beam == "cone":
        return np.ones(directions.shape[:-1])
    h, v = _angles_deg(light, directions)
    return _low(h, v) if light.beam == "low" else _high(h, v)


def under_cut_deg(light: SpotLight, directions: FloatArray) -> FloatArray:
    """Return (...) how far vectors (..., 3) of a low beam's frame lie under its cut-off; negative above it."""
    return _under_cut(*_angles_deg(light, directions))


def _angles_deg(light: SpotLight, directions: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (...) the angles of vectors (..., 3), of any length: to the near side, and up."""
    x, y, z = directions[..., 0], directions[..., 1], directions[..., 2]
    near = -1.0 if light.near_side == "right" else 1.0  # +Y is left
    return np.degrees(np.arctan2(near * y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))


def _under_cut(h: FloatArray, v: FloatArray) -> FloatArray:
    return _CUT_DEG + _RISE * np.maximum(h, 0.0) - v


def _low(h: FloatArray, v: FloatArray) -> FloatArray:
    below = _under_cut(h, v)
    step = np.clip((below + _BLUR_DEG) / (2 * _BLUR_DEG), 0.0, 1.0)
    under = np.maximum(below - _BLUR_DEG, 0.0)
    hot = 0.9 * _bell((h - 1.5) / 5.5) * np.exp(-under / 2.0)
    wide = 0.1 * _bell(h / 18.0) * np.exp(-under / 6.0)
    stray = _STRAY * _bell(h / 15.0) * _bell(v / 12.0)
    return stray + (1.0 - stray) * step * step * (3 - 2 * step) * (hot + wide)


def _high(h: FloatArray, v: FloatArray) -> FloatArray:
    return 0.75 * _bell(h / 3.5) * _bell(v / 2.0) + 0.25 * _bell(h / 10.0) * _bell(v / 4.0)


def _bell(x: FloatArray) -> FloatArray:
    return np.exp(-0.5 * x * x)
