"""From exposed light to 8-bit codes: the tone curve, before what sRGB makes of it.

The tone curve is f(x) = x^n (1 + b) / (x^n + b), per channel, with x = 1 where the sensor saturates: the response
of Naka and Rushton (J. Physiol. 185, 1966), as used for pictures by Reinhard and Devlin (IEEE TVCG 11, 2005). It
has the toe and the shoulder of film and three anchors: black to black, saturation to white, and the luminance
a meter aims at to mid-grey (18 % of white). These fix b for a given n; n, the contrast, is chosen.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simgen.colour import linear_from_srgb
from simgen.sensors.exposure import METERED_LEVEL

MID_GREY = 0.18
_CONTRAST = 1.2  # n; chosen by eye: slope about 1 at mid-grey, shadows still open
_x = METERED_LEVEL**_CONTRAST
_B = _x * (1 - MID_GREY) / (MID_GREY - _x)  # solves f(METERED_LEVEL) = MID_GREY

Array = NDArray[np.float64]


def tone_curve(exposed: ArrayLike) -> Array:
    """Return display-linear 0..1 of light in fractions of saturation; all above 1 clips to 1."""
    power = np.minimum(np.asarray(exposed, dtype=float), 1.0) ** _CONTRAST
    return power * (1 + _B) / (power + _B)


def inverse_tone_curve(display: ArrayLike) -> Array:
    """Return the light in fractions of saturation that `tone_curve` maps to display-linear 0..1."""
    y = np.asarray(display, dtype=float)
    return (_B * y / (1 + _B - y)) ** (1 / _CONTRAST)


def code_thresholds() -> Array:
    """Return the exposed light (255,) from which on the 8-bit code is 1, 2, ... 255, rounding half up."""
    return inverse_tone_curve(linear_from_srgb((np.arange(1, 256) - 0.5) / 255))
