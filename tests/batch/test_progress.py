from __future__ import annotations

import errno
import io
import os
from types import SimpleNamespace

import pytest

from simgen.batch.events import (
    BatchEnded,
    BatchEvent,
    BatchInterrupted,
    BatchStarted,
    JobDone,
    JobFailed,
    JobStarted,
    WorkerDied,
)
from simgen.batch.progress import progress_display
from simgen.batch.tally import Tally, duration, notice
from simgen.records.rejections import Rejections


def result(status: str = "written", samples: int = 8, refused: int = 0) -> SimpleNamespace:
    return SimpleNamespace(status=status, samples=samples, rejections=Rejections((("clearance", refused),)))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO, timed_events: list[tuple[float, BatchEvent]], scenes: int = 4) -> str:
    now = [0.0]
    with progress_display("tabletop", scenes, stream=stream, clock=lambda: now[0]) as show:
        for time_s, event in timed_events:
            now[0] = time_s
            show(event)
    return stream.getvalue()


def test_without_a_terminal_a_line_is_printed_every_five_seconds_and_at_the_end():
    text = shown(
        io.StringIO(),
        [
            (0.0, BatchStarted(4, 1)),
            (1.0, JobDone(0, 1, result(refused=2))),
            (4.0, JobDone(1, 1, result())),
            (6.0, JobDone(2, 1, result(refused=1))),
            (8.0, JobFailed(3, "broken", result("failed", samples=0))),
            (8.0, BatchEnded(3, 1, interrupted=False)),
        ],
    )
    assert text.splitlines() == [
        "tabletop: 0/4 scenes, 0.0 frames/s, 0 draws refused, 0 failed",
        "tabletop: 3/4 scenes, 4.0 frames/s, 3 draws refused, 0 failed, 2 s left",
        "tabletop: scene 3 failed: broken",
        "tabletop: 4/4 scenes, 3.0 frames/s, 3 draws refused, 1 failed",
    ]


def test_in_a_terminal_a_bar_is_redrawn_in_place():
    text = shown(
        Terminal(), [(0.0, BatchStarted(4, 1)), (2.0, JobDone(0, 1, result())), (2.0, BatchEnded(1, 0, True))]
    )
    assert "\x1b[" in text
    assert "1/4 scenes, 4.0 frames/s" in text


class Closed(io.StringIO):
    """A terminal, or a file, that went away."""

    def __init__(self, is_terminal: bool) -> None:
        super().__init__()
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal

    def write(self, text: str) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    def flush(self) -> None:
        raise BrokenPipeError


@pytest.mark.parametrize("is_terminal", [False, True])
def test_work_goes_on_when_nobody_can_read_how_it_goes(is_terminal: bool):
    story = [(0.0, BatchStarted(1, 1)), (1.0, JobDone(0, 1, result())), (2.0, BatchEnded(1, 0, False))]
    assert shown(Closed(is_terminal), story) == ""


def test_a_resumed_run_counts_the_scenes_it_found_but_not_their_pace():
    tally = Tally(10)
    tally.count(BatchStarted(4, 2))
    assert (tally.done, tally.seconds_left(1.0)) == (6, None)
    tally.count(JobDone(6, 1, result()))
    assert tally.line(2.0) == "7/10 scenes, 4.0 frames/s, 0 draws refused, 0 failed, 6 s left"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 s"), (59.0, "59 s"), (59.5, "1:00"), (185, "3:05"), (7385, "2:03:05")]
)
def test_durations_read_like_a_clock(seconds: float, text: str):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (
            WorkerDied(2, 7, "crash", "signal SIGSEGV", then="again"),
            "scene 7: worker 2 ended (crash: signal SIGSEGV); trying it once more",
        ),
        (
            WorkerDied(2, 7, "time-out", "did not get on for 5 s", then="lost"),
            "scene 7: worker 2 ended (time-out: did not get on for 5 s); giving it up",
        ),
        (
            BatchInterrupted(abandoned=False, jobs_left=3),
            "stopping when the running scenes are done; press Ctrl-C again to abandon them",
        ),
        (BatchInterrupted(abandoned=True, jobs_left=3), "stopped; 3 scenes are left"),
        (JobStarted(0, 1, 1), ""),
    ],
)
def test_what_the_user_must_know_is_said_at_once(event: BatchEvent, text: str):
    assert notice(event) == text


def test_a_scene_that_a_worker_found_to_have_failed_is_told_and_counted() -> None:
    failed = SimpleNamespace(**vars(result("failed", samples=0)), reason="event 'leap': never triggered")
    event = JobDone(2, 1, failed)
    assert notice(event) == "scene 2 failed: event 'leap': never triggered"
    text = shown(io.StringIO(), [(0.0, BatchStarted(1, 1)), (1.0, event), (2.0, BatchEnded(1, 0, False))], 1)
    assert text.splitlines()[1:] == [
        "tabletop: scene 2 failed: event 'leap': never triggered",
        "tabletop: 1/1 scenes, 0.0 frames/s, 0 draws refused, 1 failed",
    ]
