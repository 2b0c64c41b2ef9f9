"""Scene + Trajectory -> Frame, by interchangeable back ends over one scene description."""

from __future__ import annotations

from importlib import import_module

from simgen.errors import RenderError, UsageError, did_you_mean
from simgen.rendering.protocol import Renderer, SceneRenderer

# name -> (module, what makes one); imported when asked for, so that a missing GL library costs only those who need it.
RENDERERS = {
    "raster": ("simgen.rendering.raster", "RasterRenderer"),
    "pathtrace": ("simgen.rendering.shared_labels", "path_tracer"),
    "analytic": ("simgen.rendering.analytic", "AnalyticRenderer"),
}


def make_renderer(name: str, **options: object) -> Renderer:
    """Return a new renderer by name; options go to what makes it, for example `samples` of the path tracer.

    Raises:
        UsageError: no renderer has this name.
        RenderError: it cannot run here, for example for want of a GL context.
    """
    if name not in RENDERERS:
        known = ", ".join(sorted(RENDERERS))
        raise UsageError(f"no renderer named '{name}';{did_you_mean(name, RENDERERS)} known: {known}")
    module, maker = RENDERERS[name]
    renderer: Renderer = getattr(import_module(module), maker)(**options)
    return renderer


def make_working_renderer(**pathtrace_options: object) -> tuple[Renderer, str]:
    """Return the raster renderer, or the path tracer where no GL context can be made, and what to tell the user.

    The sentence is empty unless the path tracer was fallen back to.

    Raises:
        RenderError: neither runs here; the text says what to install for both.
    """
    try:
        return make_renderer("raster"), ""
    except RenderError as no_gl:
        try:
            renderer = make_renderer("pathtrace", **pathtrace_options)
        except RenderError as error:
            raise RenderError(f"no renderer runs here. raster: {no_gl}. pathtrace: {error}") from error
        return renderer, f"fell back to the path tracer ({renderer.device}): {no_gl}"


__all__ = ["RENDERERS", "Renderer", "SceneRenderer", "make_renderer", "make_working_renderer"]
