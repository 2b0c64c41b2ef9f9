"""What the engine is handed and what it gives back: meshes, looks, cameras, scenes, and light in its parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray
from simgen.records.asset import Float32Array
from simgen.rendering.pathtrace.scenery import Around

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
        around: directions of its map of surroundings; None where it has none, or nothing is compiled.
        programs: kept by `wavefront` while the scene is.
    """

    scene: Any
    is_clear: bool
    suns: tuple[Any, ...]
    has_others: bool
    one_sided: tuple[Any, ...]
    panels: tuple[Any, ...]
    around: Around | None
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
