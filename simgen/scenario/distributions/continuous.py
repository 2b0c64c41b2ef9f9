"""Continuous distributions over numbers with closed-form quantiles.

The normal quantile is `statistics.NormalDist.inv_cdf` (Wichura's algorithm AS 241, 1988, about 16 digits);
tails go through `erfc` so that they keep their digits.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from statistics import NormalDist

from typing_extensions import override

from simgen.scenario.distributions.base import ScalarDistribution, check_weights, log, require_finite

_STANDARD = NormalDist()
_LOG_SQRT_TAU = 0.5 * math.log(math.tau)
_TINY = 1e-290  # below it the tail of a double has lost its digits


@dataclass(frozen=True)
class Const(ScalarDistribution):
    """Always `value`."""

    value: float
    kind = "const"
    discrete = True

    def __post_init__(self) -> None:
        require_finite(self.kind, value=self.value)

    @property
    @override
    def support(self) -> tuple[float, float]:
        return (self.value, self.value)

    @property
    @override
    def whole(self) -> bool:
        return float(self.value).is_integer()

    @override
    def ppf(self, q: float) -> float:
        return self.value

    @override
    def cdf(self, x: float) -> float:
        return 1.0 if x >= self.value else 0.0

    @override
    def logpdf(self, x: float) -> float:
        return 0.0 if x == self.value else -math.inf

    @override
    def to_plain(self) -> object:
        return {"value": self.value}


@dataclass(frozen=True)
class Uniform(ScalarDistribution):
    """All values between `low` and `high` alike."""

    low: float
    high: float
    kind = "uniform"

    def __post_init__(self) -> None:
        require_finite(self.kind, low=self.low, high=self.high)
        if not self.low < self.high:
            raise ValueError(f"uniform: low must be below high, got [{self.low:g}, {self.high:g}]")

    @property
    @override
    def support(self) -> tuple[float, float]:
        return (self.low, self.high)

    @override
    def ppf(self, q: float) -> float:
        return min(self.low + (self.high - self.low) * q, self.high)

    @override
    def cdf(self, x: float) -> float:
        return min(max((x - self.low) / (self.high - self.low), 0.0), 1.0)

    @override
    def logpdf(self, x: float) -> float:
        return -math.log(self.high - self.low) if self.low <= x <= self.high else -math.inf

    @override
    def to_plain(self) -> object:
        return {"low": self.low, "high": self.high}


@dataclass(frozen=True)
class LogUniform(ScalarDistribution):
    """All orders of magnitude between `low` and `high` alike."""

    low: float
    high: float
    kind = "loguniform"

    def __post_init__(self) -> None:
        require_finite(self.kind, low=self.low, high=self.high)
        if not 0 < self.low < self.high:
            raise ValueError(f"loguniform: needs 0 < low < high, got [{self.low:g}, {self.high:g}]")

    @property
    @override
    def support(self) -> tuple[float, float]:
        return (self.low, self.high)

    @override
    def ppf(self, q: float) -> float:
        value = self.low * math.exp(q * math.log(self.high / self.low))
        return min(max(value, self.low), self.high)

    @override
    def cdf(self, x: float) -> float:
        if x <= self.low:
            return 0.0
        return min(math.log(x / self.low) / math.log(self.high / self.low), 1.0)

    @override
    def logpdf(self, x: float) -> float:
        if not self.low <= x <= self.high:
            return -math.inf
        return -math.log(x) - math.log(math.log(self.high / self.low))

    @override
    def to_plain(self) -> object:
        return {"low": self.low, "high": self.high}


@dataclass(frozen=True)
class Normal(ScalarDistribution):
    """The normal distribution."""

    mean: float
    std: float
    kind = "normal"

    def __post_init__(self) -> None:
        require_finite(self.kind, mean=self.mean, std=self.std)
        if self.std <= 0:
            raise ValueError(f"normal: std must be above 0, got {self.std:g}")

    @property
    @override
    def support(self) -> tuple[float, float]:
        return (-math.inf, math.inf)

    @override
    def ppf(self, q: float) -> float:
        return self.mean + self.std * _standard_ppf(q)

    @override
    def cdf(self, x: float) -> float:
        return _lower_tail((x - self.mean) / self.std)

    @override
    def logpdf(self, x: float) -> float:
        z = (x - self.mean) / self.std
        return -0.5 * z * z - _LOG_SQRT_TAU - math.log(self.std)

    @override
    def to_plain(self) -> object:
        return {"mean": self.mean, "std": self.std}


@dataclass(frozen=True)
class TruncNormal(ScalarDistribution):
    """The normal distribution of `mean` and `std` given that the value lies in [low, high]."""

    mean: float
    std: float
    low: float
    high: float
    kind = "truncnormal"

    def __post_init__(self) -> None:
        require_finite(self.kind, mean=self.mean, std=self.std, low=self.low, high=self.high)
        if self.std <= 0:
            raise ValueError(f"truncnormal: std must be above 0, got {self.std:g}")
        if not self.low < self.high:
            raise ValueError(f"truncnormal: low must be below high, got [{self.low:g}, {self.high:g}]")
        if self._mass <= _TINY:
            raise ValueError(
                f"truncnormal: [{self.low:g}, {self.high:g}] is too many std ({self.std:g}) from the mean "
                f"{self.mean:g}; move the range or use uniform"
            )

    @cached_property
    def _mirrored(self) -> bool:
        """Whether the range lies above the mean: work on its mirror image, where tails keep their digits."""
        return self.low + self.high > 2 * self.mean

    @cached_property
    def _ends(self) -> tuple[float, float]:
        a, b = (self.low - self.mean) / self.std, (self.high - self.mean) / self.std
        return (-b, -a) if self._mirrored else (a, b)

    @cached_property
    def _mass(self) -> float:
        return _lower_tail(self._ends[1]) - _lower_tail(self._ends[0])

    @property
    @override
    def support(self) -> tuple[float, float]:
        return (self.low, self.high)

    @override
    def ppf(self, q: float) -> float:
        below = _lower_tail(self._ends[0])
        z = _standard_ppf(below + ((1 - q) if self._mirrored else q) * self._mass)
        return min(max(self.mean + self.std * (-z if self._mirrored else z), self.low), self.high)

    @override
    def cdf(self, x: float) -> float:
        z = (min(max(x, self.low), self.high) - self.mean) / self.std
        share = (_lower_tail(-z if self._mirrored else z) - _lower_tail(self._ends[0])) / self._mass
        return 1 - share if self._mirrored else share

    @override
    def logpdf(self, x: float) -> float:
        if not self.low <= x <= self.high:
            return -math.inf
        z = (x - self.mean) / self.std
        return -0.5 * z * z - _LOG_SQRT_TAU - math.log(self.std) - math.log(self._mass)

    @override
    def to_plain(self) -> object:
        return {"mean": self.mean, "std": self.std, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class LogNormal(ScalarDistribution):
    """exp of a normal variable: half of all draws are below `median`; `sigma` is of the logarithm."""

    median: float
    sigma: float
    kind = "lognormal"

    def __post_init__(self) -> None:
        require_finite(self.kind, median=self.median, sigma=self.sigma)
        if self.median <= 0:
            raise ValueError(f"lognormal: median must be above 0, got {self.median:g}")
        if self.sigma <= 0:
            raise ValueError(f"lognormal: sigma must be above 0, got {self.sigma:g}")

    @property
    @override
    def support(self) -> tuple[float, float]:
        return (0.0, math.inf)

    @override
    def ppf(self, q: float) -> float:
        return self.median * math.exp(self.sigma * _standard_ppf(q))

    @override
    def cdf(self, x: float) -> float:
        return _lower_tail(math.log(x / self.median) / self.sigma) if x > 0 else 0.0

    @override
    def logpdf(self, x: float) -> float:
        if x <= 0:
            return -math.inf
        z = math.log(x / self.median) / self.sigma
        return -0.5 * z * z - _LOG_SQRT_TAU - math.log(self.sigma) - math.log(x)

    @override
    def to_plain(self) -> object:
        return {"median": self.median, "sigma": self.sigma}


@dataclass(frozen=True)
class Histogram(ScalarDistribution):
    """Uniform within each bin; bin i lies between `edges[i]` and `edges[i + 1]` and has `weights[i]`."""

    edges: tuple[float, ...]
    weights: tuple[float, ...]
    kind = "histogram"

    def __post_init__(self) -> None:
        if len(self.edges) != len(self.weights) + 1:
            raise ValueError(
                f"histogram: {len(self.weights)} weights need {len(self.weights) + 1} edges, got {len(self.edges)}"
            )
        for number, edge in enumerate(self.edges):
            require_finite(self.kind, **{f"edges[{number}]": edge})
        if any(b <= a for a, b in zip(self.edges, self.edges[1:], strict=False)):
            raise ValueError("histogram: each edge must be above the one before")
        check_weights(self.kind, self.weights)

    @cached_property
    def _cumulative(self) -> tuple[float, ...]:
        total = math.fsum(self.weights)
        return tuple(sum_ / total for sum_ in accumulate(self.weights, initial=0.0))

    @property
    @override
    def support(self) -> tuple[float, float]:
        used = [i for i, weight in enumerate(self.weights) if weight > 0]
        return (self.edges[used[0]], self.edges[used[-1] + 1])

    @override
    def ppf(self, q: float) -> float:
        last = max(i for i, weight in enumerate(self.weights) if weight > 0)
        i = min(bisect_right(self._cumulative, q) - 1, last)
        below, above = self._cumulative[i], self._cumulative[i + 1]
        share = min((q - below) / (above - below), 1.0)
        return self.edges[i] + share * (self.edges[i + 1] - self.edges[i])

    @override
    def cdf(self, x: float) -> float:
        if x >= self.edges[-1]:
            return 1.0
        i = bisect_right(self.edges, x) - 1
        if i < 0:
            return 0.0
        share = (x - self.edges[i]) / (self.edges[i + 1] - self.edges[i])
        return self._cumulative[i] + share * (self._cumulative[i + 1] - self._cumulative[i])

    @override
    def logpdf(self, x: float) -> float:
        if not self.edges[0] <= x <= self.edges[-1]:
            return -math.inf
        i = min(bisect_right(self.edges, x), len(self.weights)) - 1
        return log(self.weights[i] / math.fsum(self.weights) / (self.edges[i + 1] - self.edges[i]))

    @override
    def to_plain(self) -> object:
        return {"edges": list(self.edges), "weights": list(self.weights)}


def _lower_tail(z: float) -> float:
    """Return the standard normal probability of at most z, exact to the last digits in the lower tail."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


def _standard_ppf(q: float) -> float:
    if q <= 0:
        return -math.inf
    return _STANDARD.inv_cdf(q) if q < 1 else math.inf
