"""Many frames in one process: memory, OpenGL errors, and the same bytes at the end as at the start and elsewhere."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from render.contest import Contestant
from render.export import export_record
from render.lines import Line, must_be
from render.progress import Progress
from render.raster import OURS, Settings
from simgen.records.scene import Scene

_REOPEN_EVERY = 250  # frames; a worker opens a new scene about as often
_SAMPLES = 200  # readings of resident memory
_ASK_FRAMES = 100  # at a time
_FLAT_MIB = 20.0  # growth over the second half that is taken for none: pages come and go


def measure_soak(scene: Scene, frames: int, settings: Settings) -> dict[str, Any]:
    """Draw many frames of one orbit, then one orbit in a second process."""
    orbit = len(scene.cameras[0].poses)
    with tempfile.TemporaryDirectory() as name:
        export_record(scene, Path(name))
        long = _soak(Path(name), max(frames, orbit), settings)
        short = _soak(Path(name), orbit, settings)
    slope, growth = memory_growth(long["resident"], frames)
    camera = scene.cameras[0].intrinsics
    result = {
        "frames": frames,
        "size": f"{camera.width} x {camera.height}",
        "resident, first MiB": long["resident"][0] / 2**20,
        "resident, last MiB": long["resident"][-1] / 2**20,
        "growth over the second half, MiB": growth,
        "growth over the second half, KiB a frame": slope,
        "OpenGL errors": long["gl_error"],
        "frames that differ from the first of their view": long["different"],
        "same bytes in two processes": long["digests"] == short["digests"],
        "resident_bytes": long["resident"],
    }
    return result | {"lines": _lines(result)}


def _lines(found: dict[str, Any]) -> list[Line]:
    growth, slope = (found[f"growth over the second half, {unit}"] for unit in ("MiB", "KiB a frame"))
    differ, frames = found["frames that differ from the first of their view"], found["frames"]
    return [
        Line(
            f"memory of {frames} frames in one process, second half",
            f"grows ≤ {_FLAT_MIB:g} MiB",
            f"{growth:+.1f} MiB ({slope:+.3f} KiB a frame)",
            growth <= _FLAT_MIB,
            growth,
        ),
        must_be("OpenGL errors", found["OpenGL errors"] == "GL_NO_ERROR", found["OpenGL errors"], "none"),
        must_be("same bytes for the same frame at start and end", not differ, f"{differ} of {frames} differ"),
        must_be(
            "same bytes in two processes",
            found["same bytes in two processes"],
            "all alike" if found["same bytes in two processes"] else "they differ",
        ),
    ]


def memory_growth(resident_bytes: list[int], frames: int) -> tuple[float, float]:
    """Return the slope of resident memory over its second half: KiB a frame, and MiB over that half."""
    half = np.array(resident_bytes[len(resident_bytes) // 2 :]) / 2**10
    if len(half) < 2:
        return 0.0, 0.0
    slope = float(np.polyfit(np.linspace(0, frames / 2, len(half)), half, 1)[0])
    return slope, slope * frames / 2 / 2**10


def _soak(folder: Path, frames: int, settings: Settings) -> dict[str, Any]:
    """Return what `draw_simgen.soak` says of all frames together."""
    ours = Contestant(OURS, folder, install=settings.install)
    progress = Progress("soak", frames)
    asked = {"reopen": _REOPEN_EVERY, "sample": max(1, frames // _SAMPLES)}
    found: dict[str, Any] = {"different": 0, "resident": []}
    try:
        for first in range(0, frames, _ASK_FRAMES):
            end = min(first + _ASK_FRAMES, frames)
            answer = ours.ask(soak=asked | {"first": first, "end": end})
            found["different"] += answer["different"]
            found["resident"] += answer["resident"]
            found |= {"digests": answer["digests"], "gl_error": answer["gl_error"]}
            progress.step(count=end - first)
    finally:
        ours.close()
        progress.end()
    return found
