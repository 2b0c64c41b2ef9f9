"""Many frames in one process: memory, OpenGL errors, and the same bytes at the end as at the start and elsewhere."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from render.contest import Contestant
from render.export import export_record
from render.raster import OURS, Settings
from simgen.records.scene import Scene

_REOPEN_EVERY = 250  # frames; a worker opens a new scene about as often
_SAMPLES = 200  # readings of resident memory
_FLAT_MIB = 20.0  # growth over the second half that is taken for none: pages come and go


def measure_soak(scene: Scene, frames: int, settings: Settings) -> dict[str, Any]:
    """Draw many frames of one orbit, then one orbit in a second process."""
    with tempfile.TemporaryDirectory() as name:
        export_record(scene, Path(name))
        orbit = len(scene.cameras[0].poses)
        long = _soak(Path(name), frames, settings)
        short = _soak(Path(name), orbit, settings)
    slope, growth = memory_growth(long["resident"], frames)
    return {
        "frames": frames,
        "resident, first MiB": long["resident"][0] / 2**20,
        "resident, last MiB": long["resident"][-1] / 2**20,
        "growth over the second half, MiB": growth,
        "growth over the second half, KiB a frame": slope,
        "memory flat": growth <= _FLAT_MIB,
        "OpenGL errors": long["gl_error"],
        "frames that differ from the first of their view": long["different"],
        "same bytes in two processes": long["digest"] == short["digest"],
        "resident_bytes": long["resident"],
    }


def memory_growth(resident_bytes: list[int], frames: int) -> tuple[float, float]:
    """Return the slope of resident memory over its second half: KiB a frame, and MiB over that half."""
    half = np.array(resident_bytes[len(resident_bytes) // 2 :]) / 2**10
    if len(half) < 2:
        return 0.0, 0.0
    slope = float(np.polyfit(np.linspace(0, frames / 2, len(half)), half, 1)[0])
    return slope, slope * frames / 2 / 2**10


def _soak(folder: Path, frames: int, settings: Settings) -> dict[str, Any]:
    ours = Contestant(OURS, folder, install=settings.install)
    try:
        return ours.ask(
            soak={"frames": frames, "reopen": _REOPEN_EVERY, "sample": max(1, frames // _SAMPLES)}
        )
    finally:
        ours.close()
