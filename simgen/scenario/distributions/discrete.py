"""Distributions over a list of values: whole numbers, picked values, a column of measured data, a mixture."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import cast

from typing_extensions import override

from simgen.scenario.distributions.base import (
    Distribution,
    ScalarDistribution,
    check_weights,
    log,
    require_finite,
)

_BISECTIONS = 200  # more than the bits of a double: the loop ends when the interval cannot be halved


@dataclass(frozen=True)
class IntUniform(ScalarDistribution):
    """Every whole number from `low` to `high`, both included, alike."""

    low: int
    high: int
    kind = "int_uniform"
    discrete = True

    def __post_init__(self) -> None:
        for end in (self.low, self.high):
            if end != int(end):
                raise ValueError(f"int_uniform: ends must be whole numbers, got {end:g}")
        if self.low > self.high:
            raise ValueError(f"int_uniform: low must not be above high, got [{self.low:g}, {self.high:g}]")

    @property
    @override
    def support(self) -> tuple[float, float]:
        return (self.low, self.high)

    @property
    @override
    def whole(self) -> bool:
        return True

    @property
    def _size(self) -> int:
        return self.high - self.low + 1

    @override
    def ppf(self, q: float) -> int:
        rank = math.ceil(q * self._size - 1e-9)  # the slack undoes rounding of q * size
        return self.low + min(max(rank - 1, 0), self._size - 1)

    @override
    def cdf(self, x: float) -> float:
        return min(max((math.floor(x) - self.low + 1) / self._size, 0.0), 1.0)

    @override
    def logpdf(self, x: float) -> float:
        return -math.log(self._size) if x == math.floor(x) and self.low <= x <= self.high else -math.inf

    @override
    def to_plain(self) -> object:
        return {"low": self.low, "high": self.high}


class Weighted(ScalarDistribution):
    """Shared by the distributions over listed values; `logpdf` takes any listed value, `cdf` numbers only."""

    discrete = True

    @property
    def listed(self) -> tuple[object, ...]:
        """The values as written."""
        raise NotImplementedError

    @property
    def shares(self) -> tuple[float, ...]:
        """Weight of each value; they need not sum to 1."""
        raise NotImplementedError

    @cached_property
    def _order(self) -> tuple[int, ...]:
        """Numbers go in rising order, so that `ppf` is a quantile; anything else keeps the order written."""
        indices = tuple(range(len(self.listed)))
        if not self.numeric:
            return indices
        numbers = [float(cast("float", value)) for value in self.listed]
        return tuple(sorted(indices, key=numbers.__getitem__))

    @cached_property
    def _cumulative(self) -> tuple[float, ...]:
        total = math.fsum(self.shares)
        return tuple(sum_ / total for sum_ in accumulate(self.shares[i] for i in self._order))

    @cached_property
    def numeric(self) -> bool:
        """Whether all values are numbers."""
        return all(isinstance(value, int | float) for value in self.listed)

    @property
    @override
    def whole(self) -> bool:
        return self.numeric and all(float(value).is_integer() for value in self._possible)

    @property
    def _possible(self) -> list[float]:
        pairs = zip(self.listed, self.shares, strict=True)
        return [value for value, share in pairs if share > 0 and isinstance(value, int | float)]

    @property
    @override
    def support(self) -> tuple[float, float]:
        if not self.numeric:
            raise TypeError(f"{self.kind}: support is defined for numbers only")
        return (min(self._possible), max(self._possible))

    def pick(self, q: float) -> object:
        """Return the first value, in order, whose cumulative share reaches q."""
        first, last = self._reachable
        place = bisect_left(self._cumulative, q - 1e-12)  # the slack undoes rounding of the sums
        return self.listed[self._order[min(max(place, first), last)]]

    @cached_property
    def _reachable(self) -> tuple[int, int]:
        """First and last place in order that have weight."""
        used = [place for place, i in enumerate(self._order) if self.shares[i] > 0]
        return (used[0], used[-1])

    @override
    def ppf(self, q: float) -> float:
        return self.pick(q)  # pyright: ignore[reportReturnType]

    @override
    def cdf(self, x: float) -> float:
        if not self.numeric:
            raise TypeError(f"{self.kind}: cdf is defined for numbers only")
        pairs = zip(self.listed, self.shares, strict=True)
        total = math.fsum(self.shares)
        return (
            math.fsum(share for value, share in pairs if isinstance(value, int | float) and value <= x)
            / total
        )

    @override
    def logpdf(self, x: object) -> float:
        pairs = zip(self.listed, self.shares, strict=True)
        return log(math.fsum(share for value, share in pairs if value == x) / math.fsum(self.shares))


@dataclass(frozen=True)
class Choice(Weighted):
    """One of `values`, alike or by `weights`. Values are numbers, texts, colours or vectors."""

    values: tuple[object, ...]
    weights: tuple[float, ...] | None = None
    kind = "choice"

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(self.values))
        if self.weights is not None:
            object.__setattr__(self, "weights", tuple(float(weight) for weight in self.weights))
            if len(self.weights) != len(self.values):
                raise ValueError(
                    f"choice: {len(self.values)} values need as many weights, got {len(self.weights)}"
                )
        check_weights(self.kind, self.shares)

    @property
    @override
    def listed(self) -> tuple[object, ...]:
        return self.values

    @property
    @override
    def shares(self) -> tuple[float, ...]:
        return (1.0,) * len(self.values) if self.weights is None else self.weights

    @override
    def to_plain(self) -> object:
        plain = [plain_item(value) for value in self.values]
        return {"values": plain} if self.weights is None else {"values": plain, "weights": list(self.weights)}


@dataclass(frozen=True)
class Discrete(Weighted):
    """Values with their probabilities, as (value, weight) pairs or as a dict."""

    pairs: tuple[tuple[float | str, float], ...]
    kind = "discrete"

    def __post_init__(self) -> None:
        pairs = self.pairs.items() if isinstance(self.pairs, dict) else self.pairs
        object.__setattr__(self, "pairs", tuple((value, float(weight)) for value, weight in pairs))
        check_weights(self.kind, self.shares)

    @property
    @override
    def listed(self) -> tuple[object, ...]:
        return tuple(value for value, _ in self.pairs)

    @property
    @override
    def shares(self) -> tuple[float, ...]:
        return tuple(weight for _, weight in self.pairs)

    @override
    def to_plain(self) -> object:
        return [[value, weight] for value, weight in self.pairs]


@dataclass(frozen=True)
class Empirical(Weighted):
    """One of measured values, each as often as it was measured (a CSV column, see `scenario.empirical`).

    Attributes:
        values: the measured numbers, SI.
        file: path of the CSV file within the scenario's folder; empty when built from numbers alone.
        column: name of the column.
        unit: unit of the column's numbers; empty for SI.
        sha256: of the file's bytes, hex; it stands for the values in the canonical form.
    """

    values: tuple[float, ...] = field(repr=False)
    file: str = ""
    column: str = ""
    unit: str = ""
    sha256: str = ""
    kind = "empirical"

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(sorted(float(value) for value in self.values)))
        if not self.values:
            raise ValueError("empirical: the column has no numbers")
        require_finite(self.kind, lowest=self.values[0], highest=self.values[-1])

    @property
    @override
    def listed(self) -> tuple[object, ...]:
        return self.values

    @property
    @override
    def shares(self) -> tuple[float, ...]:
        return (1.0,) * len(self.values)

    @override
    def to_plain(self) -> object:
        if not self.file:
            return {"values": list(self.values)}
        unit = {"unit": self.unit} if self.unit else {}
        return {"file": self.file, "column": self.column, **unit, "sha256": self.sha256}


@dataclass(frozen=True)
class Mixture(ScalarDistribution):
    """One of several distributions over numbers, by weight."""

    components: tuple[ScalarDistribution, ...]
    weights: tuple[float, ...]
    kind = "mixture"

    def __post_init__(self) -> None:
        object.__setattr__(self, "components", tuple(self.components))
        object.__setattr__(self, "weights", tuple(float(weight) for weight in self.weights))
        if len(self.components) != len(self.weights):
            raise ValueError(
                f"mixture: {len(self.components)} components need as many weights, got {len(self.weights)}"
            )
        check_weights(self.kind, self.weights)
        if len({component.discrete for component, _ in self._parts}) > 1:
            raise ValueError(
                "mixture: components must be all continuous or all discrete (const, int_uniform, choice, ...), "
                "else it has no density; draw the alternative as a param and use an expression"
            )

    @property
    def discrete(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Whether the components are."""
        return self.components[0].discrete

    @cached_property
    def _parts(self) -> tuple[tuple[ScalarDistribution, float], ...]:
        total = math.fsum(self.weights)
        pairs = zip(self.components, self.weights, strict=True)
        return tuple((component, weight / total) for component, weight in pairs if weight > 0)

    @property
    @override
    def support(self) -> tuple[float, float]:
        ends = [component.support for component, _ in self._parts]
        return (min(low for low, _ in ends), max(high for _, high in ends))

    @property
    @override
    def whole(self) -> bool:
        return all(component.whole for component, _ in self._parts)

    def ppf(self, q: float) -> float:
        """Return the quantile by bisection between the smallest and largest quantile of the components."""
        quantiles = [component.ppf(q) for component, _ in self._parts]
        low, high = min(quantiles), max(quantiles)
        if q <= 0:
            return low
        if self.cdf(low) >= q:
            return low
        for _ in range(_BISECTIONS):
            middle = low + (high - low) / 2
            if middle in (low, high):
                break
            low, high = (low, middle) if self.cdf(middle) >= q else (middle, high)
        return round(high) if self.whole else high

    @override
    def cdf(self, x: float) -> float:
        return math.fsum(weight * component.cdf(x) for component, weight in self._parts)

    @override
    def logpdf(self, x: float) -> float:
        return log(math.fsum(weight * math.exp(component.logpdf(x)) for component, weight in self._parts))

    @override
    def to_plain(self) -> object:
        plain = [plain_item(component) for component in self.components]
        return {"components": plain, "weights": list(self.weights)}


def plain_item(value: object) -> object:
    """Return a value inside a distribution in its canonical form."""
    if isinstance(value, Distribution):
        return {value.kind: _with_floats(value.to_plain())}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain_item(item) for item in value]
    return value


def _with_floats(plain: object) -> object:
    """Return plain data with every number a float, so that 1 and 1.0 are the same distribution in a hash too."""
    if isinstance(plain, dict):
        return {key: _with_floats(item) for key, item in cast("dict[str, object]", plain).items()}
    if isinstance(plain, list):
        return [_with_floats(item) for item in cast("list[object]", plain)]
    return float(plain) if isinstance(plain, int) else plain
