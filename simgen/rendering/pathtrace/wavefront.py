"""Many light paths at once, where Mitsuba is compiled: what follows them is traced into a program, and kept.

Rays come from a camera's own formula or table, so that nothing but numbers changes from view to view of one state: from
the third on programs run again as they are, without being traced, which saves a quarter of the time of a quick picture.
Programs never outlive their state: Dr.Jit lets them run on another scene that looks alike, and follows stale pointers.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray
from simgen.records.asset import Float32Array
from simgen.rendering.pathtrace.scenery import Scenery
from simgen.rendering.pathtrace.sensors import NODES, ray_table


@dataclass(frozen=True, slots=True)
class Way:
    """A way of following light.

    Attributes:
        key: what tells it from others.
        make: makes what samples light in a scene: see `integrators`.
    """

    key: Hashable
    make: Callable[[Scenery], Any]


class Wavefronts:
    """Follows light along many rays at once.

    Args:
        mitsuba: the module, its variant set to one that compiles.
        drjit: the compiler under it.
    """

    def __init__(self, mitsuba: Any, drjit: Any) -> None:
        self._mi, self._dr = mitsuba, drjit
        self._table: tuple[str, Any] = ("", None)

    def trace(
        self,
        way: Way,
        scene: Any,
        scenery: Scenery,
        camera: Intrinsics,
        T_world_camera: FloatArray,
        seed: int,
        samples: int,
        programs: dict[Hashable, Any],
        pixels: NDArray[np.uint32],
    ) -> Float32Array:
        """Return the means (m, n) over the samples of each of n pixels of all m numbers that a way tells.

        Args:
            scene: Mitsuba's.
            scenery: what ways ask about it.
            samples: for each of `pixels`.
            programs: of this scene alone, which those that are new join.
            pixels: (n,) counted row by row; one may come several times, each with samples of its own. Programs are
                those of their number.
        """
        by_table = camera.lens is not None
        key = (way.key, samples, len(pixels), camera.width, camera.height, by_table, camera.is_orthographic)
        key += (camera.radial_depth,)
        program = self._program(way, camera, samples, scenery)
        lens = self._nodes(camera) if by_table else self._numbers(camera.fx, camera.fy, camera.cx, camera.cy)
        pose = self._numbers(*T_world_camera[:3].ravel().tolist())
        clip = self._numbers(camera.near_m, camera.far_m)
        start = self._dr.opaque(self._mi.UInt32, seed)
        places = self._mi.UInt32(pixels)
        around = scenery.around and (scenery.around.places, scenery.around.lights)
        known = (scene, scenery.suns, scenery.one_sided, around, lens, pose, clip, start, places)
        values = self._run(key, program, known, programs)
        return np.stack([np.broadcast_to(np.array(value), len(pixels)) for value in values])

    def _run(
        self,
        key: Hashable,
        program: Callable[..., Any],
        inputs: tuple[Any, ...],
        programs: dict[Hashable, Any],
    ) -> list[Any]:
        """Return what a program gives, and keep it from the second time on."""
        if key not in programs:
            programs[key] = None
            return program(*inputs)
        kept = programs[key] or self._dr.freeze(program)
        try:
            values = kept(*inputs)
        except RuntimeError:
            # Dr.Jit keeps no program in which some call of a surface or light finds none in the scene that there is
            # elsewhere, as when a lamp is away: it is traced each time then.
            kept = program
            values = program(*inputs)
        programs[key] = kept
        return values

    def _program(self, way: Way, camera: Intrinsics, samples: int, scenery: Scenery) -> Callable[..., Any]:
        mi, dr = self._mi, self._dr
        width = camera.width
        flat, radial = camera.is_orthographic, camera.radial_depth
        look = _by_table(mi, dr, width, camera.height) if camera.lens is not None else _pinhole(mi)

        # Programs must keep no light of a scene: it would be asked for where it shines after the scene is gone.
        around = scenery.around and replace(scenery.around, places=None, lights=None)
        bare = replace(scenery, suns=(), one_sided=None, around=around)

        def follow(
            scene: Any,
            suns: Any,
            one_sided: Any,
            around: Any,
            lens: Any,
            pose: Any,
            clip: Any,
            seed: Any,
            pixels: Any,
        ) -> list[Any]:
            there = bare.around and replace(bare.around, places=around[0], lights=around[1])
            known = replace(bare, suns=suns, one_sided=one_sided, around=there)
            sampler = mi.load_dict({"type": "multijitter", "sample_count": samples})
            sampler.set_samples_per_wavefront(samples)
            count = dr.width(pixels) * samples
            sampler.seed(seed, count)
            pixel = dr.gather(mi.UInt32, pixels, dr.arange(mi.UInt32, count) // samples)
            row = pixel // width
            at = mi.Point2f(pixel - row * width, row) + sampler.next_2d()
            along = look(lens, at)
            shown = along.z == along.z  # NaN where the lens shows nothing
            along = dr.select(shown, along, mi.Vector3f(0, 0, 1))
            ray = _ray(mi, dr, along, pose, clip, flat, radial)
            found = way.make(known).sample(scene, sampler, ray, shown)
            values = [dr.select(shown, part, 0.0) for part in found]
            dr.eval(values)
            return [_mean(dr, value, samples) for value in values]

        return follow

    def _numbers(self, *values: float) -> list[Any]:
        return [self._dr.opaque(self._mi.Float, float(value)) for value in values]

    def _nodes(self, camera: Intrinsics) -> Any:
        """Return the table of a camera's rays; that of one camera at a time is kept, as they are large."""
        key = repr(camera)
        if self._table[0] != key:
            self._table = (key, self._mi.Float(np.ravel(ray_table(camera))))
        return self._table[1]


def _mean(dr: Any, value: Any, samples: int) -> Any:
    """Return means of so many consecutive numbers; of a single number, which is that of all, itself."""
    return value if dr.width(value) == 1 else dr.block_sum(value, samples) * (1.0 / samples)


def _ray(mi: Any, dr: Any, along: Any, pose: Any, clip: Any, flat: bool, radial: bool) -> Any:
    """Return rays in the world that begin at the near plane, of directions in the camera; depth runs along z."""
    near, far = clip
    ahead = mi.Vector3f(0, 0, 1) if flat else dr.normalize(along)
    stretch = mi.Float(1.0) if radial else 1.0 / ahead.z
    start = mi.Vector3f(along.x, along.y, near) if flat else ahead * (near * stretch)
    turned = mi.Vector3f(*(dr.dot(mi.Vector3f(*pose[k : k + 3]), ahead) for k in (0, 4, 8)))
    placed = mi.Point3f(*(dr.dot(mi.Vector3f(*pose[k : k + 3]), start) + pose[k + 3] for k in (0, 4, 8)))
    ray = mi.Ray3f(placed, turned)
    ray.maxt = (far - near) * stretch
    return ray


def _pinhole(mi: Any) -> Callable[[Any, Any], Any]:
    """Return how rays run through points of the image, pixels counted from the outer corner of the first."""

    def look(lens: Any, at: Any) -> Any:
        fx, fy, cx, cy = lens
        return mi.Vector3f((at.x - 0.5 - cx) / fx, (at.y - 0.5 - cy) / fy, 1.0)

    return look


def _by_table(mi: Any, dr: Any, width: int, height: int) -> Callable[[Any, Any], Any]:
    """Return how rays run through points of the image, bilinear between those of a table."""
    columns, rows = NODES * width, NODES * height

    def look(table: Any, at: Any) -> Any:
        x, y = at.x * NODES, at.y * NODES
        left = dr.clip(dr.floor(x), 0, columns - 1)
        top = dr.clip(dr.floor(y), 0, rows - 1)
        a, b = x - left, y - top
        first = mi.UInt32(top) * (columns + 1) + mi.UInt32(left)
        upper, lower = (
            dr.gather(mi.Vector3f, table, first + below) * (1 - a)
            + dr.gather(mi.Vector3f, table, first + below + 1) * a
            for below in (0, columns + 1)
        )
        return upper * (1 - b) + lower * b

    return look
