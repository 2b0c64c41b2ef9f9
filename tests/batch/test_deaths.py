"""What is told of a worker that dies: where it was, how it ended, what to try, and where its stack lies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simgen.batch import BatchEvent, BatchSettings, run_batch
from simgen.batch.deaths import CrashLogs, Ending
from simgen.batch.events import JobDone, JobFailed, WorkerDied
from simgen.batch.tally import notice
from tests.batch.jobs import TROUBLES, Square, Trouble


@dataclass(frozen=True)
class Films(Square):
    """Says which frame it is at; `trouble` happens at frame 2 of job 1."""

    trouble: str

    def begin(self, index: int, tell: Callable[[str], None]) -> Callable[[], Any]:
        for frame in range(4):
            tell(f" at frame {frame} of camera 'front'")
            if (index, frame) == (1, 2):
                TROUBLES[self.trouble]()
        return lambda: index * index


@dataclass(frozen=True)
class DoneBefore(Trouble):
    """Dies after it did job 1; the supervisor finds what it did."""

    def found(self, index: int) -> Any:
        return index * index if index == self.at else None


def deaths(job: Square, logs: Path | None = None, **bounds: float) -> list[WorkerDied]:
    """Run three jobs, job 1 first, and return the deaths of their workers."""
    events: list[BatchEvent] = []
    run_batch([1, 0, 2], job, on_event=events.append, settings=BatchSettings(**bounds), crash_logs=logs)  # type: ignore[arg-type]
    assert [event.index for event in events if isinstance(event, JobDone)] == [0, 2]
    return [event for event in events if isinstance(event, WorkerDied)]


def test_a_native_crash_is_told_with_its_view_its_signal_what_to_try_and_its_stack(tmp_path: Path):
    first, second = deaths(Films("segfault"), tmp_path / "crashes")
    assert notice(first) == (
        "scene 1: worker 1 ended at frame 2 of camera 'front' "
        "(crash: signal SIGSEGV: Fatal Python error: Segmentation fault); trying it once more; "
        f"what it printed is in {tmp_path}/crashes/scene_000001_attempt_1.log; a native library crashed, mostly the "
        "graphics driver: ask simgen doctor, update the driver, or give the other --renderer"
    )
    assert second.log == tmp_path / "crashes/scene_000001_attempt_2.log"
    text = second.log.read_text()
    assert text.startswith("scene 1, attempt 2 at frame 2 of camera 'front': signal SIGSEGV")
    assert "in begin\n" in text  # of this file: the stack


def test_a_scene_that_is_lost_is_recorded_with_its_view(tmp_path: Path):
    events: list[BatchEvent] = []
    run_batch([1], Films("kill"), on_event=events.append)
    (lost,) = [event for event in events if isinstance(event, JobFailed)]
    assert lost.reason == (
        "its worker died in 2 attempts, at last by crash at frame 2 of camera 'front': signal SIGKILL"
    )


def test_a_worker_that_printed_nothing_leaves_no_log(tmp_path: Path):
    first, _ = deaths(Films("kill"), tmp_path / "crashes")
    assert first.log is None
    assert "give fewer --workers" in notice(first)
    assert not (tmp_path / "crashes").exists()


@pytest.mark.parametrize("trouble", ["spin", "spin in c"])
def test_of_a_job_that_takes_too_long_the_stack_is_kept(trouble: str, tmp_path: Path):
    first, second = deaths(Films(trouble), tmp_path / "crashes", job_timeout_s=1.0)
    assert (first.cause, first.then, second.then) == ("time-out", "again", "lost")
    assert notice(second).startswith(
        "scene 1: worker 2 ended at frame 2 of camera 'front' (time-out: did not get on for 1 s); giving it up"
    )
    assert first.log is not None
    assert f"in _{trouble.replace(' ', '_')}\n" in first.log.read_text()


def test_a_job_that_was_done_when_its_worker_died_is_not_done_again():
    events: list[BatchEvent] = []
    outcome = run_batch([0, 1, 2], DoneBefore("kill"), on_event=events.append)
    assert outcome.results == (0, 1, 4)
    (died,) = [event for event in events if isinstance(event, WorkerDied)]
    assert (died.index, died.then) == (1, "done")
    assert "the scene was complete by then" in notice(died)


def test_a_log_that_cannot_be_written_ends_nothing(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    assert CrashLogs(tmp_path / "file").keep(1, 1, "", Ending("exit code 7", output=b"words")) is None
