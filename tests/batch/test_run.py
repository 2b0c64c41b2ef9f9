from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simgen.batch import BatchEvent, BatchSettings, run_batch
from simgen.batch.events import (
    BatchEnded,
    BatchStarted,
    JobDone,
    JobFailed,
    JobStarted,
    WorkerDied,
    WorkerRecycled,
)
from simgen.errors import AssetError, SimgenError, UsageError
from tests.batch.jobs import (
    RAISED_AT,
    Deferred,
    Environment,
    Hoard,
    Last,
    Process,
    Square,
    Trouble,
    Unpicklable,
)

QUICK = BatchSettings(job_timeout_s=1.0)


def test_results_come_sorted_by_index_whatever_the_order_and_worker_count():
    assert run_batch([3, 0, 2, 1], Square()).results == (0, 1, 4, 9)
    assert run_batch([3, 0, 2, 1], Square(), worker_count=2).results == (0, 1, 4, 9)


def test_events_of_one_worker_tell_the_whole_story():
    events: list[BatchEvent] = []
    run_batch([5, 6], Square(), on_event=events.append)
    assert events == [
        BatchStarted(job_count=2, worker_count=1),
        JobStarted(5, worker=1, attempt=1),
        JobDone(5, 1, 25),
        JobStarted(6, worker=1, attempt=1),
        JobDone(6, 1, 36),
        BatchEnded(done=2, failed=0, interrupted=False),
    ]


def test_nothing_to_do_starts_nothing():
    events: list[BatchEvent] = []
    outcome = run_batch([], Square(), on_event=events.append)
    assert (outcome.results, outcome.interrupted, events) == ((), False, [])


def test_even_a_single_worker_is_another_process():
    assert os.getpid() not in run_batch([0], Process()).results


def test_more_workers_than_jobs_are_not_started():
    events: list[BatchEvent] = []
    run_batch([1, 2], Square(), worker_count=8, on_event=events.append)
    assert events[0] == BatchStarted(job_count=2, worker_count=2)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_core_that_is_free_until_the_last_job_ends_is_told(
    workers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("simgen.batch.run.usable_cores", lambda: 2)
    pipe, calls = tmp_path / "pipe", list[str]()
    os.mkfifo(pipe)

    def on_idle() -> None:
        calls.append("idle")
        pipe.write_text("!")  # until then the last job does not end

    job = Last(pipe, at=2)
    assert run_batch([0, 1, 2], job, worker_count=workers, on_idle=on_idle).results == (0, 1, 2)
    assert calls == ["idle"]


def test_one_worker_leaves_no_core_of_one_free(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("simgen.batch.run.usable_cores", lambda: 1)
    calls: list[str] = []
    run_batch([0, 1], Square(), on_idle=lambda: calls.append("idle"))
    assert calls == []


# -- deaths ----------------------------------------------------------------------------------------------------------


def test_a_job_whose_worker_dies_once_is_made_by_a_fresh_worker(tmp_path: Path):
    events: list[BatchEvent] = []
    outcome = run_batch([0, 1, 2], Trouble("exit", once=tmp_path / "died"), on_event=events.append)
    assert outcome.results == (0, 1, 4)
    assert events == [
        BatchStarted(3, 1),
        JobStarted(0, 1, 1),
        JobDone(0, 1, 0),
        JobStarted(1, 1, 1),
        WorkerDied(1, 1, "crash", "exit code 7", then="again"),
        JobStarted(1, worker=2, attempt=2),
        JobDone(1, 2, 1),
        JobStarted(2, 2, 1),
        JobDone(2, 2, 4),
        BatchEnded(3, 0, interrupted=False),
    ]


@pytest.mark.parametrize(
    ("trouble", "ending"),
    [
        ("exit", "exit code 7"),
        ("kill", "signal SIGKILL"),
        ("segfault", "signal SIGSEGV: Fatal Python error: Segmentation fault"),
    ],
)
def test_a_job_that_kills_two_workers_is_lost_and_the_rest_go_on(trouble: str, ending: str):
    events: list[BatchEvent] = []
    outcome = run_batch([0, 1, 2], Trouble(trouble), on_event=events.append)
    lost = f"lost 1: its worker died in 2 attempts, at last by crash: {ending}"
    assert outcome.results == (0, lost, 4)
    died = [event for event in events if isinstance(event, WorkerDied)]
    assert [(event.worker, event.index, event.cause, event.reason, event.then) for event in died] == [
        (1, 1, "crash", ending, "again"),
        (2, 1, "crash", ending, "lost"),
    ]
    assert JobFailed(1, lost.removeprefix("lost 1: "), lost) in events
    assert events[-1] == BatchEnded(done=2, failed=1, interrupted=False)


def test_the_last_job_may_die_too():
    assert run_batch([1], Trouble("exit"), worker_count=2).results == (
        "lost 1: its worker died in 2 attempts, at last by crash: exit code 7",
    )


@pytest.mark.parametrize("trouble", ["spin", "spin in c"])
def test_a_job_that_never_ends_is_stopped_by_the_watchdog(trouble: str, tmp_path: Path):
    events: list[BatchEvent] = []
    job = Trouble(trouble, once=tmp_path / "hung")
    outcome = run_batch([0, 1, 2], job, on_event=events.append, settings=QUICK)
    assert outcome.results == (0, 1, 4)
    (died,) = [event for event in events if isinstance(event, WorkerDied)]
    assert (died.worker, died.index, died.cause, died.then) == (1, 1, "time-out", "again")
    assert died.reason == "did not get on for 1 s"


# -- exceptions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        ("value error", f"ValueError: bad luck (in _raise, jobs.py:{RAISED_AT})"),
        ("render error", "RenderError: frame is empty"),
        ("system exit", f"SystemExit: 3 (in _raise, jobs.py:{RAISED_AT})"),
    ],
)
def test_an_exception_loses_its_job_without_a_retry_and_keeps_the_worker(trouble: str, reason: str):
    events: list[BatchEvent] = []
    outcome = run_batch([0, 1, 2], Trouble(trouble), on_event=events.append)
    assert outcome.results == (0, f"lost 1: {reason}", 4)
    assert events[4:6] == [JobFailed(1, reason, f"lost 1: {reason}"), JobStarted(2, worker=1, attempt=1)]


def test_an_error_that_every_job_would_meet_ends_the_batch():
    with pytest.raises(AssetError, match="pack 'x' is not installed"):
        run_batch(range(5), Trouble("asset error"), worker_count=2)


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        ("full disk", r"scene 1: OSError: \[Errno 28\] No space left on device \(in _raise.*; mend that"),
        ("no memory", r"scene 1: MemoryError: \(in _raise.*; mend that, then --resume"),
    ],
)
def test_trouble_of_the_machine_ends_the_batch_and_fails_no_scene_for_good(trouble: str, told: str):
    events: list[BatchEvent] = []
    with pytest.raises(SimgenError, match=told):
        run_batch(range(5), Trouble(trouble), on_event=events.append)
    assert not [event for event in events if isinstance(event, JobFailed)]


def test_a_worker_that_cannot_start_ends_the_batch_with_the_cause():
    with pytest.raises(SimgenError, match="a worker could not start: ValueError: invalid literal for int"):
        run_batch([0, 1], Unpicklable())


def test_a_negative_worker_count_is_a_usage_error():
    with pytest.raises(UsageError, match="workers: -1 is negative; use 0 for one per core"):
        run_batch([0], Square(), worker_count=-1)


# -- ends of jobs, which wait for the disk ---------------------------------------------------------------------------


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def test_the_next_job_begins_while_the_end_of_one_waits(pipe: Path):
    events: list[BatchEvent] = []
    outcome = run_batch([0, 1, 2], Deferred(pipe), on_event=events.append)
    assert outcome.results == (0, 1, 4)
    assert events.index(JobStarted(1, 1, 1)) < events.index(JobDone(0, 1, 0))
    assert events[-1] == BatchEnded(done=3, failed=0, interrupted=False)


def test_an_exception_in_the_end_loses_that_job_alone(pipe: Path):
    outcome = run_batch([0, 1, 2], Deferred(pipe, end_trouble="value error"))
    lost, *others = outcome.results
    assert lost.startswith("lost 0: ValueError: bad luck")
    assert others == [1, 4]


def test_a_full_disk_in_the_end_ends_the_batch(pipe: Path):
    with pytest.raises(SimgenError, match=r"scene 0: OSError: .*No space left.*; mend that, then --resume"):
        run_batch([0, 1], Deferred(pipe, end_trouble="full disk"))


def test_a_worker_that_dies_takes_two_jobs_with_it_and_both_are_made_again(pipe: Path, tmp_path: Path):
    events: list[BatchEvent] = []
    job = Deferred(pipe, died=tmp_path / "died")
    assert run_batch([0, 1, 2], job, on_event=events.append).results == (0, 1, 4)
    assert [event for event in events if isinstance(event, WorkerDied)] == [
        WorkerDied(1, 1, "crash", "exit code 7", then="again", place=" at the start of 1"),
        WorkerDied(1, 0, "crash", "exit code 7", then="again", place=" while it was being committed"),
    ]
    again = [event for event in events if isinstance(event, JobStarted) and event.attempt == 2]
    assert again == [JobStarted(1, 2, 2), JobStarted(0, 2, 2)]


def test_a_worker_is_replaced_only_after_the_end_of_its_last_job(pipe: Path):
    events: list[BatchEvent] = []
    bounds = BatchSettings(jobs_per_worker=2)
    assert run_batch(range(4), Deferred(pipe), on_event=events.append, settings=bounds).results == (
        0, 1, 4, 9,
    )  # fmt: skip
    assert [event for event in events if isinstance(event, WorkerRecycled)] == [
        WorkerRecycled(1, "2 jobs done")
    ]
    assert {event.worker for event in events if isinstance(event, JobDone)} == {1, 2}


# -- recycling and cores ---------------------------------------------------------------------------------------------


def test_a_worker_is_replaced_after_so_many_jobs():
    events: list[BatchEvent] = []
    outcome = run_batch(
        range(5), Process(), on_event=events.append, settings=BatchSettings(jobs_per_worker=2)
    )
    assert [event for event in events if isinstance(event, WorkerRecycled)] == [
        WorkerRecycled(1, "2 jobs done"),
        WorkerRecycled(2, "2 jobs done"),
    ]
    a, b, c, d, e = outcome.results
    assert a == b != c == d != e


def test_a_worker_that_leaks_is_replaced_before_it_grows_further():
    events: list[BatchEvent] = []
    limit = 100 * 2**20
    outcome = run_batch(
        range(4), Hoard(), on_event=events.append, settings=BatchSettings(rss_limit_bytes=limit)
    )
    recycled = [event for event in events if isinstance(event, WorkerRecycled)]
    assert outcome.results == (0, 1, 2, 3)
    assert len(recycled) == 1
    assert recycled[0].reason.endswith("MiB resident, allowed is 100 MiB")


def test_workers_share_the_cores(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("simgen.batch.run.usable_cores", lambda: 8)
    (limits,) = run_batch([0], Environment(), worker_count=1).results
    assert (limits["LP_NUM_THREADS"], limits["OPENBLAS_NUM_THREADS"]) == ("8", "1")
    limits, _ = run_batch([0, 1], Environment(), worker_count=2).results
    assert (limits["LP_NUM_THREADS"], limits["OMP_NUM_THREADS"]) == ("4", "4")


# -- property --------------------------------------------------------------------------------------------------------


@settings(max_examples=6, deadline=None)
@given(
    st.lists(st.integers(0, 30), unique=True, max_size=8),
    st.integers(1, 3),
    st.sampled_from(["exit", "value error"]),
)
def test_every_index_comes_back_exactly_once(indices: list[int], workers: int, trouble: str):
    at = indices[0] if indices else 0
    events: list[BatchEvent] = []
    outcome = run_batch(indices, Trouble(trouble, at=at), worker_count=workers, on_event=events.append)
    ended = [event.index for event in events if isinstance(event, JobDone | JobFailed)]
    assert sorted(ended) == sorted(indices)
    assert len(outcome.results) == len(indices)
