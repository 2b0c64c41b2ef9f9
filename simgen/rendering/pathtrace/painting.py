"""Pictures from light paths: passes until the grain is low enough, fog sample by sample, then the denoiser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from simgen.records.asset import Float32Array
from simgen.records.frame import View
from simgen.rendering.light_map import LUMINANCE_RGB
from simgen.rendering.pathtrace.air import Air
from simgen.rendering.pathtrace.bodies import Body
from simgen.rendering.pathtrace.engine import Engine, Shot, TracedState
from simgen.rendering.pathtrace.first import FirstSurfaces
from simgen.rendering.pathtrace.state import Traced

_FINER = (
    2  # pixels are cut into so many by so many where there is fog: it depends on the distance of each sample
)

Pass = Callable[[int, int], Float32Array]  # seed, samples -> picture


def painted(
    engine: Engine,
    scene: TracedState,
    view: View,
    seed: int,
    samples: int,
    noise_target: float,
    background: bool,
) -> Float32Array:
    """Return a picture (h, w, 3), linear luminance in cd/m².

    Args:
        engine: what follows the paths.
        scene: what `Engine.scene` made.
        seed: of the first pass; the others follow on.
        samples: in every pixel, at most.
        noise_target: relative standard error at which to stop; 0: never.
        background: whether lights and surroundings are seen where no surface is.
    """

    def one(seed: int, samples: int) -> Float32Array:
        shot = Shot(view.intrinsics, view.T_world_camera, seed)
        return engine.trace(scene, shot, samples, background)

    return _mean(one, seed, engine.passes(view.intrinsics, samples), noise_target)


def painted_through_air(
    engine: Engine,
    traced: Traced,
    view: View,
    air: Air,
    bodies: Sequence[Body],
    seed: int,
    samples: int,
    noise_target: float,
    background: bool,
) -> Float32Array:
    """Return a picture as `painted`, seen through fog, which also takes of the lamps' light on its way.

    Args:
        bodies: in their poses: how far light comes is what they say, through holes and glass.
    """
    camera = view.intrinsics.finer(_FINER) if samples >= _FINER**2 else view.intrinsics
    times = camera.width // view.intrinsics.width
    turn, eye = view.T_world_camera[:3, :3], view.T_world_camera[:3, 3]
    rays = camera.rays()
    directions = rays / np.linalg.norm(rays, axis=-1, keepdims=True) @ turn.T
    eyes = camera.origins() @ turn.T + eye
    # Where the lens shows nothing no light comes from the fog either.
    seen = np.isfinite(directions[..., :1])
    directions = np.where(seen, directions, np.array([0.0, 0.0, 1.0]))

    distance_m = FirstSurfaces.of(bodies, replace(view, intrinsics=camera), through_glass=True).distance_m()

    def one(seed: int, samples: int) -> Float32Array:
        shot = Shot(camera, view.T_world_camera, seed)
        [count] = engine.passes(view.intrinsics, max(1, samples // times**2))
        fine = engine.trace(traced.scene, shot, count, background)
        if traced.lamps is not None:
            lit = engine.trace(traced.lamps, shot, count, background)
            fine = np.asarray(fine + lit * air.reaching(distance_m, directions, eyes), np.float32)
        through = air.through(fine, distance_m, directions, eyes)
        first = slice(None, None, times)
        some = eyes[first, first] if eyes.shape[0] > 1 else eyes
        glow = air.glow(distance_m[first, first], directions[first, first], some)
        return _coarser(np.where(seen, through, np.float32(0)), times) + glow * seen[first, first]

    return _mean(one, seed, engine.passes(view.intrinsics, samples), noise_target)


def relative_error(pictures: Sequence[Float32Array]) -> float:
    """Return the standard error of the mean of pictures relative to it; infinite for a single one."""
    if len(pictures) < 2:
        return float("inf")
    luminance = np.stack([picture @ LUMINANCE_RGB for picture in pictures])
    mean = luminance.mean(axis=0)
    variance = luminance.var(axis=0, ddof=1) / len(pictures)
    floor = 0.01 * float(mean.mean()) + 1e-12  # black pixels have no relative error
    return float(np.sqrt(np.mean(variance / (mean + floor) ** 2)))


def _mean(one: Pass, seed: int, passes: Sequence[int], noise_target: float) -> Float32Array:
    pictures: list[Float32Array] = []
    for index, samples in enumerate(passes):
        pictures.append(one(seed + index, samples))
        if noise_target and relative_error(pictures) <= noise_target:
            break
    return sum(pictures[1:], pictures[0]) / np.float32(len(pictures))


def _coarser(picture: Float32Array, times: int) -> Float32Array:
    """Return the means (h, w, 3) of blocks of pixels."""
    height, width = picture.shape[0] // times, picture.shape[1] // times
    return picture.reshape(height, times, width, times, 3).mean(axis=(1, 3), dtype=np.float32)
