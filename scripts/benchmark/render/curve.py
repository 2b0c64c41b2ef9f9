"""How the cost of a frame grows with the number of objects: scene B from 10 to 1000 of them, all in sight."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from render.contest import Contestant
from render.export import export_record
from render.lines import Line
from render.progress import counted
from render.raster import OURS, Settings, full_triangles, timings
from render.scenes import scene_b
from simgen.assets import AssetLibrary
from simgen.records.scene import Scene


def measure_curve(counts: Sequence[int], library: AssetLibrary, settings: Settings) -> dict[str, Any]:
    """Time scene B at several sizes; exponents say how time grows with triangles (below 1: slower)."""
    rows = [_row(scene_b(library, count), library, settings) for count in counted("objects", sorted(counts))]
    for before, row in pairwise(rows):
        row["exponent"] = exponent([before, row], "triangles", "cpu_ms")
    result: dict[str, Any] = {
        f"growth exponent, {y} by {x}": exponent(rows, x, y)
        for y, x in (("cpu_ms", "triangles"), ("wall_ms", "triangles"), ("cpu_ms", "objects"))
    }
    return result | {"lines": curve_lines(rows), "rows": rows}


def curve_lines(rows: Sequence[dict[str, Any]]) -> list[Line]:
    """Return whether cost grows slower than the triangle count: over all, and between any two neighbours."""
    if len(rows) < 2:
        return []
    title = f"scene B, {rows[0]['objects'] - 1} to {rows[-1]['objects'] - 1} objects: cost ~ triangles^k"
    whole, steepest = exponent(rows, "triangles", "cpu_ms"), max(row["exponent"] for row in rows[1:])
    return [
        Line(f"{title}, over all", "k < 1", f"k = {whole:.2f} by processor time", whole < 1.0, whole),
        Line(f"{title}, steepest step", "k < 1", f"k = {steepest:.2f}", steepest < 1.0, steepest),
    ]


def exponent(rows: Sequence[dict[str, Any]], x: str, y: str) -> float:
    """Return k of the power law y ~ x^k that fits rows best, by least squares in logarithms."""
    if len(rows) < 2:
        return float("nan")
    return float(np.polyfit(np.log([row[x] for row in rows]), np.log([row[y] for row in rows]), 1)[0])


def _row(scene: Scene, library: AssetLibrary, settings: Settings) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        export_record(scene, Path(name))
        ours = Contestant(OURS, Path(name), install=settings.install)
        try:
            ours.time([0, 1], keep=False)
            for turn in range(settings.rounds):
                ours.time(range(turn * settings.frames % 20, turn * settings.frames % 20 + settings.frames))
            drawn = ours.ask(triangles=0)
        finally:
            ours.close()
    facts = {"objects": len(scene.objects), "triangles": full_triangles(scene, library)}
    return facts | {"triangles drawn": drawn["triangles"], "open_s": ours.open_s, **timings(ours)}
