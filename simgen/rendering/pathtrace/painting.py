"""Pictures from light paths: passes until the grain is low enough, and fog sample by sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from simgen.colour import LUMINANCE_RGB
from simgen.records.asset import Float32Array
from simgen.records.frame import View
from simgen.rendering.pathtrace.adaptive import Seen
from simgen.rendering.pathtrace.air import Air
from simgen.rendering.pathtrace.bodies import Body
from simgen.rendering.pathtrace.engine import Engine
from simgen.rendering.pathtrace.first import FirstSurfaces
from simgen.rendering.pathtrace.state import Traced
from simgen.rendering.pathtrace.traced import Guides, Shot, TracedState
from simgen.rendering.pathtrace.tracing import Tracing

# Pixels are cut into so many by so many where there is fog: it depends on the distance of each sample.
_FINER = 2
_TARGET_PASS = 16  # samples at most after which a noise target is looked at
_OTHER_SEED = 0x2545F491  # sharp and soft light have samples of their own

Pass = Callable[[int, int], Float32Array]  # seed, samples -> soft light


@dataclass(frozen=True, slots=True)
class Quality:
    """How a picture is taken.

    Attributes:
        seed: of the first pass; the others follow on.
        samples: in every pixel, at most.
        noise_target: relative standard error at which to stop; 0: never.
        background: whether lights and surroundings are seen where no surface is.
        past_backs: see `engine.Shot`.
    """

    seed: int
    samples: int
    noise_target: float
    background: bool
    past_backs: bool = False

    @property
    def sharp_seed(self) -> int:
        """Of the first pass of sharp light."""
        return self.seed ^ _OTHER_SEED


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """A picture in two parts, linear luminance in cd/m².

    Attributes:
        sharp: (h, w, 3) what no denoiser is to touch.
        soft: (h, w, 3) what it may smooth.
        guides: for it.
    """

    sharp: Float32Array
    soft: Float32Array
    guides: Guides

    def __add__(self, other: Painted) -> Painted:
        """Return the sum of both, of which a mean is made."""
        return Painted(self.sharp + other.sharp, self.soft + other.soft, self.guides + other.guides)


def painted(
    engine: Engine, scene: TracedState, view: View, bodies: Sequence[Body], quality: Quality
) -> Painted:
    """Return a picture.

    Args:
        engine: what follows the paths.
        scene: what `Engine.scene` made.
        bodies: in their poses.
        quality: how it is taken.
    """
    tracing = Tracing(engine, view, bodies, quality.samples, quality.background)
    light = tracing.sharp(scene, quality.sharp_seed)
    seen = Seen(light.radiance + light.direct, np.ones((1, 1, 3), np.float32))

    def one(seed: int, samples: int) -> Float32Array:
        shot = Shot(view.intrinsics, view.T_world_camera, seed, quality.past_backs)
        return tracing.soft(scene, shot, samples, seen)

    sharp, rest = light.radiance, _mean(one, engine, view, quality, seen.besides)
    return Painted(sharp, light.direct + rest, light.guides)


def painted_through_air(
    engine: Engine, traced: Traced, view: View, air: Air, bodies: Sequence[Body], quality: Quality
) -> Painted:
    """Return a picture as `painted`, seen through fog, which also takes of the lamps' light on its way.

    How far light comes is what bodies say, through holes and glass.
    """
    times = _FINER if quality.samples >= _FINER**2 else 1
    camera = view.intrinsics.finer(times)
    fine_view = replace(view, intrinsics=camera)
    turn, eye = view.T_world_camera[:3, :3], view.T_world_camera[:3, 3]
    rays = camera.rays()
    directions = rays / np.linalg.norm(rays, axis=-1, keepdims=True) @ turn.T
    eyes = camera.origins() @ turn.T + eye
    # Where the lens shows nothing no light comes from the fog either.
    seen = np.isfinite(directions[..., :1])
    directions = np.where(seen, directions, np.array([0.0, 0.0, 1.0]))
    distance_m = FirstSurfaces.of(bodies, fine_view, through_glass=True).distance_m()
    reaching = 1.0 if traced.lamps is None else air.reaching(distance_m, directions, eyes)
    left = np.where(seen, air.left(distance_m, directions, eyes), np.float32(0))
    air_light = np.where(seen, air.own(distance_m, directions, eyes), np.float32(0))
    each = max(1, quality.samples // times**2)
    tracing = Tracing(engine, fine_view, bodies, each, quality.background)
    light = tracing.sharp(traced.scene, quality.sharp_seed)
    sharp, direct = light.radiance, light.direct
    if traced.lamps is not None:
        lamps = tracing.sharp(traced.lamps, quality.sharp_seed)
        sharp, direct = sharp + lamps.radiance * reaching, direct + lamps.direct * reaching
    first = slice(None, None, times)
    some = eyes[first, first] if eyes.shape[0] > 1 else eyes
    glow = air.glow(distance_m[first, first], directions[first, first], some) * seen[first, first]
    besides = np.asarray((sharp + direct) * left + air_light, np.float32)
    sharp = _coarser(np.asarray(sharp * left + air_light, np.float32), times) + glow
    direct = _coarser(np.asarray(direct * left, np.float32), times)

    def one(seed: int, samples: int) -> Float32Array:
        shot = Shot(camera, view.T_world_camera, seed, quality.past_backs)
        few = max(1, samples // times**2)
        [count] = engine.passes(view.intrinsics, few, rounds=engine.rounds(few))
        fine = tracing.soft(traced.scene, shot, count, Seen(besides, left))
        if traced.lamps is not None:
            fine = fine + tracing.soft(traced.lamps, shot, count, Seen(besides, left * reaching)) * reaching
        return _coarser(np.asarray(fine * left, np.float32), times)

    coarse = Guides(_coarser(light.guides.albedo, times), _coarser(light.guides.normals, times))
    return Painted(sharp, direct + _mean(one, engine, view, quality, sharp + direct), coarse)


def relative_error(pictures: Sequence[Float32Array]) -> float:
    """Return the standard error of the mean of pictures relative to it; infinite for a single one."""
    if len(pictures) < 2:
        return float("inf")
    luminance = np.stack([picture @ LUMINANCE_RGB for picture in pictures])
    mean = luminance.mean(axis=0)
    variance = luminance.var(axis=0, ddof=1) / len(pictures)
    floor = 0.01 * float(mean.mean()) + 1e-12  # black pixels have no relative error
    return float(np.sqrt(np.mean(variance / (mean + floor) ** 2)))


def _mean(one: Pass, engine: Engine, view: View, quality: Quality, sharp: Float32Array) -> Float32Array:
    """Return the mean of passes, of which there are no more when the whole picture has little grain."""
    smaller = {"most": _TARGET_PASS} if quality.noise_target else {}
    passes = engine.passes(view.intrinsics, quality.samples, rounds=engine.rounds(quality.samples), **smaller)
    pictures: list[Float32Array] = []
    for index, samples in enumerate(passes):
        pictures.append(one(quality.seed + index, samples))
        if (
            quality.noise_target
            and relative_error([sharp + soft for soft in pictures]) <= quality.noise_target
        ):
            break
    return sum(pictures[1:], pictures[0]) / np.float32(len(pictures))


def _coarser(picture: Float32Array, times: int) -> Float32Array:
    """Return the means (h, w, 3) of blocks of pixels."""
    height, width = picture.shape[0] // times, picture.shape[1] // times
    return picture.reshape(height, times, width, times, 3).mean(axis=(1, 3), dtype=np.float32)
