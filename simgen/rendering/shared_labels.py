"""One labelling for both renderers: pictures of the path tracer with the labels that the raster renderer draws.

Rays through pixel centres and triangles drawn by a graphics library agree but for single pixels at outlines, where
a library rounds corners to a fraction of a pixel. So that a dataset's labels do not depend on who paints its pictures,
both take them from the same geometry pass; where no OpenGL works, the path tracer casts its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from simgen.assets import AssetLibrary
from simgen.closing import Closable
from simgen.errors import RenderError, UsageError
from simgen.records.frame import Frame, View
from simgen.records.scene import Scene
from simgen.rendering.pathtrace import PathtraceRenderer
from simgen.rendering.protocol import Renderer, SceneRenderer
from simgen.rendering.raster import RasterRenderer

LABELS = ("drawn", "cast")


def path_tracer(*, labels: Literal["drawn", "cast"] = "drawn", **options: Any) -> Renderer:
    """Return the path tracer.

    Args:
        labels: `drawn` by the raster renderer where OpenGL works; `cast` through pixel centres, without OpenGL.
        options: of `PathtraceRenderer`.

    Raises:
        UsageError: a setting is out of range.
        RenderError: Mitsuba or the denoiser is missing, or the variant asked for does not work here.
    """
    if labels not in LABELS:
        raise UsageError(f"path tracer: labels '{labels}'; they can be {' or '.join(LABELS)}")
    tracer: Renderer = PathtraceRenderer(**options)
    if labels == "cast":
        return tracer
    try:
        return SharedLabels(tracer, RasterRenderer())
    except RenderError:
        return tracer


class SharedLabels:
    """A renderer whose light is one back end's and whose labels are the raster renderer's.

    One scene is open at a time: opening another closes the one before.
    """

    def __init__(self, painter: Renderer, drawer: RasterRenderer) -> None:
        self.name = painter.name
        self._painter, self._drawer = painter, drawer

    @property
    def device(self) -> str:
        """What draws the light, and what the labels."""
        return f"{self._painter.device}; labels: {self._drawer.device}"

    def open(self, scene: Scene, library: AssetLibrary) -> SharedLabelsScene:
        """Load what the scene shows into both.

        Raises:
            RenderError: an OpenGL error.
            AssetError: a model or map is missing.
        """
        labels = self._drawer.open(scene, library, lit=False)
        return SharedLabelsScene(self.name, self._painter.open(scene, library), labels)

    def close(self) -> None:
        """Release both."""
        self._painter.close()
        self._drawer.close()


class SharedLabelsScene(Closable):
    """One scene, ready to be seen from anywhere."""

    def __init__(self, name: str, light: SceneRenderer, labels: SceneRenderer) -> None:
        self._name, self._light, self._labels = name, light, labels

    def render(self, view: View, *, lit: bool = True) -> Frame:
        """Return the buffers of one view; unless it is `lit`, its radiance is zero.

        Raises:
            RenderError: the scene is closed, OpenGL reported an error, or the frame is empty or not finite.
        """
        frame = replace(self._labels.render(view, lit=False), renderer=self._name)
        return replace(frame, radiance=self.light([view])) if lit else frame

    def light(self, views: Sequence[View]) -> NDArray[np.float16]:
        """Return the mean radiance of views, without any labels.

        Raises:
            RenderError: the scene is closed, or the picture is not finite.
        """
        return self._light.light(views)

    def close(self) -> None:
        """Let go of the scene in both."""
        self._light.close()
        self._labels.close()
