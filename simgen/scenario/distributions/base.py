"""What every distribution offers: `sample`, and where defined `ppf`, `cdf`, `logpdf` and `support`."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

_LEAST = 2.0**-54  # stands for the 0 that a generator gives once in 2^53 draws


class Distribution:
    """An immutable distribution; equal parameters make equal distributions.

    Attributes:
        kind: its name in scenario files.
        discrete: `logpdf` is the logarithm of a probability, not of a density.
    """

    kind: ClassVar[str]
    discrete: ClassVar[bool] = False

    def sample(self, rng: np.random.Generator) -> object:
        """Return one draw; only `rng` decides it."""
        raise NotImplementedError

    def to_plain(self) -> object:
        """Return the canonical form below the kind's key: plain lists, dicts, numbers and texts."""
        raise NotImplementedError


class ScalarDistribution(Distribution):
    """A distribution over numbers, drawn by inverse transform: one uniform number a draw."""

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest value that can occur, possibly infinite."""
        raise NotImplementedError

    @property
    def whole(self) -> bool:
        """Whether only whole numbers can occur."""
        return False

    def ppf(self, q: float) -> float:
        """Return the smallest x with `cdf(x) >= q`, for 0 <= q <= 1 (the quantile function)."""
        raise NotImplementedError

    def cdf(self, x: float) -> float:
        """Return the probability of a value of at most x."""
        raise NotImplementedError

    def logpdf(self, x: float) -> float:
        """Return the natural logarithm of the density (or of the probability, if `discrete`) at x."""
        raise NotImplementedError

    def sample(self, rng: np.random.Generator) -> float | int:
        """Return one draw, `ppf` of one uniform number in (0, 1): the ends of a continuous range never occur."""
        return self.ppf(float(rng.random()) or _LEAST)


def log(x: float) -> float:
    """Return the natural logarithm, minus infinity at 0."""
    return math.log(x) if x > 0 else -math.inf


def require_finite(kind: str, **parameters: float) -> None:
    """Raise `ValueError` naming the first parameter that is not a finite number."""
    for name, value in parameters.items():
        if not math.isfinite(value):
            raise ValueError(f"{kind}: {name} must be a finite number, got {value}")


def check_weights(kind: str, weights: tuple[float, ...]) -> None:
    """Raise `ValueError` unless there are weights, all finite and at least 0, one of them above 0."""
    if not weights:
        raise ValueError(f"{kind}: at least one value is needed")
    for weight in weights:
        if not math.isfinite(weight) or weight < 0:
            raise ValueError(f"{kind}: weights must be finite and at least 0, got {weight:g}")
    if sum(weights) <= 0:
        raise ValueError(f"{kind}: all weights are 0; at least one must be above 0")
