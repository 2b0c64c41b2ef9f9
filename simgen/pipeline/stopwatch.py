"""Wall time by stage, and what is being made; for progress, benchmarks and crashes, never in a dataset's bytes."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager


class Stopwatch:
    """Adds up wall time by stage, for progress and benchmarks only.

    Attributes:
        seconds: by stage.
        tell: called with what is being made now, as words to follow `ended`: should the process die, that is known.
    """

    def __init__(self, tell: Callable[[str], None] | None = None) -> None:
        self.seconds: dict[str, float] = {}
        self.tell = tell or _nobody

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Count the time inside the block towards `name`."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


def _nobody(place: str) -> None:
    del place
