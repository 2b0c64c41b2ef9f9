"""Scene + Trajectory -> Frame, by interchangeable back ends over one scene description."""

from __future__ import annotations

from importlib import import_module

from simgen.errors import UsageError, did_you_mean
from simgen.rendering.protocol import Renderer, SceneRenderer

# name -> (module, class); imported when asked for, so that a missing GL library costs only those who need it.
RENDERERS = {
    "raster": ("simgen.rendering.raster", "RasterRenderer"),
    "pathtrace": ("simgen.rendering.pathtrace", "PathtraceRenderer"),
    "analytic": ("simgen.rendering.analytic", "AnalyticRenderer"),
}


def make_renderer(name: str, **options: object) -> Renderer:
    """Return a new renderer by name; options go to its constructor, for example `samples` of the path tracer.

    Raises:
        UsageError: no renderer has this name.
        RenderError: it cannot run here, for example for want of a GL context.
    """
    if name not in RENDERERS:
        known = ", ".join(sorted(RENDERERS))
        raise UsageError(f"no renderer named '{name}';{did_you_mean(name, RENDERERS)} known: {known}")
    module, class_name = RENDERERS[name]
    renderer: Renderer = getattr(import_module(module), class_name)(**options)
    return renderer


__all__ = ["RENDERERS", "Renderer", "SceneRenderer", "make_renderer"]
