"""How near the bodies of an event came to each other while it went on."""

from __future__ import annotations

from itertools import combinations
from math import inf

from simgen.simulation import measures
from simgen.simulation.bodies import Body
from simgen.simulation.stage import Stage


class Meeting:
    """The bodies of one occurrence, from its trigger on; looked at at every step until it is over."""

    def __init__(self, stage: Stage, names: tuple[str, ...]) -> None:
        self._current = stage.bodies.current
        self._pairs = list(combinations([stage.bodies.named(name) for name in names], 2))
        self.ids = [
            (min(pair), max(pair)) for pair in ((a.instance_id, b.instance_id) for a, b in self._pairs)
        ]
        self.ttc_s, self.distance_m = inf, inf

    def look(self) -> None:
        """Take the present instant into account."""
        for first, second in self._pairs:
            if first.present and second.present:
                self._compare(self._current(first), self._current(second))

    def _compare(self, a: Body, b: Body) -> None:
        """Measure a pair exactly only where it might be nearer than ever before."""
        least, closing = measures.least_distance_m(a, b), measures.closing_speed_mps(a, b)
        sooner = closing > 0.0 and least < self.ttc_s * closing
        if least >= self.distance_m and not sooner:
            return
        distance = measures.free_distance_m(a, b)
        self.distance_m = min(self.distance_m, distance)
        if closing > 0.0:
            self.ttc_s = min(self.ttc_s, distance / closing)
