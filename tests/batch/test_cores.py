from __future__ import annotations

import pytest

from simgen.batch.cores import thread_environment, usable_cores, worker_total
from simgen.errors import UsageError


@pytest.mark.parametrize(
    ("asked", "jobs", "cores", "expected"),
    [(0, 100, 8, 8), (0, 3, 8, 3), (5, 100, 2, 5), (4, 1, 8, 1), (2, 0, 8, 1), (5000, 9000, 2, 8)],
)
def test_workers_are_as_asked_but_never_more_than_jobs_or_4_a_core(
    asked: int, jobs: int, cores: int, expected: int
):
    assert worker_total(asked, jobs, cores) == expected


def test_a_negative_number_of_workers_is_refused():
    with pytest.raises(UsageError, match="workers: -2 is negative"):
        worker_total(-2, 1, 4)


@pytest.mark.parametrize(
    ("workers", "cores", "drawing", "share"), [(1, 8, "8", "8"), (3, 8, "2", "2"), (8, 2, "0", "1")]
)
def test_each_worker_gets_an_equal_share_of_the_cores(workers: int, cores: int, drawing: str, share: str):
    """Of a single core none is another thread's to draw with."""
    limits = thread_environment(workers, cores)
    assert (limits["LP_NUM_THREADS"], limits["OMP_NUM_THREADS"]) == (drawing, share)
    assert limits["OPENBLAS_NUM_THREADS"] == "1"


def test_this_machine_has_a_core():
    assert usable_cores() >= 1
