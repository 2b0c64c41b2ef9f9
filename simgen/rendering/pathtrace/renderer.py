"""The path-tracing renderer: scenes in, frames out."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import numpy as np

from simgen.assets import AssetLibrary
from simgen.errors import RenderError, UsageError
from simgen.geometry import FloatArray
from simgen.records.asset import Float32Array
from simgen.records.frame import Frame, View
from simgen.records.scene import Scene
from simgen.rendering.gate import check_frame, place_of
from simgen.rendering.light_map import LUMINANCE_RGB
from simgen.rendering.pathtrace.bodies import ShapeCache, make_bodies
from simgen.rendering.pathtrace.denoise import Denoiser
from simgen.rendering.pathtrace.engine import Engine, Shot
from simgen.rendering.pathtrace.labels import label_view
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
        """
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
        self._around = renderer.engine.light_around(surroundings(scene, library))
        self._state: FloatArray | None = None
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
        self._renderer = self._traced = self._around = self._state = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _picture(self, renderer: PathtraceRenderer, view: View) -> Float32Array:
        """Return the picture (h, w, 3), linear luminance in cd/m²."""
        engine, scene = renderer.engine, self._in_state(renderer.engine, view.T_world_objects)
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

    def _in_state(self, engine: Engine, T_world_objects: FloatArray) -> Any:
        """Return the scene with its bodies at these poses, built again only when they moved."""
        if self._state is None or not np.array_equal(self._state, T_world_objects):
            center, radius = bounding_sphere(self._bodies, T_world_objects)
            suns = sun_discs(self._scene.suns, center, radius)
            self._traced = engine.scene(self._meshes.placed(T_world_objects), suns, self._around)
            self._state = T_world_objects.copy()
        return self._traced


def relative_error(pictures: Sequence[Float32Array]) -> float:
    """Return the standard error of the mean of pictures relative to it; infinite for a single one."""
    if len(pictures) < 2:
        return float("inf")
    luminance = np.stack([picture @ LUMINANCE_RGB for picture in pictures])
    mean = luminance.mean(axis=0)
    variance = luminance.var(axis=0, ddof=1) / len(pictures)
    floor = 0.01 * float(mean.mean()) + 1e-12  # black pixels have no relative error
    return float(np.sqrt(np.mean(variance / (mean + floor) ** 2)))
