"""Python behaviours and triggers, as a scenario brings them along."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from simgen.geometry import Vec3
from simgen.simulation.view import WorldView

Commands = Generator[Vec3 | None, None, None]


class Zigzag:
    """Goes left and right; yields nothing special for a while, then ends."""

    def __init__(self, speed: float, rounds: int = 3) -> None:
        self.speed, self.rounds = speed, rounds

    def run(self, view: WorldView, rng: np.random.Generator) -> Commands:
        for k in range(self.rounds):
            until = view.time_s + 0.1
            while view.time_s < until - 1e-9:
                yield (self.speed, (-1) ** k * self.speed, 0.0)


class Drunk:
    """Its way is drawn."""

    def run(self, view: WorldView, rng: np.random.Generator) -> Commands:
        while True:
            x, y = rng.normal(size=2)
            yield (float(x), float(y), 0.0)


class Keeper:
    """Keeps as far from another as it was told, by what it sees."""

    def __init__(self, other: str, gap: float) -> None:
        self.other, self.gap = other, gap

    def run(self, view: WorldView, rng: np.random.Generator) -> Commands:
        while True:
            off = view.distance_m(view.me, self.other) - self.gap
            yield (view.velocity_mps(self.other)[0] + off, 0.0, 0.0)


class Silent:
    """Says nothing: goes on as it is."""

    def run(self, view: WorldView, rng: np.random.Generator) -> Commands:
        yield (2.0, 0.0, 0.0)
        while True:
            yield None


class Forever:
    """Never yields."""

    def run(self, view: WorldView, rng: np.random.Generator) -> Commands:
        count = 0
        while True:
            try:
                count += 1
            except Exception:  # noqa: BLE001 - as users write it; it must not catch what stops it
                count = 0
        yield None


class Broken:
    """Raises."""

    def run(self, view: WorldView, rng: np.random.Generator) -> Commands:
        yield None
        raise ValueError("no more fuel")


class Lost:
    """Yields no number that there is."""

    def run(self, view: WorldView, rng: np.random.Generator) -> Commands:
        yield (1.0, float("nan"), 0.0)


class Babbler:
    """Yields what is no velocity."""

    def run(self, view: WorldView, rng: np.random.Generator) -> Generator[str, None, None]:
        yield "left"


class NoGenerator:
    """Returns a list."""

    def run(self, view: WorldView, rng: np.random.Generator) -> list[Vec3]:
        return [(0.0, 0.0, 0.0)]


def past(view: WorldView, rng: np.random.Generator, limit: float) -> bool:
    """Whether the deer is further than a limit."""
    return view.position_m("deer")[0] > limit


def endless(view: WorldView, rng: np.random.Generator) -> bool:
    """Never returns."""
    while True:
        pass


def rummage(view: WorldView, rng: np.random.Generator) -> bool:
    """Asks for everything there is to see."""
    seen = (
        view.names, view.params, view.present("deer"), view.size_m("deer"), view.heading_rad("deer"),
        view.ahead_m("deer", "car"), view.ttc_s("deer", "car"), view.headway_s("deer", "car"),
        view.closing_speed_mps("deer", "car"), view.touching("deer"), view.phase("e"), view.speed_mps("deer"),
        view.visible_share("camera", "deer"), view.lane_point("lane", 3.0).position_m, view.lane_place("lane", "deer"),
    )  # fmt: skip
    return seen[0] == ("car", "deer") and seen[2] is True and seen[10] == "armed" and seen[14][0] > 2.0


class Glide:
    """Comes down in a glide to a height."""

    def __init__(self, height: float, loud: bool) -> None:
        self.height, self.loud = height, loud

    def run(self, view: WorldView, rng: np.random.Generator) -> Commands:
        while view.position_m(view.me)[2] > self.height:
            yield (5.0, 0.0, -1.0 - self.loud)


def ready(view: WorldView, rng: np.random.Generator, limit: float) -> bool:
    """Whether so much time has passed."""
    return view.time_s > limit
