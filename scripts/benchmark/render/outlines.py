"""What whole outlines of every object cost, beside the colour pass: reference scene A, the same views in turn."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from time import process_time
from typing import Any

import numpy as np

from render.lines import Line
from render.scenes import ORBIT_FRAMES, scene_a
from simgen.assets import AssetLibrary
from simgen.records.frame import View
from simgen.records.scene import Scene
from simgen.rendering import SceneRenderer, make_renderer
from tests.views import still_view

_TITLE = "raster: whole outlines of the {} objects of scene A, time by the colour pass's"
_MOST = 1.0
_EVERY = 2  # which frames of the orbit are drawn


def measure_outlines(library: AssetLibrary) -> dict[str, Any]:
    """Time labels alone, labels with outlines and labels with colour, processor time of all threads."""
    scene = scene_a(library)
    with closing(make_renderer("raster")) as renderer, renderer.open(scene, library) as session:
        return outline_cost(session, scene)


def outline_cost(session: SceneRenderer, scene: Scene, every: int = _EVERY) -> dict[str, Any]:
    """Return what outlines and colour of a scene's orbit take, in ms, and the line that compares them."""
    seconds = np.array(
        [_seconds(session, still_view(scene, index)) for index in range(0, ORBIT_FRAMES, every)]
    )
    labels, outlined, coloured = np.median(seconds[1:], axis=0)  # the first compiles programs
    ratio = float((outlined - labels) / (coloured - labels))
    figure = (
        f"{ratio:.2f}x ({1e3 * (outlined - labels):.1f} of {1e3 * (coloured - labels):.1f} ms of processor)"
    )
    title = _TITLE.format(len(scene.objects))
    return {
        "labels alone, ms": 1e3 * float(labels),
        "lines": [Line(title, f"≤ {_MOST:g}x", figure, ratio <= _MOST, ratio)],
    }


def _seconds(session: SceneRenderer, view: View) -> tuple[float, float, float]:
    """Return what a view takes as labels alone, with outlines, and with colour."""
    plain = replace(view, outlines=False, extra_buffers=frozenset())
    return (
        _timed(lambda: session.render(plain, lit=False)),
        _timed(lambda: session.render(replace(plain, outlines=True), lit=False)),
        _timed(lambda: session.render(plain)),
    )


def _timed(draw: Callable[[], object]) -> float:
    start = process_time()
    draw()
    return process_time() - start
