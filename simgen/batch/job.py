"""What a batch is told: the job, and the bounds on who does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

R_co = TypeVar("R_co", covariant=True)


class Job(Protocol[R_co]):
    """A picklable function of a job's index; it keeps what it opens (renderer, assets) between calls.

    It may also have `begin(index, tell)`, which does all of the job but its end and returns a function that does the
    rest: while that waits for the disk, in a thread, the worker begins with the next job. What it tells is where in the
    job it is, such as ` at frame 3`; should the worker die, the user is told that.
    """

    def __call__(self, index: int) -> R_co:
        """Do the job, in a worker."""
        ...

    def found(self, index: int) -> R_co | None:
        """Return, in the supervisor, the result of a job whose worker died after doing it; None where it is to do."""
        ...

    def lost(self, index: int, reason: str) -> R_co:
        """Record a job that failed for good, in the supervisor, and return its result."""
        ...


@dataclass(frozen=True, slots=True)
class BatchSettings:
    """Bounds on workers; none of them changes a result.

    Attributes:
        job_timeout_s: a job that does not get on for so long, by what it tells, is stopped, and counts as a death of
            its worker.
        start_timeout_s: for importing what the job function needs.
        jobs_per_worker: after so many jobs a worker is replaced.
        rss_limit_bytes: a worker that holds more memory after a job is replaced.
    """

    job_timeout_s: float = 600.0
    start_timeout_s: float = 120.0
    jobs_per_worker: int = 500
    rss_limit_bytes: int = 1 << 30
