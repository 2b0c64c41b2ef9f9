"""Resident memory of one worker: its peak over many scenes, whether it keeps growing, its peak with an empty cache."""

from __future__ import annotations

import os
import resource
import tempfile
from collections.abc import Iterator
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

UNPREPARED_SCENES, LARGEST_MODELS = 3, 2


def measure_memory(scene: str, seed: int, count: int) -> dict[str, Any]:
    """Make `count` scenes in a fresh process and read its resident memory after each."""
    with get_context("spawn").Pool(1) as pool:
        resident, in_use, peak = pool.apply(_watch, (scene, seed, count))
    with get_context("spawn").Pool(1) as pool:
        anew = pool.apply(_watch_unprepared, (scene, seed))
    series = np.array(resident) / 2**20
    held = np.array(in_use) / 2**20
    return {
        "scenes": count,
        "resident after the first scene, MiB": float(series[0]),
        "resident after the last scene, MiB": float(series[-1]),
        "peak, MiB": peak / 2**20,
        "in use after each quarter, what was freed handed back, MiB": [
            round(float(each), 1) for each in held
        ],
        "growth over the second half, MiB a scene": float(held[-1] - held[1]) / (count / 2),
        f"peak with an empty cache over {UNPREPARED_SCENES} scenes, MiB": anew[0] / 2**20,
        f"the same, the {LARGEST_MODELS} largest models of the packs prepared after them, MiB": anew[1]
        / 2**20,
        "resident after each scene, MiB": [round(float(each), 1) for each in series],
    }


def _watch(scene: str, seed: int, count: int) -> tuple[list[int], list[int], int]:
    """Return what is resident after each scene, what is in use after each quarter of them, and the peak.

    A worker keeps some freed memory in hand: what is resident goes up and down by as much.
    """
    from simgen.memory import resident_bytes, return_freed_memory

    resident: list[int] = []
    in_use: list[int] = []
    quarters = {-(-count * part // 4) for part in range(1, 5)}
    for _ in _scenes(scene, seed, count):
        resident.append(resident_bytes())
        if len(resident) in quarters:
            return_freed_memory()
            in_use.append(resident_bytes())
    return resident, in_use, _peak_bytes()


def _watch_unprepared(scene: str, seed: int) -> tuple[int, int]:
    """Return the peak over some scenes, and after the largest models, which are prepared in other processes, too."""
    from simgen.assets import AssetLibrary
    from simgen.assets.catalogue import shipped_catalogue
    from simgen.assets.sources import source_bytes
    from simgen.records.asset import AssetRef

    with tempfile.TemporaryDirectory() as cache:
        os.environ["SIMGEN_CACHE"] = cache  # this process ends with the measurement
        for _ in _scenes(scene, seed, UNPREPARED_SCENES):
            pass
        after_scenes = _peak_bytes()
        by_size = sorted(shipped_catalogue().models.values(), key=source_bytes)
        for entry in by_size[-LARGEST_MODELS:]:
            AssetLibrary().load(AssetRef(entry.info.asset_id))
    return after_scenes, _peak_bytes()


def _scenes(scene: str, seed: int, count: int) -> Iterator[int]:
    """Make scenes as a worker does, and yield their indices."""
    from simgen.dataset import DatasetWriter
    from simgen.pipeline import SceneProducer, Studio, manifest_of
    from simgen.scenario import load

    scenario = load(scene)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "dataset"
        with closing(Studio()) as studio:
            manifest = manifest_of(scenario, seed, count, studio)
        with DatasetWriter.create(out, manifest, resume=False):
            producer = SceneProducer(scenario, seed, out)
            for index in range(count):
                producer(index)
                yield index


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
