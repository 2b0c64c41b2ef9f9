"""The supervisor: hands jobs to child processes, and no job is lost without a word.

Every job runs in a child, even with one worker: a crash inside a driver or the physics engine then costs one
scene, not the run. A job whose worker dies, or that does not get on until the time-out, gets one more attempt in a
fresh worker and is then recorded as failed. Results come back in any order and leave sorted by index.
"""

from __future__ import annotations

import pickle
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import Generic, TypeVar

from simgen.batch.cores import thread_environment, usable_cores, worker_total
from simgen.batch.deaths import CrashLogs, Ending
from simgen.batch.events import (
    BatchEnded,
    BatchEvent,
    BatchInterrupted,
    BatchStarted,
    DeathCause,
    Fate,
    JobDone,
    JobFailed,
    JobStarted,
    WorkerDied,
    WorkerRecycled,
)
from simgen.batch.fork_server import ForkServer
from simgen.batch.interrupt import InterruptCounter
from simgen.batch.job import BatchSettings, Job
from simgen.batch.messages import Begun, Doing, Raised, Ready, Returned, Start
from simgen.batch.process import HeldJob, WorkerProcess
from simgen.errors import AssetError, DatasetError, SimgenError, UsageError

R = TypeVar("R")

_MAX_ATTEMPTS = 2
_AS_RAISED: dict[str, type[SimgenError]] = {
    "UsageError": UsageError,
    "AssetError": AssetError,
    "DatasetError": DatasetError,
}


@dataclass(frozen=True, slots=True)
class BatchOutcome(Generic[R]):
    """What a batch did.

    Attributes:
        results: of all jobs that ended, failed ones included, by index.
        interrupted: whether the user stopped it, so that jobs are left.
    """

    results: tuple[R, ...]
    interrupted: bool


def run_batch(
    indices: Iterable[int],
    job: Job[R],
    *,
    worker_count: int = 1,
    on_event: Callable[[BatchEvent], None] | None = None,
    on_idle: Callable[[], None] | None = None,
    settings: BatchSettings | None = None,
    server: ForkServer | None = None,
    crash_logs: Path | None = None,
) -> BatchOutcome[R]:
    """Run `job` for every index in child processes and return the results by index.

    Ctrl-C, SIGTERM or SIGHUP, once: no new jobs start, running ones end. Twice: running ones are killed. Either way the
    outcome says `interrupted`.

    Args:
        worker_count: processes; 0 means one per usable core.
        on_event: called in this thread for everything that happens.
        on_idle: called in this thread, once, when a core is free until the end: all jobs are given out, and fewer
            workers than cores have one. Not called after a request to stop.
        server: to fork workers from; without one, a bare one is started.
        crash_logs: folder for what workers printed that died, made when there is something to keep.

    Raises:
        UsageError, AssetError, DatasetError: a job raised it; all workers are ended first.
        SimgenError: a worker could not start, or a job met what dooms the others too, such as a full disk.
    """
    todo = list(indices)
    calls = _Calls(on_event or _nothing, on_idle or _nothing)
    supervisor = _Supervisor(todo, job, worker_count, calls, settings or BatchSettings(), crash_logs)
    if not todo:
        return BatchOutcome((), interrupted=False)
    with nullcontext(server) if server else ForkServer() as parent:
        return supervisor.run(parent)


def _nothing(*told: object) -> None:
    del told


@dataclass(frozen=True, slots=True)
class _Calls:
    """The caller's functions, see `run_batch`."""

    on_event: Callable[[BatchEvent], None]
    on_idle: Callable[[], None]


class _Supervisor(Generic[R]):
    """State of one batch: jobs left, workers, results."""

    def __init__(
        self,
        indices: list[int],
        job: Job[R],
        worker_count: int,
        calls: _Calls,
        settings: BatchSettings,
        crash_logs: Path | None,
    ) -> None:
        self._cores = cores = usable_cores()
        self._job, self._settings, self._logs = job, settings, CrashLogs(crash_logs)
        self._emit, self._on_idle = calls.on_event, calls.on_idle
        self._told_of_free_core = False
        self._waiting = deque(indices)
        self._tried: dict[int, int] = {}
        self._job_count = len(indices)
        self._worker_count = worker_total(worker_count, len(indices), cores)
        limits = thread_environment(self._worker_count, cores)
        self._start = Start(limits, tuple(sys.path), pickle.dumps(job))
        self._workers: dict[int, WorkerProcess] = {}
        self._workers_made = 0
        self._idle_ends_forgiven = self._worker_count
        self._results: dict[int, R] = {}
        self._failed = 0
        self._stops_seen = 0

    def run(self, server: ForkServer) -> BatchOutcome[R]:
        self._server = server
        self._emit(BatchStarted(len(self._waiting), self._worker_count))
        with InterruptCounter() as interrupts:
            try:
                for _ in range(self._worker_count):
                    self._start_worker()
                while self._workers:
                    self._turn(interrupts)
            finally:
                for worker in list(self._workers.values()):
                    worker.kill()
        interrupted = self._stops_seen > 0 and len(self._results) < self._job_count
        self._emit(BatchEnded(len(self._results) - self._failed, self._failed, interrupted))
        return BatchOutcome(tuple(self._results[index] for index in sorted(self._results)), interrupted)

    def _turn(self, interrupts: InterruptCounter) -> None:
        """Wait for the next message, end, time-out or request to stop, and act on it."""
        links = {worker.link: worker for worker in self._workers.values()}
        soonest = min(worker.due_s() for worker in links.values())
        ready = wait([interrupts.fileno(), *links], max(0.0, soonest - time.monotonic()))
        interrupts.drain()
        if interrupts.count > self._stops_seen:
            self._stop(interrupts.count)
        for link, worker in links.items():
            if link in ready and worker.number in self._workers:
                self._listen(worker)
        now = time.monotonic()
        for worker in [worker for worker in self._workers.values() if worker.due_s() <= now]:
            self._timed_out(worker)

    # -- workers -------------------------------------------------------------------------------------------------

    def _start_worker(self, retry_index: int | None = None) -> None:
        self._workers_made += 1
        worker = WorkerProcess(self._workers_made, self._server, self._start)
        worker.deadline_s = time.monotonic() + self._settings.start_timeout_s
        worker.retry_index = retry_index
        self._workers[worker.number] = worker

    def _listen(self, worker: WorkerProcess) -> None:
        message = worker.receive()
        if message is None:
            self._died(worker, "crash", self._remove(worker))
        elif isinstance(message, Ready):
            worker.ready = True
            self._employ(worker)
        elif isinstance(message, Doing):
            worker.note(message)
        elif isinstance(message, Begun):
            self._begun(worker, message)
        elif isinstance(message, Returned):
            self._returned(worker, message)
        else:
            self._raised(worker, message)

    def _employ(self, worker: WorkerProcess) -> None:
        """Give a free worker its next job, or let it go."""
        worker.release()
        index, attempt = worker.retry_index, _MAX_ATTEMPTS
        worker.retry_index = None
        if self._stops_seen:
            index = None
        elif index is None and self._waiting:
            index = self._waiting.popleft()
            attempt = self._tried.get(index, 0) + 1
        if index is None and not worker.ending:
            self._remove(worker)
        elif index is not None:
            self._emit(JobStarted(index, worker.number, attempt))
            worker.order(index, attempt, self._settings.job_timeout_s)
        self._tell_of_free_core()

    def _tell_of_free_core(self) -> None:
        at_work = [
            worker for worker in self._workers.values() if worker.index is not None or not worker.ready
        ]
        is_free = not self._waiting and 0 < len(at_work) < self._cores
        if is_free and not (self._told_of_free_core or self._stops_seen):
            self._told_of_free_core = True
            self._on_idle()

    def _remove(self, worker: WorkerProcess, *, kill: bool = False) -> Ending:
        del self._workers[worker.number]
        return worker.kill() if kill else worker.close()

    def _recycle_or_employ(self, worker: WorkerProcess, rss_bytes: int) -> None:
        reason = self._why_recycle(worker, rss_bytes)
        if reason and self._waiting and not self._stops_seen:
            if worker.ending:
                return  # once they have ended
            self._remove(worker)
            self._emit(WorkerRecycled(worker.number, reason))
            self._start_worker()
        else:
            self._employ(worker)

    def _why_recycle(self, worker: WorkerProcess, rss_bytes: int) -> str:
        if rss_bytes > self._settings.rss_limit_bytes:
            limit = self._settings.rss_limit_bytes / 2**20
            return f"{rss_bytes / 2**20:.0f} MiB resident, allowed is {limit:.0f} MiB"
        done = worker.jobs_done + len(worker.ending)
        if done >= self._settings.jobs_per_worker:
            return f"{done} jobs done"
        return ""

    # -- what becomes of a job -----------------------------------------------------------------------------------

    def _begun(self, worker: WorkerProcess, message: Begun) -> None:
        worker.set_aside()
        self._recycle_or_employ(worker, message.rss_bytes)

    def _returned(self, worker: WorkerProcess, message: Returned) -> None:
        self._done(worker, message.index, message.result)
        self._ended(worker, message.index, message.rss_bytes)

    def _ended(self, worker: WorkerProcess, index: int, rss_bytes: int) -> None:
        """Go on with a worker that has done with a job, unless it works at the next already."""
        worker.jobs_done += 1
        was_set_aside = worker.ending.pop(index, None) is not None
        if not was_set_aside or worker.index is None:
            self._recycle_or_employ(worker, rss_bytes)

    def _raised(self, worker: WorkerProcess, message: Raised) -> None:
        if message.kind in _AS_RAISED:
            raise _AS_RAISED[message.kind](message.message)
        if message.dooms_all and worker.ready:
            raise SimgenError(
                f"scene {message.index}: {message.kind}: {message.message}; mend that, then --resume"
            )
        if not worker.ready:
            raise SimgenError(
                f"a worker could not start: {message.kind}: {message.message}\n{message.traceback}"
            )
        self._lose(message.index, f"{message.kind}: {message.message}")
        self._ended(worker, message.index, message.rss_bytes)

    def _timed_out(self, worker: WorkerProcess) -> None:
        del self._workers[worker.number]
        limit_s = self._settings.job_timeout_s if worker.ready else self._settings.start_timeout_s
        self._died(worker, "time-out", worker.stop_late(limit_s))

    def _died(self, worker: WorkerProcess, cause: DeathCause, ended: Ending) -> None:
        jobs = worker.jobs()
        if not jobs and not self._stops_seen:
            self._ended_idle(worker, ended.reason)
        again = [job.index for job in jobs if self._outlived(worker, job, cause, ended) == "again"]
        self._waiting.extendleft(reversed(again[1:]))
        if jobs and not self._stops_seen and (again or self._waiting):
            self._start_worker(again[0] if again else None)

    def _outlived(self, worker: WorkerProcess, job: HeldJob, cause: DeathCause, ended: Ending) -> Fate:
        """Decide, tell and return what becomes of a job whose worker died."""
        fate = "done" if self._was_done(worker, job.index) else self._fate(job)
        log = self._logs.keep(job.index, job.attempt, job.place, ended)
        advice = "" if fate == "done" else ended.advice
        self._emit(WorkerDied(worker.number, job.index, cause, ended.reason, fate, job.place, advice, log))
        if fate == "again":
            self._tried[job.index] = job.attempt
        elif fate == "lost":
            told = f"at last by {cause}{job.place}: {ended.reason}"
            self._lose(job.index, f"its worker died in {_MAX_ATTEMPTS} attempts, {told}")
        return fate

    def _done(self, worker: WorkerProcess, index: int, result: R) -> None:
        self._results[index] = result
        self._emit(JobDone(index, worker.number, result))

    def _fate(self, job: HeldJob) -> Fate:
        if self._stops_seen:
            return "left"  # it is not failed: resuming makes it
        return "again" if job.attempt < _MAX_ATTEMPTS else "lost"

    def _ended_idle(self, worker: WorkerProcess, reason: str) -> None:
        """Put another in the place of a worker that did nothing wrong."""
        if self._idle_ends_forgiven == 0:
            raise SimgenError(f"a worker ended before it could work: {reason}")
        self._idle_ends_forgiven -= 1
        self._emit(WorkerRecycled(worker.number, f"ended without work: {reason}"))
        self._start_worker(worker.retry_index)

    def _lose(self, index: int, reason: str) -> None:
        result = self._job.lost(index, reason)
        self._failed += 1
        self._results[index] = result
        self._emit(JobFailed(index, reason, result))

    # -- stopping ------------------------------------------------------------------------------------------------

    def _stop(self, requests: int) -> None:
        """First request: let running jobs end. Any more: abandon them, but for those that are done by then."""
        abandon = requests > 1
        self._stops_seen = requests
        left = len(self._waiting) + sum(worker.retry_index is not None for worker in self._workers.values())
        for worker in list(self._workers.values()):
            if abandon or not worker.jobs():
                self._remove(worker, kill=True)
                left += sum(not self._was_done(worker, job.index) for job in worker.jobs())
        self._emit(BatchInterrupted(abandon, left))

    def _was_done(self, worker: WorkerProcess, index: int) -> bool:
        """Whether a job was done though its worker never told; then its result is taken."""
        result = self._job.found(index)
        if result is not None:
            self._done(worker, index, result)
        return result is not None
