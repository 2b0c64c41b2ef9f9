"""Ctrl-C, SIGTERM and the death of the supervisor, on a real one in its own process.

Nothing here sleeps: named pipes say when a job has started and when it may end.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simgen.batch import run_batch
from simgen.batch.interrupt import InterruptCounter
from tests.batch.jobs import Rendezvous

_SUPERVISE = """
import sys
from pathlib import Path
from simgen.batch import run_batch
from tests.batch import jobs

def tell(event):
    print(event, flush=True)

job = getattr(jobs, sys.argv[3])(Path(sys.argv[1]), Path(sys.argv[2]))
outcome = run_batch(range(5), job, worker_count=1, on_event=tell)
print(outcome, flush=True)
"""


class Supervisor:
    """A batch of five jobs on one worker, each job held until it is released."""

    def __init__(self, folder: Path, job: str) -> None:
        self.started, self.release = folder / "started", folder / "release"
        os.mkfifo(self.started)
        os.mkfifo(self.release)
        command = [sys.executable, "-c", _SUPERVISE, str(self.started), str(self.release), job]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def next_job(self) -> tuple[int, int]:
        """Wait until a job runs; return its index and its worker's process id."""
        index, pid = self.started.read_text().split()
        return int(index), int(pid)

    def line_with(self, text: str) -> str:
        assert self.process.stdout is not None
        return next(line.strip() for line in self.process.stdout if text in line)

    def let_go(self) -> None:
        self.release.write_text("!")

    def rest(self) -> list[str]:
        output, _ = self.process.communicate(timeout=20)
        return output.splitlines()


@contextmanager
def supervisor(folder: Path, job: str = "Rendezvous") -> Iterator[Supervisor]:
    running = Supervisor(folder, job)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.communicate()


def wait_until_gone(pid: int) -> bool:
    """Return whether a process that is not our child ends within 10 s."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    with os.fdopen(handle):
        return bool(select.select([handle], [], [], 10.0)[0])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_request_lets_the_running_job_end_and_starts_no_other(number: signal.Signals, tmp_path: Path):
    with supervisor(tmp_path) as running:
        assert running.next_job()[0] == 0
        running.process.send_signal(number)
        assert running.line_with("BatchInterrupted") == "BatchInterrupted(abandoned=False, jobs_left=4)"
        running.let_go()
        assert running.rest() == [
            "JobDone(index=0, worker=1, result=0)",
            "BatchEnded(done=1, failed=0, interrupted=True)",
            "BatchOutcome(results=(0,), interrupted=True)",
        ]
        assert running.process.returncode == 0


def test_a_second_request_abandons_the_running_job(tmp_path: Path):
    with supervisor(tmp_path) as running:
        _, worker = running.next_job()
        running.process.send_signal(signal.SIGINT)
        running.line_with("abandoned=False")
        running.process.send_signal(signal.SIGINT)
        assert running.rest() == [
            "BatchInterrupted(abandoned=True, jobs_left=5)",
            "BatchEnded(done=0, failed=0, interrupted=True)",
            "BatchOutcome(results=(), interrupted=True)",
        ]
        assert wait_until_gone(worker)


def test_ctrl_c_at_the_terminal_reaches_the_workers_too_and_they_ignore_it(tmp_path: Path):
    with supervisor(tmp_path) as running:
        _, worker = running.next_job()
        os.kill(worker, signal.SIGINT)
        os.kill(worker, signal.SIGTERM)
        os.kill(worker, signal.SIGHUP)
        running.process.send_signal(signal.SIGINT)
        running.line_with("BatchInterrupted")
        running.let_go()
        assert running.rest()[-1] == "BatchOutcome(results=(0,), interrupted=True)"


def test_a_worker_that_dies_while_stopping_leaves_its_job_for_the_resumed_run(tmp_path: Path):
    with supervisor(tmp_path) as running:
        _, worker = running.next_job()
        running.process.send_signal(signal.SIGINT)
        running.line_with("BatchInterrupted")
        os.kill(worker, signal.SIGKILL)
        died, *rest = running.rest()
        assert died.startswith(
            "WorkerDied(worker=1, index=0, cause='crash', reason='signal SIGKILL', then='left'"
        )
        assert rest == [
            "BatchEnded(done=0, failed=0, interrupted=True)",
            "BatchOutcome(results=(), interrupted=True)",
        ]


def test_workers_do_not_outlive_a_killed_supervisor(tmp_path: Path):
    with supervisor(tmp_path) as running:
        _, worker = running.next_job()
        running.process.kill()
        running.process.wait()
        assert wait_until_gone(worker)


def test_the_program_gets_its_signal_handlers_back():
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with InterruptCounter() as interrupts:
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupts.count == 2
        assert select.select([interrupts.fileno()], [], [], 0)[0]
        interrupts.drain()
        assert not select.select([interrupts.fileno()], [], [], 0)[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_what_the_program_ignores_stays_ignored(monkeypatch: pytest.MonkeyPatch):
    """As `nohup` has it for the end of the terminal, and a script's background for Ctrl-C."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with InterruptCounter() as interrupts:
            os.kill(os.getpid(), signal.SIGHUP)
            assert interrupts.count == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_job_that_is_done_when_it_is_abandoned_is_kept(tmp_path: Path):
    with supervisor(tmp_path, "DoneAtOnce") as running:
        running.next_job()
        running.process.send_signal(signal.SIGINT)
        running.line_with("abandoned=False")
        running.process.send_signal(signal.SIGINT)
        assert running.rest() == [
            "JobDone(index=0, worker=1, result=0)",
            "BatchInterrupted(abandoned=True, jobs_left=4)",
            "BatchEnded(done=1, failed=0, interrupted=True)",
            "BatchOutcome(results=(0,), interrupted=True)",
        ]


def test_a_batch_runs_outside_the_main_thread(tmp_path: Path):
    os.mkfifo(tmp_path / "started")
    os.mkfifo(tmp_path / "release")
    job, results = Rendezvous(tmp_path / "started", tmp_path / "release"), []
    thread = threading.Thread(target=lambda: results.append(run_batch([4], job).results))
    thread.start()
    assert job.started.read_text().startswith("4 ")
    job.release.write_text("!")
    thread.join()
    assert results == [(4,)]
