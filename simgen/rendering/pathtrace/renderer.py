"""The path-tracing renderer: scenes in, frames out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from simgen.assets import AssetLibrary
from simgen.errors import RenderError, UsageError
from simgen.records.asset import Float32Array
from simgen.records.frame import Frame, View
from simgen.records.scene import Scene
from simgen.rendering.gate import check_frame, place_of
from simgen.rendering.lamps import Lights, lights_in, present_bodies
from simgen.rendering.light_map import LUMINANCE_RGB
from simgen.rendering.pathtrace.bodies import ShapeCache, make_bodies
from simgen.rendering.pathtrace.denoise import Denoiser
from simgen.rendering.pathtrace.engine import Engine, Shot
from simgen.rendering.pathtrace.labels import label_view
from simgen.rendering.pathtrace.lamps import check_shadows, cones_of, rectangle_of
from simgen.rendering.pathtrace.lights import sun_discs, surroundings
from simgen.rendering.pathtrace.meshes import MeshMaker, bounding_sphere
from simgen.rendering.pathtrace.variant import best_variant
from simgen.rng import keyed_generator

_NAME = "pathtrace"
_DEPTH = 6
_GUIDE_SAMPLES = 8
_FLOAT16_MAX = 65504.0


class PathtraceRenderer:
    """Follows light paths through a scene with Mitsuba 3; labels are cast exactly through pixel centres.

    Needs no OpenGL. The same scene, view and settings give the same bytes on one machine, whatever was rendered
    before and however many threads there are.

    Args:
        samples: light paths through every pixel, at most.
        denoise: whether Open Image Denoise takes out the grain that is left.
        noise_target: stop early once the picture's standard error, relative to its luminance, is below this;
            0 takes all samples. It is looked at after each pass of 2^22 paths.
        depth: longest path, in surfaces and the light at its end.
        variant: build of Mitsuba; empty takes the fastest that works, see `variant.best_variant`.

    Raises:
        UsageError: a setting is out of range.
        RenderError: Mitsuba or the denoiser is missing, or the variant asked for does not work here.
    """

    def __init__(
        self,
        samples: int = 64,
        denoise: bool = True,
        noise_target: float = 0.0,
        depth: int = _DEPTH,
        variant: str = "",
    ) -> None:
        if samples < 1 or depth < 2 or noise_target < 0:
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
            RenderError: a lamp or panel is to cast no shadows.
        """
        check_shadows([*scene.lights, *scene.panels])
        return PathtraceScene(self, scene, library)

    def close(self) -> None:
        """Let go of the models."""
        self.shapes = ShapeCache()


class PathtraceScene:
    """One scene, ready to be seen from anywhere."""

    def __init__(self, renderer: PathtraceRenderer, scene: Scene, library: AssetLibrary) -> None:
        self._renderer: PathtraceRenderer | None = renderer
        self._scene = scene
        self._bodies = make_bodies(scene, library, renderer.shapes)
        self._meshes = MeshMaker(renderer.engine, self._bodies)
        self._surroundings = surroundings(scene, library)
        self._state: tuple[NDArray[Any], ...] = ()
        self._around: tuple[float, Any] = (0.0, None)
        self._traced: Any = None

    def render(self, view: View) -> Frame:
        """Return the buffers of one view.

        Raises:
            RenderError: the scene is closed, or the frame is empty or not finite.
        """
        renderer = self._renderer
        if renderer is None:
            raise RenderError(f"{place_of(view)}: the scene is closed; open it again before rendering it")
        labels, placed = label_view(self._bodies, view)
        picture = self._picture(renderer, view)
        frame = Frame(
            view=view,
            radiance=np.minimum(picture, _FLOAT16_MAX).astype(np.float16),
            depth_m=labels.depth_m,
            instance_id=labels.instance_id,
            normals_camera=labels.normals_camera,
            object_coordinates_m=labels.object_coordinates_m,
            silhouettes=labels.silhouettes,
            renderer=_NAME,
            albedo=labels.albedo,
            part_id=labels.part_id,
        )
        check_frame(frame, placed)
        return frame

    def close(self) -> None:
        """Let go of the scene; shapes stay with the renderer."""
        self._renderer = self._traced = None
        self._state, self._around = (), (0.0, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _picture(self, renderer: PathtraceRenderer, view: View) -> Float32Array:
        """Return the picture (h, w, 3), linear luminance in cd/m²."""
        engine, scene = renderer.engine, self._in_state(renderer.engine, view)
        key = ("pathtrace", self._scene.seed, self._scene.index, view.sensor, view.frame_index)
        seed = int(keyed_generator(*key).integers(2**31))
        background = self._scene.environment.background_visible
        pictures: list[Float32Array] = []
        for index, samples in enumerate(engine.passes(view.intrinsics, renderer.samples)):
            shot = Shot(view.intrinsics, view.T_world_camera, seed + index)
            pictures.append(engine.trace(scene, shot, samples, background))
            if renderer.noise_target and relative_error(pictures) <= renderer.noise_target:
                break
        mean = sum(pictures[1:], pictures[0]) / np.float32(len(pictures))
        if renderer.denoiser is None:
            return mean
        shot = Shot(view.intrinsics, view.T_world_camera, seed)
        guides = engine.guides(scene, shot, min(renderer.samples, _GUIDE_SAMPLES))
        return renderer.denoiser(mean, guides.albedo, guides.normals)

    def _in_state(self, engine: Engine, view: View) -> Any:
        """Return the scene with its bodies at these poses and its lights this bright, built again only on change."""
        lights, present = lights_in(self._scene, view), present_bodies(view)
        state: tuple[NDArray[Any], ...] = (view.T_world_objects, present, lights.state)
        same = len(self._state) == len(state) and all(
            np.array_equal(was, now) for was, now in zip(self._state, state, strict=True)
        )
        if not same:
            meshes = self._meshes.placed(view.T_world_objects, present)
            self._traced = engine.scene(meshes, self._shining(engine, view, lights))
            self._state = tuple(part.copy() for part in state)
        return self._traced

    def _shining(self, engine: Engine, view: View, lights: Lights) -> list[Any]:
        """Return all lights of a view for the engine."""
        center, radius = bounding_sphere(self._bodies, view.T_world_objects)
        make = engine.emitters
        made = [make.sun(disc) for disc in sun_discs(lights.suns, center, radius)]
        for spot in lights.spots:
            made += [make.cone(cone) for cone in cones_of(spot.light, spot.T_world_light)]
        made += [make.rectangle(rectangle_of(panel.light, panel.T_world_light)) for panel in lights.panels]
        around = self._light_around(engine, lights)
        return made if around is None else [*made, around]

    def _light_around(self, engine: Engine, lights: Lights) -> Any:
        """Return the surroundings as bright as they are, made again only when that changed."""
        full_lux = self._scene.environment.illuminance_lux
        share = lights.environment.illuminance_lux / full_lux if full_lux > 0 else 0.0
        if self._around[0] != share:
            light = replace(self._surroundings, luminance=self._surroundings.luminance * share)
            self._around = (share, engine.emitters.around(light))
        return self._around[1]


def relative_error(pictures: Sequence[Float32Array]) -> float:
    """Return the standard error of the mean of pictures relative to it; infinite for a single one."""
    if len(pictures) < 2:
        return float("inf")
    luminance = np.stack([picture @ LUMINANCE_RGB for picture in pictures])
    mean = luminance.mean(axis=0)
    variance = luminance.var(axis=0, ddof=1) / len(pictures)
    floor = 0.01 * float(mean.mean()) + 1e-12  # black pixels have no relative error
    return float(np.sqrt(np.mean(variance / (mean + floor) ** 2)))
