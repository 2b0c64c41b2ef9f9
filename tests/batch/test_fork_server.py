"""Workers come from one process that holds what they need, and that process may end too."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simgen.batch import SCENES_NEED, ForkServer, run_batch
from simgen.batch.events import BatchEvent, WorkerDied, WorkerRecycled
from simgen.errors import SimgenError
from tests.batch.jobs import Square, Trouble

LOADED = "tests.batch.loaded"
THREADED = "tests.batch.threaded"


@dataclass(frozen=True)
class Origin(Square):
    """Returns the process it was forked from, and whether that had loaded a module."""

    module: str

    def __call__(self, index: int) -> Any:
        return os.getppid(), self.module in sys.modules


@dataclass(frozen=True)
class SearchPath(Square):
    """Returns where modules are looked for."""

    def __call__(self, index: int) -> Any:
        return sys.path


@dataclass(frozen=True)
class Orphan(Square):
    """Kills the process that it was forked from, and so itself, at index 1, once."""

    once: Path

    def __call__(self, index: int) -> int:
        if index == 1 and not self.once.exists():
            self.once.touch()
            os.kill(os.getppid(), signal.SIGKILL)
            signal.pause()
        return index * index


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_workers_are_forked_from_one_process_that_has_loaded_what_they_need():
    with ForkServer([LOADED]) as server:
        origins = {run_batch([k], Origin(LOADED), server=server).results[0] for k in (0, 1)}
    assert len(origins) == 1
    ((parent, has_loaded),) = origins
    assert parent != os.getpid()
    assert has_loaded


def test_where_a_thread_runs_nothing_is_forked_but_workers_start_afresh():
    with ForkServer([THREADED]) as server:
        ((_, has_loaded),) = run_batch([0], Origin(THREADED), server=server).results
    assert not has_loaded


def test_fresh_workers_work_and_die_like_forked_ones():
    with ForkServer([THREADED]) as server:
        outcome = run_batch([0, 1, 2], Trouble("exit"), server=server)
    assert outcome.results == (0, "lost 1: its worker died in 2 attempts, at last by crash: exit code 7", 4)


def test_a_worker_finds_modules_where_the_supervisor_does_when_it_begins(monkeypatch: pytest.MonkeyPatch):
    with ForkServer() as server:
        monkeypatch.syspath_prepend("/a/place/found/later")
        (path,) = run_batch([0], SearchPath(), server=server).results
    assert path == sys.path


def test_what_cannot_be_loaded_is_left_to_the_workers():
    with ForkServer(["no.such.module", LOADED]) as server:
        ((_, has_loaded),) = run_batch([0], Origin(LOADED), server=server).results
    assert has_loaded


def test_a_library_that_crashes_while_it_is_loaded_is_named():
    told = "a worker ended before it could work: the process that workers are forked from ended: exit code 5: no luck"
    with ForkServer(["tests.batch.crashing"]) as server, pytest.raises(SimgenError, match=told):
        run_batch([0], Square(), server=server)


@dataclass(frozen=True)
class FirstStartFails(Square):
    """The first worker that unpickles it is killed."""

    once: Path

    def __reduce__(self) -> Any:
        return _unpickled, (self.once,)


def _unpickled(once: Path) -> Square:
    if not once.exists():
        once.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return Square()


def test_a_worker_that_is_killed_before_it_works_is_replaced(tmp_path: Path):
    events: list[BatchEvent] = []
    job = FirstStartFails(tmp_path / "killed")
    assert run_batch([0, 1], job, on_event=events.append).results == (0, 1)
    assert WorkerRecycled(1, "ended without work: signal SIGKILL") in events


@pytest.mark.parametrize("workers", [1, 2])
def test_when_it_is_killed_another_takes_its_place(workers: int, tmp_path: Path):
    events: list[BatchEvent] = []
    job = Orphan(tmp_path / "killed")
    outcome = run_batch(range(6), job, worker_count=workers, on_event=events.append)
    assert outcome.results == (0, 1, 4, 9, 16, 25)
    died = [event for event in events if isinstance(event, WorkerDied) and event.index == 1]
    told = "the process that workers are forked from ended: signal SIGKILL"
    assert [(event.reason, event.then) for event in died] == [(told, "again")]


def test_it_ignores_what_interrupts_the_program():
    with ForkServer() as server:
        ((parent, _),) = run_batch([0], Origin(LOADED), server=server).results
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(parent, number)
        assert run_batch([0], Origin(LOADED), server=server).results == ((parent, False),)


def test_nothing_of_it_is_left_when_it_is_closed():
    before = descriptors()
    with ForkServer() as server:
        ((parent, _),) = run_batch([0], Origin(LOADED), server=server).results
    assert descriptors() == before
    with pytest.raises(ProcessLookupError):
        os.kill(parent, 0)


def test_what_scenes_need_starts_no_thread():
    code = "import importlib, os, sys; [importlib.import_module(name) for name in sys.argv[1:]]; "
    code += "print(len(os.listdir('/proc/self/task')))"
    limits = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-c", code, *SCENES_NEED]
    threads = subprocess.run(command, capture_output=True, text=True, check=True, env=limits).stdout
    assert threads.split()[-1] == "1"
