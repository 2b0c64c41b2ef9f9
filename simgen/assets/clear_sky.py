"""The clear sky by day: the model of Hosek and Wilkie, fitted to a simulation of light in air and haze.

"An analytic model for full spectral sky-dome radiance", ACM Transactions on Graphics 31(4), 2012. Unlike the older
model of Preetham, Shirley and Smits its horizon is whitish and not lavender, and it holds down to a sun on the horizon
and for haze. `assets/sky/hosek_wilkie.npz` holds its RGB data sets (3-clause BSD, see the licence beside it).
"""

from __future__ import annotations

from functools import lru_cache
from math import comb, pi

import numpy as np

from simgen.geometry import FloatArray
from simgen.resources import shipped

_LOWEST_COSINE = 0.01  # of the angle to the zenith; the model is about the upper half


def clear_sky(directions: FloatArray, sun: FloatArray, turbidity: float, ground_albedo: float) -> FloatArray:
    """Return the radiance (..., 3) of a clear sky in linear sRGB, in the model's own unit.

    Args:
        directions: (..., 3) unit vectors, z up; those below the horizon get the horizon's light.
        sun: (3,) unit vector to the sun, not below the horizon.
        turbidity: 1 to 10.
        ground_albedo: 0 to 1.
    """
    terms, mean = _fitted(float(np.arcsin(sun[2])), turbidity, ground_albedo)
    a, b, c, d, e, f, h, i, g = terms.T  # (3,) each: one value a primary; named as in the paper, i before g
    up = np.maximum(directions[..., 2:], _LOWEST_COSINE)
    cos_gamma = np.clip(directions @ sun, -1.0, 1.0)[..., None]
    gamma = np.arccos(cos_gamma)
    gradation = 1.0 + a * np.exp(b / (up + 0.01))
    aureole = (1.0 + cos_gamma**2) / (1.0 + g * g - 2.0 * g * cos_gamma) ** 1.5
    glow = c + d * np.exp(e * gamma) + f * cos_gamma**2 + h * aureole + i * np.sqrt(up)
    return np.maximum(gradation * glow * mean, 0.0)


def _fitted(elevation_rad: float, turbidity: float, ground_albedo: float) -> tuple[FloatArray, FloatArray]:
    """Return the shape's terms (3, 9) and the mean radiance (3,): linear in turbidity and albedo, quintic in height."""
    t = (max(elevation_rad, 0.0) / (pi / 2)) ** (1 / 3)
    bernstein = np.array([comb(5, k) * t**k * (1 - t) ** (5 - k) for k in range(6)])
    low = min(max(int(turbidity) - 1, 0), 8)
    part = turbidity - 1 - low
    of_turbidity, of_albedo = np.array([1 - part, part]), np.array([1 - ground_albedo, ground_albedo])
    terms, mean = (
        np.einsum("t,a,k,tak...->...", of_turbidity, of_albedo, bernstein, table[low : low + 2])
        for table in _tables()
    )
    return terms, mean


@lru_cache(maxsize=1)
def _tables() -> tuple[FloatArray, FloatArray]:
    """Return shape terms (10 turbidities, 2 albedos, 6 control points, 3, 9) and mean radiances without the last."""
    with np.load(shipped("assets") / "sky" / "hosek_wilkie.npz", allow_pickle=False) as arrays:
        return arrays["shape_terms"].astype(float), arrays["mean_radiance"].astype(float)
