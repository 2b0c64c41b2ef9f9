"""Wall time of every stage for each frame, in one process, and of the passes inside the renderer."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from statistic import Clock, Spread, milliseconds

from simgen.dataset import DatasetWriter
from simgen.pipeline import SceneProducer, Studio, manifest_of, settle_scene, views
from simgen.rendering.raster import RasterRenderer
from simgen.scenario import load

PER_SCENE = ("sample", "simulate", "upload")


def measure_stages(scene: str, seed: int, count: int) -> dict[str, Any]:
    """Time scenes 1 ... count after scene 0 has warmed shaders, models and caches."""
    scenario = load(scene)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "dataset"
        with closing(Studio()) as studio:
            manifest = manifest_of(scenario, seed, count + 1, studio)
        with DatasetWriter.create(out, manifest, resume=False):
            producer = SceneProducer(scenario, seed, out)
            producer(0)
            results = [producer(index) for index in range(1, count + 1)]
    stages: dict[str, list[float]] = defaultdict(list)
    for result in results:
        frames = max(result.samples, 1)
        for name, seconds in result.seconds.items():
            stages[f"{name}, per scene"].append(seconds) if name in PER_SCENE else None
            stages[f"{name}, per frame"].append(seconds / frames)
        stages["all stages, per frame"].append(sum(result.seconds.values()) / frames)
    table: dict[str, Any] = {"frames a scene": results[0].samples if results else 0}
    table |= {name: milliseconds(values) for name, values in stages.items()}
    table["samples/s, one process, steady"] = Spread.of(
        [1 / s for s in stages["all stages, per frame"]], "1/s"
    )
    return table


def measure_render_split(scene: str, seed: int, count: int) -> dict[str, Any]:
    """Time the renderer's passes, with the GL queue emptied after each: the sum is above a plain frame's time."""
    scenario, renderer, clock = load(scene), RasterRenderer(), Clock()
    finish = renderer.context.gl.finish
    passes = {
        "shadow maps (once a state)": (renderer.light, "set_view"),
        "geometry: labels and surface": (renderer.geometry, "draw"),
        "colour": (renderer.light, "draw"),
        "label readback": (renderer.geometry, "read"),
        "silhouettes with readback": (renderer.silhouettes, "draw"),
    }
    for name, (owner, method) in passes.items():
        setattr(owner, method, _timed(getattr(owner, method), finish, clock, name))
    with closing(Studio()) as studio:
        for index in range(count + 1):
            each = settle_scene(scenario, seed, index, studio.library)
            with renderer.open(each.scene, studio.library) as session:
                for _, view in views(each.scene, each.trajectory):
                    with clock.measure("whole frame"):
                        session.render(view)
            if index == 0:
                clock.clear()
    renderer.close()
    return dict(clock.table())


def _timed(
    call: Callable[..., Any], finish: Callable[[], None], clock: Clock, name: str
) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        with clock.measure(name):
            result = call(*args, **kwargs)
            finish()
        return result

    return timed
