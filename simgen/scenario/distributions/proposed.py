"""A distribution that is sampled by another one, which draws of interest come from more often.

What is sampled is `(1 - defensive) * proposal + defensive * dist`; a draw x then weighs
`dist(x) / sampled(x)`, which never exceeds `1 / defensive`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from typing_extensions import override

from simgen.scenario.distributions.base import ScalarDistribution
from simgen.scenario.distributions.discrete import Choice, IntUniform, Mixture, Weighted, plain_item

_PROBES = 2048  # quantiles of `dist` at which the proposal must be able to give a value
_MAX_LISTED = 100_000  # whole numbers that are looked at one by one


@dataclass(frozen=True)
class Proposed(ScalarDistribution):
    """Draws of `dist` by way of `proposal`; everything but `dist` itself tells of what is sampled.

    Attributes:
        dist: the natural distribution.
        proposal: where draws come from, but for a share of
        defensive: 0 to below 1, which come from `dist`.
    """

    dist: ScalarDistribution
    proposal: ScalarDistribution
    defensive: float = 0.0
    kind = "proposed"

    def __post_init__(self) -> None:
        if not 0 <= self.defensive < 1:
            raise ValueError(f"defensive: must be at least 0 and below 1, got {self.defensive:g}")
        if self.dist.discrete != self.proposal.discrete:
            kinds = ("lists values", "has a density")[:: 1 if self.dist.discrete else -1]
            raise ValueError(
                f"proposal: {self.proposal.kind} {kinds[1]}, but {self.dist.kind} {kinds[0]}; use the same kind"
            )
        if _of_texts(self.dist) != _of_texts(self.proposal):
            raise ValueError("proposal: one of dist and proposal gives texts, the other numbers")
        if self.defensive == 0:
            self._check_covers()

    def _check_covers(self) -> None:
        missed = self._missed()
        if missed is not None:
            raise ValueError(
                f"proposal: {self.proposal.kind} never gives {missed}, which {self.dist.kind} can give: "
                "no weight could undo that; widen the proposal, or add 'defensive: 0.1'"
            )

    def _missed(self) -> str | None:
        """Return what `dist` can give and `proposal` cannot, or None."""
        for x in _possible(self.dist):
            if not math.isfinite(self.proposal.logpdf(cast("float", x))):
                return x if isinstance(x, str) else f"{x:g}"
        if self.dist.discrete:
            return None
        (low, high), (low_q, high_q) = self.dist.support, self.proposal.support
        if low < low_q:
            return f"values below {low_q:g}"
        return f"values above {high_q:g}" if high > high_q else None

    @cached_property
    def sampled(self) -> ScalarDistribution:
        """What draws follow."""
        if self.defensive == 0:
            return self.proposal
        if isinstance(self.dist, Weighted) and isinstance(self.proposal, Weighted):
            return _mixed_list(self.proposal, self.dist, self.defensive)
        return Mixture((self.proposal, self.dist), (1 - self.defensive, self.defensive))

    @property
    def discrete(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Whether both are."""
        return self.dist.discrete

    @property
    @override
    def support(self) -> tuple[float, float]:
        return self.sampled.support

    @property
    @override
    def whole(self) -> bool:
        return self.dist.whole and self.proposal.whole

    @override
    def ppf(self, q: float) -> float:
        return self.sampled.ppf(q)

    @override
    def cdf(self, x: float) -> float:
        return self.sampled.cdf(x)

    @override
    def logpdf(self, x: float) -> float:
        return self.sampled.logpdf(x)

    @override
    def to_plain(self) -> object:
        dist, proposal = plain_item(self.dist), plain_item(self.proposal)
        return {"dist": dist, "proposal": proposal, "defensive": self.defensive}


def _of_texts(dist: ScalarDistribution) -> bool:
    return isinstance(dist, Weighted) and not dist.numeric


def _possible(dist: ScalarDistribution) -> Iterator[float | str]:
    """Yield values that a distribution can give: all of a list, else its ends and quantiles in between."""
    if isinstance(dist, Weighted):
        pairs = zip(dist.listed, dist.shares, strict=True)
        yield from (cast("float | str", value) for value, share in pairs if share > 0)
    elif isinstance(dist, IntUniform) and dist.high - dist.low < _MAX_LISTED:
        yield from range(dist.low, dist.high + 1)
    else:
        yield from (dist.ppf((k + 0.5) / _PROBES) for k in range(_PROBES))


def _mixed_list(proposal: Weighted, dist: Weighted, defensive: float) -> Choice:
    """Return the mixture of two lists, as one list: values are numbers or texts."""
    shares: dict[object, float] = {}
    for part, weight in ((proposal, 1 - defensive), (dist, defensive)):
        total = math.fsum(part.shares)
        for value, share in zip(part.listed, part.shares, strict=True):
            shares[value] = shares.get(value, 0.0) + weight * share / total
    return Choice(tuple(shares), tuple(shares.values()))
