"""Mitsuba 3: scenes of plain arrays in, linear pictures out. Mitsuba is imported here and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from math import isqrt
from typing import Any

import numpy as np

from simgen.camera import Intrinsics
from simgen.errors import RenderError
from simgen.records.asset import Float32Array
from simgen.rendering.pathtrace.emitters import Emitters
from simgen.rendering.pathtrace.integrators import SharpWay, SoftWay
from simgen.rendering.pathtrace.lights import SunDisc
from simgen.rendering.pathtrace.looks import Look
from simgen.rendering.pathtrace.scenery import Around, Scenery, marked
from simgen.rendering.pathtrace.sensors import Sensors
from simgen.rendering.pathtrace.surfaces import Surfaces
from simgen.rendering.pathtrace.traced import Pixels, Shot, Surface, TracedMesh, TracedState
from simgen.rendering.pathtrace.variant import LLVM_VARIABLE, Variant
from simgen.rendering.pathtrace.wavefront import Wavefronts, Way

_PASS_SAMPLES = 5 << 20  # light paths followed at once: bounds memory, and is part of what decides the bytes
_LEAST_FIRST = 2  # samples of a pixel in the first of two rounds: one alone does not tell how far they differ


class Paths:
    """Ways of following light with one integrator: the picture alone, and with what tells its background.

    Args:
        mitsuba: the module, its variant set.
        path: the integrator.
    """

    def __init__(self, mitsuba: Any, path: dict[str, Any]) -> None:
        apart = {"color": path, "hit": {"type": "depth"}, "behind": {"type": "path", "max_depth": 1}}
        self.plain: Any = mitsuba.load_dict(path)
        self.apart: Any = mitsuba.load_dict({"type": "aov", "aovs": "depth:depth", **apart})


class Engine:
    """One variant of Mitsuba in this process."""

    def __init__(self, variant: Variant, depth: int) -> None:
        if variant.llvm:
            os.environ[LLVM_VARIABLE] = variant.llvm
        try:
            import drjit
            import mitsuba
        except ImportError as error:
            raise RenderError(
                f"the path tracer needs Mitsuba 3, which cannot be imported ({error}). Install it with:"
                " pip install 'simgen[pathtrace]'"
            ) from error
        self._mi: Any = mitsuba
        self._dr: Any = drjit
        self._mi.set_variant(variant.name)
        self.variant = variant.name
        self.version = str(self._mi.__version__)
        self.emitters = Emitters(mitsuba)
        self._limit_threads()
        self._sensors = Sensors(mitsuba, drjit)
        self._surfaces = Surfaces(mitsuba)
        self._depth = depth
        self._solid = Paths(mitsuba, {"type": "path", "max_depth": depth})
        # Followed where light passes through surfaces: to lamps too, which costs about half as much again.
        self._clear = Paths(mitsuba, {"type": "volpath", "max_depth": depth})
        self._wavefronts = Wavefronts(mitsuba, drjit)

    def surface(self, look: Look) -> Surface:
        """Return a look as Mitsuba objects, to be shared by meshes."""
        return Surface(self._surfaces.bsdf(look), self._surfaces.light(look), not look.is_whole)

    def take_over(self) -> None:
        """Make Mitsuba's variant this engine's: another renderer of the process may have another."""
        self._mi.set_variant(self.variant)

    @property
    def is_compiled(self) -> bool:
        """Whether what follows light was compiled for the scene: what else it tells of its paths costs little then."""
        return not self.variant.startswith("scalar")

    def scene(
        self,
        meshes: Sequence[TracedMesh],
        suns: Sequence[SunDisc],
        lights: Sequence[Any],
        around: Around | None = None,
    ) -> TracedState:
        """Return a scene.

        Args:
            lights: what else `emitters` made.
            around: directions of the map among them, where there is one and they were made.
        """
        shining = any(mesh.surface.emitter is not None for mesh in meshes)
        has_others = bool(lights) or shining
        # Where suns are followed apart they are never chosen with the others; without others somebody must be.
        weight = 0.0 if self.is_compiled and has_others else 1.0
        discs = [self.emitters.sun(sun, weight) for sun in suns]
        if around is not None:  # alone Mitsuba would have nothing to choose without it
            self._choose_map(lights, chosen=len(lights) == 1 and not shining)
        made = [self._mesh(f"mesh{i}", mesh) for i, mesh in enumerate(meshes)]
        parts: dict[str, Any] = {f"mesh{i}": mesh for i, mesh in enumerate(made)}
        parts |= {f"light{i}": light for i, light in enumerate([*discs, *lights])}
        scene = self._mi.load_dict({"type": "scene", **parts})
        return TracedState(
            scene,
            any(m.surface.is_clear for m in meshes),
            tuple(disc.emitter() for disc in discs),
            has_others,
            tuple(mesh for mesh, said in zip(made, meshes, strict=True) if said.is_one_sided),
            tuple(light for light in lights if isinstance(light, self._mi.Shape)),
            around and around.among(scene),
            {},
        )

    def around(self, emitter: Any) -> Around | None:
        """Return the directions of what `Emitters.around` made of a map, to choose from; None where it is uniform.

        They are for as long as the emitter is kept.
        """
        is_map = self.is_compiled and "data" in self._mi.traverse(emitter)
        return Around.of(self._mi, self._dr, emitter) if is_map else None

    def _choose_map(self, lights: Sequence[Any], chosen: bool) -> None:
        """Let Mitsuba choose the map among lights, or not."""
        for each in lights:
            if isinstance(each, self._mi.Emitter) and each.is_environment():
                values = self._mi.traverse(each)
                values["sampling_weight"] = float(chosen)
                values.update()

    def rounds(self, samples: int) -> int:
        """Return in how many rounds so many light paths a pixel are followed; see `adaptive`."""
        return 2 if self.is_compiled and samples >= 2 * _LEAST_FIRST else 1

    def passes(
        self, camera: Intrinsics, samples: int, most: int = _PASS_SAMPLES, rounds: int = 1
    ) -> list[int]:
        """Return how many samples a pixel gets in each pass: equally many, at least `samples` in all.

        In each round of it they fill a grid of strata, with as many columns as rows or a few more: the sampler spreads
        no other number evenly. Of the numbers of passes that memory allows, the one that needs fewest samples is taken.

        Args:
            most: samples of a pixel in one pass.
            rounds: of equally many samples in each pass.
        """
        fewest = -(-samples // max(1, min(most, _PASS_SAMPLES // (camera.width * camera.height))))
        counts = range(fewest, 2 * fewest + 1)
        sizes = [(count, rounds * _strata(-(-samples // (count * rounds)))) for count in counts]
        count, size = min(sizes, key=lambda each: (each[0] * each[1], each[0]))
        return [size] * count

    def trace(self, scene: TracedState, shot: Shot, samples: int, background: bool) -> Float32Array:
        """Return a picture (h, w, 3), linear luminance in cd/m², with so many samples in every pixel; never compiled.

        Args:
            scene: what `scene` made.
            shot: where from, and the seed: the same seed gives the same picture.
            samples: in every pixel.
            background: whether lights and surroundings are seen where no surface is.
        """
        paths = self._clear if scene.is_clear else self._solid
        if background:
            return self._render(scene, paths.plain, shot, samples)[..., :3]
        return self._without_background(paths.apart, self._render(scene, paths.apart, shot, samples))

    def trace_sharp(
        self,
        scene: TracedState,
        shot: Shot,
        samples: int,
        background: bool,
        per_path: float,
        pixels: Pixels,
        again: bool = False,
    ) -> Float32Array:
        """Return the sharp light of pixels, and what is sampled with it, where compiled; arguments as of `trace`.

        Args:
            samples: for each of `pixels`.
            per_path: how many of these samples there are for each light path of `trace_soft`.
            pixels: (n,) counted row by row; one that comes several times gets other samples each time.
            again: whether without other lights than suns.

        Returns:
            (9, n), means over the samples: RGB in cd/m², albedo, normal; (14, n) unless `again`, with RGB of other
            lights, and the mean squares of the light, and of albedo and normal.
        """
        key = ("sharp", background, per_path, again)
        way = Way(key, lambda known: SharpWay(known, background, per_path, again))
        return self._follow(way, scene, shot, samples, pixels)

    def trace_soft(
        self, scene: TracedState, shot: Shot, samples: int, per_path: float, pixels: Pixels
    ) -> Float32Array:
        """Return the soft light of pixels, less `SharpLight.direct`; arguments as of `trace_sharp`.

        Args:
            samples: for each of `pixels`.
            pixels: (n,) counted row by row; one that comes several times gets other samples each time.

        Returns:
            (4, n), means over the samples: RGB in cd/m², and its square.
        """
        way = Way(("soft", per_path), lambda known: SoftWay(known, self._depth, per_path))
        return self._follow(way, scene, shot, samples, pixels)

    def _follow(self, way: Way, scene: TracedState, shot: Shot, samples: int, pixels: Pixels) -> Float32Array:
        known, camera = self._scenery(scene), shot.camera
        return self._wavefronts.trace(
            way, scene.scene, known, camera, shot.T_world_camera, shot.seed, samples, scene.programs, pixels
        )

    def _scenery(self, scene: TracedState) -> Scenery:
        one_sided = marked(self._mi, self._dr, scene.one_sided + scene.panels)
        return Scenery(
            self._mi,
            self._dr,
            scene.suns,
            scene.has_others,
            scene.is_clear,
            one_sided,
            scene.around,
            is_empty=not scene.scene.shapes(),
        )

    def _without_background(self, integrator: Any, buffers: Float32Array) -> Float32Array:
        color, behind, hit = (
            self._channels(integrator, buffers, name) for name in ("color.RGB", "behind.RGB", "hit.A")
        )
        # What comes straight from a light counts only where a pixel is all surface, as lamps are.
        return np.where(hit < 1, np.maximum(color - behind, 0.0), color)

    def _render(self, scene: TracedState, integrator: Any, shot: Shot, samples: int) -> Float32Array:
        past = self._past_backs(scene) if shot.past_backs and not self.is_compiled else None
        sensor = self._sensors.sensor(shot.camera, shot.T_world_camera, samples, past)
        image = self._mi.render(
            scene.scene, integrator=integrator, sensor=sensor, spp=samples, seed=shot.seed
        )
        return np.array(image, dtype=np.float32)

    def _past_backs(self, scene: TracedState) -> Callable[[Any], Any]:
        """Return what moves the start of a ray, one at a time, past inner sides of one-sided meshes."""
        dr, one_sided = self._dr, {mesh.id() for mesh in scene.one_sided}

        def move(ray: Any) -> Any:
            si = scene.scene.ray_intersect(ray)
            while si.is_valid() and dr.dot(si.n, ray.d) > 0 and si.shape.id() in one_sided:
                left = ray.maxt - si.t
                ray = si.spawn_ray(ray.d)
                ray.maxt = left
                si = scene.scene.ray_intersect(ray)
            return ray

        return move

    @staticmethod
    def _channels(integrator: Any, buffers: Float32Array, name: str) -> Float32Array:
        group, letters = name.split(".")
        names = integrator.aov_names()
        return buffers[..., [names.index(f"{group}.{letter}") for letter in letters]]

    def _limit_threads(self) -> None:
        """Use as many threads as the batch gave this worker, where it did."""
        share = os.environ.get("OMP_NUM_THREADS", "")
        if share.isdigit() and int(share) > 0:
            self._dr.set_thread_count(int(share))

    def _mesh(self, name: str, mesh: TracedMesh) -> Any:
        mi = self._mi
        properties = mi.Properties()
        properties["mesh_bsdf"] = mesh.surface.bsdf
        if mesh.surface.emitter is not None:
            properties["mesh_emitter"] = mesh.surface.emitter()
        made = mi.Mesh(
            name,
            len(mesh.positions_m),
            len(mesh.triangles),
            has_vertex_normals=True,
            has_vertex_texcoords=True,
            props=properties,
        )
        values = mi.traverse(made)
        values["vertex_positions"] = readable_past_end(mesh.positions_m)
        values["vertex_normals"] = np.ravel(mesh.normals)
        values["vertex_texcoords"] = np.ravel(mesh.uvs)
        values["faces"] = np.ravel(mesh.triangles)
        values.update()
        return made


def readable_past_end(positions_m: Float32Array) -> Float32Array:
    """Return positions (n, 3) as (3 n,), readable past their end.

    Dr.Jit keeps NumPy's memory, and Embree reads four floats at each position: past the end of the last, which ended
    the process where the next page was not there.
    """
    count = positions_m.size
    padded = np.zeros(count + 1, np.float32)
    padded[:count] = np.ravel(positions_m)
    return padded[:count]


def _strata(samples: int) -> int:
    """Return the smallest number of cells of a nearly square grid that is no less than this."""
    rows = isqrt(samples)
    return rows * -(-samples // rows)
