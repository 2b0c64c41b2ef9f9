"""What a user waits for: the help text, the first frame, and whole datasets with one and two workers."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from statistic import Spread

# Prints the seconds since the parent started it at which the first frame of the scene is labelled in memory.
FIRST_FRAME = """
import sys, time
import simgen
next(simgen.stream(simgen.load(sys.argv[1]), seed=int(sys.argv[2])))
print(time.time() - float(sys.argv[3]))
"""


def measure_startup(scene: str, seed: int, repeats: int) -> dict[str, Any]:
    help_seconds = [_run_timed("-m", "simgen", "--help") for _ in range(repeats)]
    first = [_first_frame(scene, seed) for _ in range(repeats + 1)][1:]  # the first fills the mesh cache
    return {
        "simgen --help": Spread.of(help_seconds, "s"),
        "start to first labelled frame, cached scene": Spread.of(first, "s"),
    }


def measure_throughput(scene: str, seed: int, count: int) -> dict[str, Any]:
    """Time `simgen generate` as a user runs it: start, physics, labels, encoding, writing, preview and exit.

    The steady rate leaves starting out: it counts from when every worker has written a scene.
    """
    table: dict[str, Any] = {"scenes": count}
    for workers in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "dataset"
            arguments = ["--count", str(count), "--seed", str(seed), "--out", str(out)]
            before = _children_cpu_s()
            seconds = _run_timed("-m", "simgen", "generate", scene, *arguments, "--workers", str(workers))
            cpu_s = _children_cpu_s() - before
            commits = _commits(out)
        samples = sum(each for _, each in commits)
        table |= {
            f"samples/s, {workers} worker(s), start to exit": samples / seconds,
            f"samples/s, {workers} worker(s), steady, after each worker's first scene": steady_rate(
                commits, workers
            ),
            f"CPU seconds a sample, {workers} worker(s), all processes": cpu_s / max(samples, 1),
            f"samples, {workers} worker(s)": samples,
        }
    return table


def steady_rate(commits: Sequence[tuple[float, int]], workers: int) -> float:
    """Return samples a second between the commit of as many scenes as there are workers, and the last.

    Args:
        commits: when a scene was committed, seconds, and how many samples it has; in order of time.
    """
    if len(commits) <= workers:
        return float("nan")
    start, end = commits[workers - 1][0], commits[-1][0]
    return sum(samples for _, samples in commits[workers:]) / (end - start)


def _commits(dataset: Path) -> list[tuple[float, int]]:
    import simgen

    per_scene = Counter(sample.scene_index for sample in simgen.Dataset(dataset))
    # The checksums are the last that is written of a scene.
    times = {i: (dataset / "scenes" / f"{i:06d}" / "checksums.json").stat().st_mtime for i in per_scene}
    return sorted((times[index], samples) for index, samples in per_scene.items())


def _children_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _run_timed(*arguments: str) -> float:
    start = time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        raise SystemExit(f"bench: {' '.join(arguments)} failed:\n{done.stderr}")
    return seconds


def _first_frame(scene: str, seed: int) -> float:
    command = [sys.executable, "-c", FIRST_FRAME, scene, str(seed), repr(time.time())]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
