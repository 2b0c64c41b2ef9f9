"""Estimates of nature from scenes that were drawn otherwise: self-normalised importance sampling.

Scene i was drawn with density q and has density p in nature, log weight log p - log q. Where draws are refused,
nature is p given acceptance and weights are right up to one constant, so all estimates divide by the sum of weights
(A. Owen, "Monte Carlo theory, methods and examples", 2013, chapter 9).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from simgen.geometry import FloatArray

ESS_WARNING = 0.1  # effective sample size below this share of the scenes is warned about


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number that was estimated.

    Attributes:
        value: the estimate.
        standard_error: of it; 0 where all scenes agree, which is no proof that it is exact.
    """

    value: float
    standard_error: float


def relative_weights(log_weights: ArrayLike) -> FloatArray:
    """Return weights (n,) scaled so that their mean is 1, from natural logarithms of any size.

    Raises:
        ValueError: there are none, or all are 0: no scene has any natural probability.
    """
    logs = np.asarray(log_weights, dtype=float)
    top = float(logs.max()) if logs.size else -np.inf
    if not np.isfinite(top):
        raise ValueError("no scene has a weight above 0; nothing can be estimated from these")
    weights = np.exp(logs - top)
    return weights / weights.mean()


def effective_sample_size(log_weights: ArrayLike) -> float:
    """Return (sum w)^2 / sum w^2: as many scenes drawn from nature itself would tell as much (Kish 1965)."""
    weights = relative_weights(log_weights)
    return float(weights.sum() ** 2 / (weights**2).sum())


def natural_mean(log_weights: ArrayLike, values: ArrayLike, draws: ArrayLike | None = None) -> Estimate:
    """Return the mean of a value over nature, with its standard error by the delta method (Owen, equation 9.9).

    Args:
        log_weights: (n,) of the scenes.
        values: (n,) of the scenes; of an event, 1 where it is armed, else 0.
        draws: (n,) whole numbers, equal for scenes of the same draw: only draws are independent. None: all differ.
    """
    weights = relative_weights(log_weights)
    shares = weights / weights.sum()
    x = np.asarray(values, dtype=float)
    if x.size and x.min() == x.max():
        return Estimate(float(x[0]), 0.0)  # exactly: a sum of shares is 1 up to rounding only
    mean = float(shares @ x)
    off = shares * (x - mean)
    if draws is not None:
        off = np.bincount(np.unique(np.asarray(draws), return_inverse=True)[1], weights=off)
    return Estimate(mean, float(np.sqrt(off @ off)))


def sampled_mean(values: ArrayLike, draws: ArrayLike | None = None) -> Estimate:
    """Return the mean of a value over the scenes as they were drawn, with its standard error; see `natural_mean`."""
    return natural_mean(np.zeros(np.size(values)), values, draws)
