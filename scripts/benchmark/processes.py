"""What a user waits for: the help text, the first frame, and whole datasets with one and two workers."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
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
    """Time `simgen generate` as a user runs it: start, physics, labels, encoding, writing, preview and exit."""
    table: dict[str, Any] = {"scenes": count}
    for workers in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            out = str(Path(folder) / "dataset")
            arguments = ["--count", str(count), "--seed", str(seed), "--out", out, "--workers", str(workers)]
            seconds = _run_timed("-m", "simgen", "generate", scene, *arguments)
            samples = _sample_count(Path(out))
        table[f"samples/s, {workers} worker(s), start to exit"] = samples / seconds
        table[f"samples, {workers} worker(s)"] = samples
    return table


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


def _sample_count(dataset: Path) -> int:
    import simgen

    return len(simgen.Dataset(dataset))
