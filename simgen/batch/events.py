"""What happens in a batch, told as it happens; progress displays are fed by nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

DeathCause = Literal["crash", "time-out"]
Fate = Literal["again", "lost", "left", "done"]


@dataclass(frozen=True, slots=True)
class BatchStarted:
    """Work begins."""

    job_count: int
    worker_count: int


@dataclass(frozen=True, slots=True)
class JobStarted:
    """A worker was given a job; `attempt` counts from 1."""

    index: int
    worker: int
    attempt: int


@dataclass(frozen=True, slots=True)
class JobDone:
    """A job returned `result` (for scenes a `pipeline.SceneResult`)."""

    index: int
    worker: int
    result: Any


@dataclass(frozen=True, slots=True)
class JobFailed:
    """A job is lost for good: it raised, or its worker died twice. `result` is what `lost` made of it."""

    index: int
    reason: str
    result: Any


@dataclass(frozen=True, slots=True)
class WorkerDied:
    """A worker ended while it held a job.

    Attributes:
        reason: exit code or signal, and the last line it printed.
        then: what becomes of the job: it is tried again, in a fresh worker; lost; left to a resumed run, because the
            user asked to stop; or done, because the worker died after it.
        place: where in the job it was, as words to follow `ended`; may be empty.
        advice: what to try; may be empty.
        log: file with what it printed, the stack of a native crash among it.
    """

    worker: int
    index: int
    cause: DeathCause
    reason: str
    then: Fate
    place: str = ""
    advice: str = ""
    log: Path | None = None


@dataclass(frozen=True, slots=True)
class WorkerRecycled:
    """A worker was replaced: after its job because it was old or large, or because it ended while it held none."""

    worker: int
    reason: str


@dataclass(frozen=True, slots=True)
class BatchInterrupted:
    """The user asked to stop: running jobs end (or, asked twice, are abandoned); no new ones start."""

    abandoned: bool
    jobs_left: int


@dataclass(frozen=True, slots=True)
class BatchEnded:
    """Nothing runs any more."""

    done: int
    failed: int
    interrupted: bool


BatchEvent = (
    BatchStarted
    | JobStarted
    | JobDone
    | JobFailed
    | WorkerDied
    | WorkerRecycled
    | BatchInterrupted
    | BatchEnded
)
