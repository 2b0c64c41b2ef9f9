"""Sharp and soft light of one view (see `integrators`), the soft from paths where they are missing (see `adaptive`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

import numpy as np

from simgen.records.asset import Float32Array
from simgen.records.frame import View
from simgen.rendering.pathtrace.adaptive import Seen, in_two_rounds, with_edges
from simgen.rendering.pathtrace.bodies import Body
from simgen.rendering.pathtrace.engine import Engine
from simgen.rendering.pathtrace.first import FirstSurfaces
from simgen.rendering.pathtrace.traced import Guides, Pixels, SharpLight, Shot, TracedState

_SHARP_SHARE = 4  # samples of sharp light for each of soft light ...
_MOST_SHARP = 16  # ... but no more, unless soft light has: edges are smooth and guides free of noise
_AGAIN_SEED = 0x1B873593  # the second round has samples of its own


@dataclass(frozen=True, slots=True, eq=False)
class Tracing:
    """Follows light to one view.

    Attributes:
        engine: what follows it.
        bodies: in their poses.
        samples: of soft light, a pixel.
        background: whether lights and surroundings are seen where no surface is.
    """

    engine: Engine
    view: View
    bodies: Sequence[Body]
    samples: int
    background: bool

    def sharp(self, scene: TracedState, seed: int) -> SharpLight:
        """Return sharp light and guides; where nothing is compiled all light is soft."""
        camera = self.view.intrinsics
        if not self.engine.is_compiled:
            dark = np.zeros((camera.height, camera.width, 3), np.float32)
            return SharpLight(dark, dark, FirstSurfaces.of(self.bodies, self.view).guides())
        passes = self.engine.passes(camera, _sharp_samples(self.samples))
        shots = [Shot(camera, self.view.T_world_camera, seed + index) for index in range(len(passes))]
        parts = [self._sharp_pass(scene, shot, count) for shot, count in zip(shots, passes, strict=True)]
        return reduce(add, parts) * (1 / len(parts)) if len(parts) > 1 else parts[0]

    def _sharp_pass(self, scene: TracedState, shot: Shot, samples: int) -> SharpLight:
        """Return what so many samples in every pixel tell, and half as many more at edges."""
        height, width = shot.camera.height, shot.camera.width
        everywhere = np.arange(width * height, dtype=np.uint32)

        def follow(pixels: Pixels, again: bool) -> Float32Array:
            turn = replace(shot, seed=shot.seed ^ _AGAIN_SEED) if again else shot
            return self.engine.trace_sharp(
                scene, turn, samples, self.background, self._per_path, pixels, again
            )

        first = follow(everywhere, False)
        means = with_edges(first, (height, width), lambda pixels: follow(pixels, True))
        images = np.concatenate([means, first[9:12]]).reshape(4, 3, height, width)
        radiance, albedo, normals, direct = np.moveaxis(images, 1, -1)
        return SharpLight(radiance, direct, Guides(albedo, normals))

    def soft(self, scene: TracedState, shot: Shot, samples: int, seen: Seen) -> Float32Array:
        """Return soft light (h, w, 3).

        Args:
            shot: the camera, where it stands, and the seed.
            samples: a pixel in the mean: a number of `Engine.passes` for soft light.
            seen: sharp light and all else that is known of the picture.
        """
        if not self.engine.is_compiled:
            return self.engine.trace(scene, shot, samples, self.background)
        rounds = self.engine.rounds(samples)

        def follow(pixels: Pixels, again: bool) -> Float32Array:
            turn = replace(shot, seed=shot.seed ^ _AGAIN_SEED) if again else shot
            return self.engine.trace_soft(scene, turn, samples // rounds, self._per_path, pixels)

        if rounds > 1:
            return in_two_rounds(follow, seen)
        everywhere = np.arange(shot.camera.width * shot.camera.height, dtype=np.uint32)
        planes = follow(everywhere, False)[:3].reshape(3, shot.camera.height, shot.camera.width)
        return np.moveaxis(planes, 0, -1)

    @property
    def _per_path(self) -> float:
        return _sharp_samples(self.samples) / self.samples


def _sharp_samples(samples: int) -> int:
    """Return how many samples of sharp light go with so many light paths."""
    return max(samples, min(_SHARP_SHARE * samples, _MOST_SHARP))
