"""Mitsuba 3: scenes of plain arrays in, linear pictures out. Mitsuba is imported here and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.errors import RenderError
from simgen.geometry import FloatArray
from simgen.records.asset import Float32Array
from simgen.rendering.pathtrace.emitters import Emitters
from simgen.rendering.pathtrace.integrators import Scenery, SharpWay, SoftWay, marked
from simgen.rendering.pathtrace.lights import SunDisc
from simgen.rendering.pathtrace.looks import Look
from simgen.rendering.pathtrace.sensors import Sensors
from simgen.rendering.pathtrace.surfaces import Surfaces
from simgen.rendering.pathtrace.variant import LLVM_VARIABLE, Variant
from simgen.rendering.pathtrace.wavefront import Wavefronts, Way

_PASS_SAMPLES = 5 << 20  # light paths followed at once: bounds memory, and is part of what decides the bytes
_LEAST_FIRST = 2  # samples of a pixel in the first of two rounds: one alone does not tell how far they differ

Pixels = NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class TracedMesh:
    """Triangles of one look in the world.

    Attributes:
        positions_m: (n, 3) world.
        normals: (n, 3) unit, world.
        uvs: (n, 2), v up.
        triangles: (m, 3).
        surface: what `Engine.surface` made.
        is_one_sided: whether cameras see only where its corners run counter-clockwise; light meets both sides.
    """

    positions_m: Float32Array
    normals: Float32Array
    uvs: Float32Array
    triangles: NDArray[np.uint32]
    surface: Surface
    is_one_sided: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A camera, where it stands, and the seed of its samples.

    Attributes:
        past_backs: where nothing is compiled, whether inner sides of one-sided meshes may come first: to look through
            them then takes much longer.
    """

    camera: Intrinsics
    T_world_camera: FloatArray
    seed: int
    past_backs: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A look as Mitsuba objects; `emitter` makes a new light, as each mesh needs its own.

    Light passes through parts of a clear one: through holes or glass.
    """

    bsdf: Any
    emitter: Callable[[], Any] | None
    is_clear: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Guides:
    """What the surfaces seen first are: it tells the denoiser where edges run.

    Attributes:
        albedo: (h, w, 3) 0..1.
        normals: (h, w, 3) world.
    """

    albedo: Float32Array
    normals: Float32Array

    def __add__(self, other: Guides) -> Guides:
        """Return the sum of both, of which a mean is made."""
        return Guides(self.albedo + other.albedo, self.normals + other.normals)

    def __mul__(self, factor: float) -> Guides:
        """Return both times a factor."""
        scale = np.float32(factor)
        return Guides(self.albedo * scale, self.normals * scale)


@dataclass(frozen=True, slots=True, eq=False)
class TracedState:
    """A Mitsuba scene.

    Attributes:
        is_clear: whether light passes through some of its surfaces.
        suns: its suns as emitters.
        has_others: whether anything else shines.
        one_sided: its meshes that cameras see from one side only.
        panels: its lights that are shapes, which cameras see from one side only too.
        programs: kept by `wavefront` while the scene is.
    """

    scene: Any
    is_clear: bool
    suns: tuple[Any, ...]
    has_others: bool
    one_sided: tuple[Any, ...]
    panels: tuple[Any, ...]
    programs: dict[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class SharpLight:
    """What needs no denoiser, and what guides it: see `integrators`.

    Attributes:
        radiance: (h, w, 3) cd/m².
        direct: (h, w, 3) of the soft light, what other lights than suns send to surfaces seen first, where chosen.
    """

    radiance: Float32Array
    direct: Float32Array
    guides: Guides

    def __add__(self, other: SharpLight) -> SharpLight:
        """Return the sum of both, of which a mean is made."""
        return SharpLight(
            self.radiance + other.radiance, self.direct + other.direct, self.guides + other.guides
        )

    def __mul__(self, factor: float) -> SharpLight:
        """Return all times a factor."""
        scale = np.float32(factor)
        return SharpLight(self.radiance * scale, self.direct * scale, self.guides * factor)


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
        self, meshes: Sequence[TracedMesh], suns: Sequence[SunDisc], lights: Sequence[Any]
    ) -> TracedState:
        """Return a scene of meshes, suns, and what else `emitters` made."""
        has_others = bool(lights) or any(mesh.surface.emitter is not None for mesh in meshes)
        # Where suns are followed apart they are never chosen with the others; without others somebody must be.
        weight = 0.0 if self.is_compiled and has_others else 1.0
        discs = [self.emitters.sun(sun, weight) for sun in suns]
        made = [self._mesh(f"mesh{i}", mesh) for i, mesh in enumerate(meshes)]
        parts: dict[str, Any] = {f"mesh{i}": mesh for i, mesh in enumerate(made)}
        parts |= {f"light{i}": light for i, light in enumerate([*discs, *lights])}
        return TracedState(
            self._mi.load_dict({"type": "scene", **parts}),
            any(m.surface.is_clear for m in meshes),
            tuple(disc.emitter() for disc in discs),
            has_others,
            tuple(mesh for mesh, said in zip(made, meshes, strict=True) if said.is_one_sided),
            tuple(light for light in lights if isinstance(light, self._mi.Shape)),
            {},
        )

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
        self, scene: TracedState, shot: Shot, samples: int, background: bool, per_path: float
    ) -> SharpLight:
        """Return the sharp light of a picture, and what is sampled with it, where compiled; arguments as of `trace`.

        Args:
            per_path: how many of these samples there are for each light path of `trace_soft`.
        """
        way = Way(("sharp", background, per_path), lambda known: SharpWay(known, background, per_path))
        camera = shot.camera
        everywhere = np.arange(camera.width * camera.height, dtype=np.uint32)
        planes = self._follow(way, scene, shot, samples, everywhere)
        images = planes.reshape(4, 3, camera.height, camera.width)
        radiance, direct, albedo, normals = np.moveaxis(images, 1, -1)
        return SharpLight(radiance, direct, Guides(albedo, normals))

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
        return Scenery(self._mi, self._dr, scene.suns, scene.has_others, scene.is_clear, one_sided)

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
