"""The path-tracing renderer: scenes in, frames out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import add

import numpy as np
from numpy.typing import NDArray

from simgen.assets import AssetLibrary
from simgen.closing import Closable
from simgen.errors import RenderError, UsageError
from simgen.records.frame import Frame, View
from simgen.records.scene import Scene
from simgen.rendering.gate import check_frame, check_light, place_of
from simgen.rendering.pathtrace.air import Air
from simgen.rendering.pathtrace.bodies import ShapeCache, make_bodies
from simgen.rendering.pathtrace.denoise import Denoiser
from simgen.rendering.pathtrace.discs import painted_discs, visible_discs
from simgen.rendering.pathtrace.engine import Engine
from simgen.rendering.pathtrace.first import FirstSurfaces
from simgen.rendering.pathtrace.labels import label_view
from simgen.rendering.pathtrace.lights import mean_luminance, surroundings
from simgen.rendering.pathtrace.painting import Painted, Quality, painted, painted_through_air
from simgen.rendering.pathtrace.skins import posed_bodies
from simgen.rendering.pathtrace.state import TracedScene
from simgen.rendering.pathtrace.variant import best_variant
from simgen.rng import keyed_generator

_NAME = "pathtrace"
_DEPTH = 6
_FLOAT16_MAX = 65504.0
_THOROUGH = 16  # samples from which denoising may take its time: the light then takes far longer


class PathtraceRenderer:
    """Follows light paths through a scene with Mitsuba 3; labels are cast exactly through pixel centres.

    Needs no OpenGL. The same scene, view and settings give the same bytes on one machine, whatever was rendered
    before and however many threads there are.

    Args:
        samples: light paths through a pixel in the mean, at most; None: as scenes say (`Scene.path_tracing`).
        denoise: whether Open Image Denoise takes out the grain that is left.
        noise_target: stop early once the picture's standard error, relative to its luminance, is below this;
            0 takes all samples; None: as scenes say. It is looked at after each pass of 2^22 paths.
        depth: longest path, in surfaces and the light at its end.
        variant: build of Mitsuba; empty takes the fastest that works, see `variant.best_variant`.

    Raises:
        UsageError: a setting is out of range.
        RenderError: Mitsuba or the denoiser is missing, or the variant asked for does not work here.
    """

    def __init__(
        self,
        samples: int | None = None,
        denoise: bool = True,
        noise_target: float | None = None,
        depth: int = _DEPTH,
        variant: str = "",
    ) -> None:
        if (samples is not None and samples < 1) or depth < 2 or (noise_target or 0.0) < 0:
            raise UsageError(
                f"path tracer: samples {samples}, depth {depth}, noise_target {noise_target}; they must be at"
                " least 1, 2 and 0"
            )
        self.name = _NAME
        self.samples, self.noise_target = samples, noise_target
        self.engine = Engine(best_variant(variant), depth)
        self.denoiser = Denoiser() if denoise else None
        self.shapes = ShapeCache()

    @property
    def device(self) -> str:
        """What draws: Mitsuba's version and variant."""
        return f"Mitsuba {self.engine.version}, {self.engine.variant}"

    def open(self, scene: Scene, library: AssetLibrary) -> PathtraceScene:
        """Load what the scene shows.

        Raises:
            AssetError: a model or map is missing.
        """
        return PathtraceScene(self, scene, library)

    def close(self) -> None:
        """Let go of the models."""
        self.shapes = ShapeCache()


class PathtraceScene(Closable):
    """One scene, ready to be seen from anywhere."""

    def __init__(self, renderer: PathtraceRenderer, scene: Scene, library: AssetLibrary) -> None:
        self._renderer: PathtraceRenderer | None = renderer
        self._scene = scene
        renderer.engine.take_over()
        self._bodies = make_bodies(scene, library, renderer.shapes)
        around = surroundings(scene, library)
        self._traced: TracedScene | None = TracedScene(renderer.engine, scene, self._bodies, around)

    def render(self, view: View, *, lit: bool = True) -> Frame:
        """Return the buffers of one view; unless it is `lit`, its radiance is zero.

        Raises:
            RenderError: the scene is closed, or the frame is empty or not finite.
        """
        self._opened(view)
        bodies = posed_bodies(self._bodies, view)
        labels, placed = label_view(bodies, view)
        dark = np.zeros((view.intrinsics.height, view.intrinsics.width, 3), np.float16)
        frame = Frame(
            view=view,
            radiance=self._picture([view]) if lit else dark,
            depth_m=labels.depth_m,
            instance_id=labels.instance_id,
            normals_camera=labels.normals_camera,
            object_coordinates_m=labels.object_coordinates_m,
            silhouettes=labels.silhouettes,
            renderer=_NAME,
            albedo=labels.albedo,
            part_id=labels.part_id,
            surface_next_m=labels.surface_next_m,
            surface_previous_m=labels.surface_previous_m,
        )
        check_frame(frame, placed)
        return frame

    def light(self, views: Sequence[View]) -> NDArray[np.float16]:
        """Return the mean radiance of views, without any labels; they share the samples, each has one at least.

        Raises:
            RenderError: the scene is closed, or the picture is not finite.
        """
        mean = self._picture(views)
        check_light(place_of(views[0]), mean)
        return mean

    def close(self) -> None:
        """Let go of the scene; shapes stay with the renderer."""
        self._renderer = self._traced = None

    def _opened(self, view: View) -> tuple[PathtraceRenderer, TracedScene]:
        if self._renderer is None or self._traced is None:
            raise RenderError(f"{place_of(view)}: the scene is closed; open it again before rendering it")
        return self._renderer, self._traced

    def _picture(self, views: Sequence[View]) -> NDArray[np.float16]:
        """Return the mean picture (h, w, 3) of views, linear luminance in cd/m²; the denoiser sees the mean."""
        renderer, traced = self._opened(views[0])
        # One after the other: all of them at once would take gigabytes.
        parts = (self._part(renderer, traced, view, (index, len(views))) for index, view in enumerate(views))
        whole, count = reduce(add, parts), np.float32(len(views))
        soft = whole.soft / count
        if renderer.denoiser is not None:
            guides = (whole.guides.albedo / count, whole.guides.normals / count)
            # Through pixel centres alone guides have jagged edges: these are none of the picture's.
            clean = renderer.engine.is_compiled
            soft = renderer.denoiser(soft, *guides, clean, thorough=self._samples(renderer) >= _THOROUGH)
        mean = whole.sharp / count + soft
        return np.minimum(mean, _FLOAT16_MAX).astype(np.float16)

    def _samples(self, renderer: PathtraceRenderer) -> int:
        return self._scene.path_tracing.samples if renderer.samples is None else renderer.samples

    def _part(
        self, renderer: PathtraceRenderer, traced: TracedScene, view: View, part: tuple[int, int]
    ) -> Painted:
        """Return the picture of one of several views with its share of the samples.

        Args:
            part: its index among the views, and how many there are.
        """
        index, count = part
        said = self._scene.path_tracing
        target = said.noise_target if renderer.noise_target is None else renderer.noise_target
        bodies = posed_bodies(self._bodies, view)
        engine = renderer.engine
        engine.take_over()
        now = traced.at(view, bodies)
        key = ("pathtrace", self._scene.seed, self._scene.index, view.sensor, view.frame_index)
        seed = int(keyed_generator(*key, *([index] if index else [])).integers(2**31))
        background = self._scene.environment.background_visible
        past_backs = not engine.is_compiled and FirstSurfaces.backs_come_first(bodies, view)
        quality = Quality(seed, -(-self._samples(renderer) // count), target, background, past_backs)
        if self._scene.fog is None:
            picture = painted(engine, now.scene, view, bodies, quality)
        else:
            air = Air(self._scene.fog, mean_luminance(traced.surroundings_at(now.lights)), now.lights)
            picture = painted_through_air(engine, now, view, air, bodies, quality)
        discs = visible_discs(now.lights, view, self._scene.fog)
        if not discs:
            return picture
        distance_m = FirstSurfaces.of(bodies, view, through_glass=True).distance_m()
        return replace(picture, sharp=picture.sharp + painted_discs(discs, view.intrinsics, distance_m))
