"""Lamps over time: what switches and dimmed surroundings do to the factor on each light."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

import numpy as np

from simgen.geometry import FloatArray
from simgen.records.scene import Scene

_EDGE = 1e-9  # so close to the end of a half period the next has begun


@dataclass(frozen=True, slots=True, eq=False)
class _Change:
    """What one action made of a light.

    Attributes:
        start_s: from here on ...
        end_s: ... to here, not included.
        factor: of the time since the start.
    """

    start_s: float
    end_s: float
    factor: Callable[[float], float]


class Lamps:
    """The factor on each of `Scene.light_names` at any time up to the present."""

    def __init__(self, scene: Scene) -> None:
        self.names = scene.light_names
        self._base = dict.fromkeys(self.names, 1.0)
        self._base |= {lamp.name: float(lamp.on) for lamp in (*scene.lights, *scene.panels)}
        self._changes: dict[str, list[_Change]] = {name: [] for name in self.names}

    @property
    def changed(self) -> bool:
        """Whether anything has happened to any light."""
        return any(self._changes.values())

    def switch(
        self, name: str, state: str, time_s: float, factor: float, frequency_hz: float, for_s: float | None
    ) -> None:
        """Switch a light; raises KeyError for one that is not there."""
        if name not in self._changes:
            raise KeyError(f"no light '{name}'; known: {', '.join(self.names)}")
        end = inf if for_s is None else time_s + for_s
        self._changes[name].append(_Change(time_s, end, _course(state, factor, frequency_hz)))

    def dim(self, name: str, time_s: float, factor: float, over_s: float) -> None:
        """Bring a light linearly from what it is to a factor."""
        start = self.factor(name, time_s)

        def after(t: float) -> float:
            return factor if t >= over_s else start + (factor - start) * t / over_s

        self._changes[name].append(_Change(time_s, inf, after))

    def factor(self, name: str, time_s: float) -> float:
        """Return the factor on a light at an instant: of the last change that still lasts."""
        for change in reversed(self._changes[name]):
            if change.start_s <= time_s < change.end_s - _EDGE:
                return change.factor(time_s - change.start_s)
        return self._base[name]

    def table(self, times_s: FloatArray) -> FloatArray | None:
        """Return (f, k) factors at some instants; None where nothing ever changes."""
        if not self.changed:
            return None
        rows = [[self.factor(name, float(time_s)) for name in self.names] for time_s in times_s]
        return np.array(rows, dtype=float).reshape(len(times_s), len(self.names))


def _course(state: str, factor: float, frequency_hz: float) -> Callable[[float], float]:
    """Return the factor over the time since a switch."""
    if state == "flicker":
        return lambda t: float(int(2.0 * frequency_hz * t + _EDGE) % 2)
    constant = {"on": 1.0, "off": 0.0, "high_beam": factor}[state]
    return lambda _: constant
