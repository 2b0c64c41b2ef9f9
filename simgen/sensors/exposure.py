"""How much light a picture is exposed for: exposure values, saturation and metering.

EV100 = log2(N² / t * 100 / S) of an f-number N, a time t and a speed S. A sensor of saturation-based speed S
(ISO 12232) clips at L_max = 78 / (S q) N² / t, which for a lens of q = 0.65 is 1.2 * 2^EV100 cd/m². A reflected
light meter of calibration constant K = 12.5 cd s / m² (ISO 2720) sets EV100 = log2(L_avg * 100 / K).
"""

from __future__ import annotations

from math import log2
from typing import cast

import numpy as np
from numpy.typing import NDArray

from simgen.colour import LUMINANCE_RGB

_METER_K = 12.5
_SATURATION = 1.2
_EV_STEP = 1 / 64  # metered values are rounded, so that the last bit of a logarithm changes no picture
_EV_RANGE = (-8.0, 24.0)  # starlight to beyond snow in the sun
_KEPT = (0.1, 0.9)  # of the luminances in order: deep shadows and lights do not pull the exposure; assumed
_CENTER_SIGMA = 0.5  # of the centre weighting, in half image diagonals; assumed
_METER_ROWS = 60

METERED_LEVEL = _METER_K / 100 / _SATURATION
"""Where the meter puts the average luminance, as a fraction of saturation: 0.104."""


def ev100(f_number: float, exposure_time_s: float, iso: float) -> float:
    """Return the exposure value at ISO 100 of camera settings; twice the time is one EV less."""
    return log2(f_number**2 / exposure_time_s * 100 / iso)


def saturation_luminance(ev100: float) -> float:
    """Return the luminance in cd/m² at which the sensor clips: 1.2 * 2^EV100 (ISO 12232)."""
    return _SATURATION * 2.0**ev100


def meter(radiance: NDArray[np.float16]) -> float:
    """Return the EV100 at which a picture (h, w, 3) of luminances in cd/m² comes out well exposed.

    L_avg is the centre-weighted geometric mean of the luminances between the 10th and the 90th percentile; pixels
    without any light are left out. Large pictures are metered on every n-th row and column. A black picture
    meters as EV 0.
    """
    stride = max(1, radiance.shape[0] // _METER_ROWS)
    seen = radiance[stride // 2 :: stride, stride // 2 :: stride].astype(np.float64)
    luminance = seen @ LUMINANCE_RGB
    order = np.argsort(luminance, axis=None, kind="stable")
    order = order[np.searchsorted(luminance.ravel()[order], 0.0, side="right") :]
    if not len(order):
        return 0.0
    first, last = (int(len(order) * part) for part in _KEPT)
    kept = order[first : max(last, first + 1)]
    mean = np.average(
        np.log2(luminance.ravel()[kept]), weights=_center_weights(luminance.shape).ravel()[kept]
    )
    value = float(np.clip(mean + log2(100 / _METER_K), *_EV_RANGE))
    return round(value / _EV_STEP) * _EV_STEP


def _center_weights(shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return a Gaussian (h, w) around the middle of the picture."""
    rows, columns = cast("tuple[int, int]", shape)
    y = np.arange(rows)[:, None] - (rows - 1) / 2
    x = np.arange(columns) - (columns - 1) / 2
    return np.exp(-2.0 * (x * x + y * y) / (_CENTER_SIGMA**2 * (rows * rows + columns * columns)))
