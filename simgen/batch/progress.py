"""Shows a batch's progress: a live bar in a terminal, a plain line every few seconds elsewhere. Display only."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TextIO, cast

from simgen.batch.events import BatchEnded, BatchEvent
from simgen.batch.tally import Tally, notice

if TYPE_CHECKING:
    from rich.progress import Progress

Clock = Callable[[], float]
_LINE_EVERY_S = 5.0


@contextmanager
def progress_display(
    name: str, scene_count: int, *, stream: TextIO | None = None, clock: Clock = time.monotonic
) -> Generator[Callable[[BatchEvent], None]]:
    """Show the progress of making `scene_count` scenes; yields the function to hand every event to.

    Args:
        name: of the scenario.
        stream: where to, standard error by default; a terminal gets a live bar.
        clock: seconds, any origin.
    """
    out = cast("TextIO", _Forgiving(stream or sys.stderr))
    if not out.isatty():
        yield PlainLines(name, Tally(scene_count), out, clock).show
        return
    from rich.console import Console  # which others need not wait for
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    console = Console(file=out, highlight=False, soft_wrap=True)
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[line]}"),
        console=console,
    ) as bar:
        yield LiveBar(name, Tally(scene_count), bar, clock).show


class _Forgiving:
    """A stream that drops what nobody can read any more, as of a terminal that was closed: the work goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class PlainLines:
    """One line at the start and the end of a batch, and between them when 5 s have passed."""

    def __init__(self, name: str, tally: Tally, stream: TextIO, clock: Clock) -> None:
        self._name, self._tally, self._stream, self._clock = name, tally, stream, clock
        self._start = clock()
        self._last_line = -_LINE_EVERY_S

    def show(self, event: BatchEvent) -> None:
        """Take one event in and print what is due."""
        self._tally.count(event)
        elapsed = self._clock() - self._start
        if notice(event):
            self._print(notice(event))
        if isinstance(event, BatchEnded) or elapsed - self._last_line >= _LINE_EVERY_S:
            self._last_line = elapsed
            self._print(self._tally.line(elapsed))

    def _print(self, text: str) -> None:
        self._stream.write(f"{self._name}: {text}\n")
        self._stream.flush()


class LiveBar:
    """A bar that is redrawn in place, with notices above it."""

    def __init__(self, name: str, tally: Tally, bar: Progress, clock: Clock) -> None:
        self._tally, self._bar, self._clock = tally, bar, clock
        self._start = clock()
        self._task = bar.add_task(name, total=tally.total, line=tally.line(0.0))

    def show(self, event: BatchEvent) -> None:
        """Take one event in and redraw."""
        self._tally.count(event)
        if notice(event):
            self._bar.console.print(notice(event), markup=False)
        line = self._tally.line(self._clock() - self._start)
        self._bar.update(self._task, completed=self._tally.done, line=line)
