"""How many workers there are and which cores each may use."""

from __future__ import annotations

import os

from simgen.errors import UsageError

_MOST_PER_CORE = 4  # assumed: more only take memory, half a gigabyte each
# Linear algebra gets one thread in every worker: its sums may differ in the last bit with the number of threads, and
# bytes must not depend on the worker count. Its libraries read this when they are loaded.
ALWAYS = {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def usable_cores() -> int:
    """Return how many cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def worker_total(asked: int, job_count: int, cores: int) -> int:
    """Return how many workers to start: as asked, one a core where 0 was asked, never more than jobs or 4 a core.

    Raises:
        UsageError: a negative number was asked for.
    """
    if asked < 0:
        raise UsageError(f"workers: {asked} is negative; use 0 for one per core, or a number from 1")
    return max(1, min(asked or cores, job_count, _MOST_PER_CORE * cores))


def thread_environment(worker_count: int, cores: int) -> dict[str, str]:
    """Return the variables that keep the workers' threads from outnumbering the cores.

    Software rendering (Mesa's llvmpipe) and OpenMP get an equal share each, and read this when they are first used.
    With a single core the worker's own thread draws, which llvmpipe calls 0 threads: handing each picture to another
    thread and waiting for it takes 3 % more, and much more where other workers want the core meanwhile.
    """
    share = max(1, cores // worker_count)
    drawing = share if share > 1 else 0
    return {"LP_NUM_THREADS": str(drawing), "OMP_NUM_THREADS": str(share), **ALWAYS}
