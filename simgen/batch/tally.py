"""Counts of a batch, kept from its events alone: what a progress display shows."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from simgen.batch.events import BatchEvent, BatchInterrupted, BatchStarted, JobDone, JobFailed, WorkerDied

if TYPE_CHECKING:
    from simgen.pipeline import SceneResult


@dataclass(slots=True)
class Tally:
    """Running totals of scenes.

    Attributes:
        total: scenes of the dataset.
        done: scenes that are in it, those of an earlier run included.
        done_before: those of an earlier run.
        failed: scenes recorded as failed in this run.
        frames: samples written in this run.
        refused: draws refused in this run.
    """

    total: int
    done: int = 0
    done_before: int = 0
    failed: int = 0
    frames: int = 0
    refused: int = 0

    def count(self, event: BatchEvent) -> None:
        """Take one event in."""
        if isinstance(event, BatchStarted):
            self.done = self.done_before = max(0, self.total - event.job_count)
        elif isinstance(event, JobDone | JobFailed):
            self._count_scene(event.result)

    def _count_scene(self, result: SceneResult) -> None:
        self.done += 1
        self.failed += result.status == "failed"
        self.frames += result.samples
        self.refused += result.rejections.total

    def seconds_left(self, elapsed_s: float) -> float | None:
        """Return the time that the remaining scenes take at this run's pace; None before the first is done."""
        made = self.done - self.done_before
        return elapsed_s / made * (self.total - self.done) if made else None

    def line(self, elapsed_s: float) -> str:
        """Return everything in one line."""
        rate = self.frames / elapsed_s if elapsed_s > 0 else 0.0
        left = self.seconds_left(elapsed_s)
        parts = [
            f"{self.done}/{self.total} scenes",
            f"{rate:.1f} frames/s",
            f"{counted(self.refused, 'draw')} refused",
            f"{self.failed} failed",
            "" if left is None or self.done == self.total else f"{duration(left)} left",
        ]
        return ", ".join(filter(None, parts))


def counted(number: int, noun: str) -> str:
    """Return `1 scene`, `2 scenes` ..."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def duration(seconds: float) -> str:
    """Return a time as `45 s`, `3:05` or `2:03:05`, rounded up to a second."""
    whole = ceil(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, hours = whole // 60 % 60, whole // 3600
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


_THEN = {
    "again": "trying it once more",
    "lost": "giving it up",
    "left": "--resume makes it",
    "done": "the scene was complete by then",
}


def _death(event: WorkerDied) -> str:
    told = f"worker {event.worker} ended{event.place} ({event.cause}: {event.reason})"
    log = f"what it printed is in {event.log}" if event.log else ""
    return "; ".join(filter(None, (f"scene {event.index}: {told}", _THEN[event.then], log, event.advice)))


def notice(event: BatchEvent) -> str:
    """Return what the user must be told at once about an event, or an empty string."""
    if isinstance(event, WorkerDied):
        return _death(event)
    if isinstance(event, JobFailed):
        return f"scene {event.index} failed: {event.reason}"
    if isinstance(event, JobDone) and event.result.status == "failed":
        return f"scene {event.index} failed: {event.result.reason}"
    if isinstance(event, BatchInterrupted):
        if event.abandoned:
            return f"stopped; {event.jobs_left} scenes are left"
        return "stopping when the running scenes are done; press Ctrl-C again to abandon them"
    return ""
