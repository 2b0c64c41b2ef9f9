"""What is being done and how long it will take, on standard error: a bench takes long."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from typing import TextIO, TypeVar

T = TypeVar("T")
_SAY_EVERY_S = 10.0


class Progress:
    """So many steps of one thing; on a terminal one line is written over, elsewhere a line now and then."""

    def __init__(self, title: str, steps: int, stream: TextIO | None = None) -> None:
        self.title, self.steps, self.done = title, steps, 0
        self._stream = stream or sys.stderr
        self._start = self._said = time.perf_counter()
        self._over = self._stream.isatty()

    def step(self, what: str = "", count: int = 1) -> None:
        """Count steps that are done, and say so if it is time."""
        self.done += count
        now = time.perf_counter()
        if self._over or now - self._said >= _SAY_EVERY_S:
            self._said = now
            self._say(now, what)

    def end(self) -> None:
        """Leave the terminal's line empty for what comes."""
        if self._over:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _say(self, now: float, what: str) -> None:
        left = time_left_s(now - self._start, self.done, self.steps)
        text = f"bench: {self.title}, {self.done} of {self.steps}{f' ({what})' if what else ''}, {left}"
        self._stream.write(f"\r\x1b[K{text}" if self._over else f"{text}\n")
        self._stream.flush()


def say(text: str) -> None:
    """Say what is being done, on standard error."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def time_left_s(elapsed_s: float, done: int, steps: int) -> str:
    """Return how long is left in words, if it goes on as it went."""
    if not done:
        return "just begun"
    seconds = round(elapsed_s / done * (steps - done))
    minutes, rest = divmod(seconds, 60)
    return f"about {minutes} min {rest:02d} s left" if minutes else f"about {rest} s left"


def counted(title: str, items: Iterable[T]) -> Iterator[T]:
    """Yield items and show how far it is."""
    known = items if isinstance(items, Sized) else list(items)
    progress = Progress(title, len(known))
    for item in known:
        yield item
        progress.step(str(item)[:40])
    progress.end()
