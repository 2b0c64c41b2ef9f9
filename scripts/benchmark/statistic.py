"""A measured quantity: median and spread of several runs, never a single number."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, middle half and count of repeated measurements in one unit."""

    median: float
    low: float
    high: float
    count: int
    unit: str

    @staticmethod
    def of(values: Sequence[float], unit: str) -> Spread:
        low, median, high = (float(v) for v in np.percentile(values, [25, 50, 75]))
        return Spread(median, low, high, len(values), unit)

    def text(self) -> str:
        return f"{self.median:9.2f} {self.unit:<6} (middle half {self.low:.2f} to {self.high:.2f}, n = {self.count})"

    def as_dict(self) -> dict[str, float | int | str]:
        return {
            "median": self.median,
            "p25": self.low,
            "p75": self.high,
            "count": self.count,
            "unit": self.unit,
        }


def milliseconds(seconds: Sequence[float]) -> Spread:
    return Spread.of([1e3 * each for each in seconds], "ms")


class Clock:
    """Times named calls twice: by the wall, and by the processor (the sum over all threads).

    On a busy machine only processor time can be compared; on an idle one the wall is what a user waits for.
    """

    def __init__(self) -> None:
        self.wall_s: dict[str, list[float]] = defaultdict(list)
        self.cpu_s: dict[str, list[float]] = defaultdict(list)

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.cpu_s[name].append(time.process_time() - cpu)
        self.wall_s[name].append(time.perf_counter() - wall)

    def clear(self) -> None:
        for values in (*self.wall_s.values(), *self.cpu_s.values()):
            values.clear()

    def table(self) -> dict[str, Spread]:
        rows: dict[str, Spread] = {}
        for name, values in self.wall_s.items():
            if values:
                rows[f"{name}, wall"] = milliseconds(values)
                rows[f"{name}, cpu"] = milliseconds(self.cpu_s[name])
        return rows
