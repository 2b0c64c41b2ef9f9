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
        self._bodies = [stage.bodies.named(name) for name in names]
        pairs = combinations([body.instance_id for body in self._bodies], 2)
        self.ids = [(min(pair), max(pair)) for pair in pairs]
        self.ttc_s, self.distance_m = inf, inf

    def look(self) -> None:
        """Take the present instant into account."""
        if self.distance_m == 0.0 and self.ttc_s == 0.0:
            return  # no pair can come nearer, or sooner
        here = [self._current(body) for body in self._bodies if body.present]
        for first, second in combinations(here, 2):
            self._compare(first, second)

    def _compare(self, a: Body, b: Body) -> None:
        """Measure a pair exactly only where it might be nearer than ever before."""
        least, closing = measures.nearing(a, b)
        sooner = closing > 0.0 and least < self.ttc_s * closing
        if least >= self.distance_m and not sooner:
            return
        distance = measures.free_distance_m(a, b)
        self.distance_m = min(self.distance_m, distance)
        if closing > 0.0:
            self.ttc_s = min(self.ttc_s, distance / closing)
