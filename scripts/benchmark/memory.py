"""Resident memory of one worker over many scenes: its peak, and whether it keeps growing."""

from __future__ import annotations

import tempfile
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

PAGE_BYTES = 4096


def measure_memory(scene: str, seed: int, count: int) -> dict[str, Any]:
    """Make `count` scenes in a fresh process and read its resident memory after each."""
    with get_context("spawn").Pool(1) as pool:
        resident, peak = pool.apply(_watch, (scene, seed, count))
    series = np.array(resident) / 2**20
    second_half = series[len(series) // 2 :]
    slope = float(np.polyfit(np.arange(len(second_half)), second_half, 1)[0]) if len(second_half) > 1 else 0.0
    return {
        "scenes": count,
        "resident after the first scene, MiB": float(series[0]),
        "resident after the last scene, MiB": float(series[-1]),
        "peak, MiB": peak / 2**20,
        "growth over the second half, MiB a scene": slope,
        "resident after each scene, MiB": [round(float(each), 1) for each in series],
    }


def _watch(scene: str, seed: int, count: int) -> tuple[list[int], int]:
    from simgen.dataset import DatasetWriter
    from simgen.pipeline import SceneProducer, Studio, manifest_of
    from simgen.scenario import load

    scenario = load(scene)
    resident: list[int] = []
    peak = 0
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "dataset"
        with closing(Studio()) as studio:
            manifest = manifest_of(scenario, seed, count, studio)
        with DatasetWriter.create(out, manifest, resume=False):
            producer = SceneProducer(scenario, seed, out)
            for index in range(count):
                peak = producer(index).peak_rss_bytes
                resident.append(int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES)
    return resident, peak
