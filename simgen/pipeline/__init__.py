"""One scene end to end: draw, simulate, render, develop, annotate, write. Only this package knows the order.

Everything a worker needs is in `SceneProducer`, which travels to other processes as plain settings and opens
its graphics context and asset library when it makes its first scene.
"""

from simgen.pipeline.exposure import Exposure
from simgen.pipeline.produce import SceneProducer, SceneResult, expected_samples, write_scene
from simgen.pipeline.provenance import manifest_of, software_of
from simgen.pipeline.settle import SettledScene, settle_scene
from simgen.pipeline.stopwatch import Stopwatch
from simgen.pipeline.studio import Studio
from simgen.pipeline.views import view_of, views

__all__ = [
    "Exposure",
    "SceneProducer",
    "SceneResult",
    "SettledScene",
    "Stopwatch",
    "Studio",
    "expected_samples",
    "manifest_of",
    "settle_scene",
    "software_of",
    "view_of",
    "views",
    "write_scene",
]
