"""Impacts: two bodies touching without a break, added up over all physics steps."""

from __future__ import annotations

from collections.abc import Iterable

from simgen.geometry import Vec3
from simgen.records.occurrence import Impact
from simgen.simulation.protocol import Touch

Pair = tuple[int, int]


class OpenImpact:
    """An impact that goes on.

    Attributes:
        start: step at which it began.
        end: last step so far.
        impulse_ns: sum so far.
        touched: whether it is more than about to begin.
    """

    __slots__ = ("closing_mps", "end", "impulse_ns", "peak_ns", "point_m", "start", "touched")

    def __init__(self, step: int, touch: Touch) -> None:
        self.start, self.end, self.touched = step, step, False
        self.impulse_ns, self.peak_ns = 0.0, 0.0
        self.closing_mps: float = touch.closing_mps
        self.point_m: Vec3 = touch.point_m

    def add(self, step: int, touch: Touch) -> None:
        """Add one more step."""
        self.end, self.touched = step, True
        self.impulse_ns += touch.impulse_ns
        self.peak_ns = max(self.peak_ns, touch.impulse_ns)


_AWAITED_STEPS = 3  # so long after a crash was foreseen the engine finds the contact


class Impacts:
    """All impacts of a run, by pair of instance ids, the lower one first."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self.open: dict[Pair, OpenImpact] = {}
        self._done: list[tuple[Pair, OpenImpact]] = []

    def update(self, step: int, touches: Iterable[Touch]) -> None:
        """Add what touched during the step that began at `step`; what did not has ended."""
        going_on: dict[Pair, OpenImpact] = {}
        for touch in touches:
            pair = (touch.a, touch.b)
            impact = self.open.pop(pair, None) or OpenImpact(step, touch)
            impact.add(step, touch)
            going_on[pair] = impact
        for pair, impact in self.open.items():
            if impact.touched:
                self._done.append((pair, impact))
            elif step - impact.start <= _AWAITED_STEPS:
                going_on[pair] = impact
        self.open = going_on

    def foresee(self, step: int, touch: Touch) -> None:
        """Begin an impact of two bodies that meet in the step that begins now."""
        self.open.setdefault((touch.a, touch.b), OpenImpact(step, touch))

    def of(self, body: int) -> Iterable[tuple[int, OpenImpact]]:
        """Yield (other body, impact) of all that a body touches now."""
        for (a, b), impact in self.open.items():
            if body in (a, b):
                yield (b if body == a else a), impact

    def between(self, pair: Pair, start: int, end: int) -> float | None:
        """Return the largest impulse of a pair's impacts that overlap these steps; None where there is none."""
        found = [
            impact.impulse_ns
            for other, impact in (*self._done, *self.open.items())
            if other == pair and impact.start <= end and impact.end >= start
        ]
        return max(found) if found else None

    def records(self, names: dict[int, str]) -> tuple[Impact, ...]:
        """Return all impacts by start, then names."""
        rows = [
            Impact(
                start_s=impact.start / self._rate_hz,
                end_s=impact.end / self._rate_hz,
                a=names[a],
                b=names[b],
                impulse_ns=impact.impulse_ns,
                peak_force_n=impact.peak_ns * self._rate_hz,
                closing_speed_mps=impact.closing_mps,
                point_m=impact.point_m,
            )
            for (a, b), impact in (*self._done, *self.open.items())
            if impact.touched
        ]
        return tuple(sorted(rows, key=lambda row: (row.start_s, row.a, row.b)))
