"""The supervisor's end of a worker: how long it may take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest

from simgen.batch import process
from simgen.batch.fork_server import ForkServer
from simgen.batch.messages import Doing, Start
from simgen.batch.process import WorkerProcess


class Clock:
    """Seconds, as the test sets them."""

    now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s


class Nobody:
    """A fork server whose workers end at once."""

    def fork(self, *_: int) -> None: ...

    def wait(self, *_: float) -> int:
        return 0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(process, "time", clock)
    return clock


@pytest.fixture
def worker(clock: Clock) -> Iterator[WorkerProcess]:
    worker = WorkerProcess(1, cast("ForkServer", Nobody()), Start({}, (), b""))
    worker.order(7, 1, timeout_s=600.0)
    yield worker
    worker.close()


def test_a_job_that_tells_nothing_is_due_after_its_time(worker: WorkerProcess) -> None:
    assert worker.due_s() == 600.0


def test_a_job_that_gets_on_has_its_time_anew(worker: WorkerProcess, clock: Clock) -> None:
    for frame in range(1, 5):
        clock.now_s = 500.0 * frame
        worker.note(Doing(7, f" at frame {frame}"))
        assert worker.due_s() == clock.now_s + 600.0
    assert [job.place for job in worker.jobs()] == [" at frame 4"]


def test_what_is_told_of_another_job_gives_no_time(worker: WorkerProcess, clock: Clock) -> None:
    clock.now_s = 500.0
    worker.note(Doing(6, " at frame 3"))
    assert worker.due_s() == 600.0


def test_the_end_of_a_job_is_due_when_its_last_view_was(worker: WorkerProcess, clock: Clock) -> None:
    clock.now_s = 500.0
    worker.note(Doing(7, " at frame 1"))
    worker.set_aside()
    worker.order(8, 1, timeout_s=600.0)
    clock.now_s = 900.0
    worker.note(Doing(8, " at frame 1"))
    assert worker.due_s() == 1100.0
