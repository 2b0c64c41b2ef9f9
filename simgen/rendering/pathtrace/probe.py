"""Run as a program: render a small picture with one variant of Mitsuba, and crash here if it crashes."""

from __future__ import annotations

import sys

import numpy as np

from simgen.camera import Intrinsics
from simgen.rendering.pathtrace.engine import Engine
from simgen.rendering.pathtrace.lights import SunDisc, Surroundings
from simgen.rendering.pathtrace.looks import Look
from simgen.rendering.pathtrace.traced import Shot, TracedMesh
from simgen.rendering.pathtrace.variant import Variant


def main(variant: str) -> int:
    """Return 0 if the variant gives a finite picture that is not black."""
    engine = Engine(Variant(variant), depth=4)
    checker = np.indices((4, 4)).sum(axis=0)[..., None].repeat(3, axis=2).astype(np.uint8) * 60
    look = Look(checker, checker[..., 0], 0.5, checker, 0.9, (1.0, 2.0, 3.0))
    corners = np.array([[-1, -1, 2], [1, -1, 2], [0, 1, 2]], np.float32)
    mesh = TracedMesh(
        corners,
        np.tile(np.array([0, 0, -1], np.float32), (3, 1)),
        corners[:, :2],
        np.array([[0, 2, 1]], np.uint32),
        engine.surface(look),
    )
    sun = SunDisc(np.array([0.0, 0.0, -1000.0]), np.array([0.0, 0.0, -1.0]), 5.0, (1e6, 1e6, 1e6))
    grey = np.ones((8, 16, 3), np.float32)
    around = engine.emitters.around(Surroundings(10.0, grey, 0.3))
    scene = engine.scene([mesh], [sun], [around], engine.around(around))
    shot = Shot(Intrinsics(16, 12, 15.0, 15.0, 7.5, 5.5), np.eye(4), 1)
    if engine.is_compiled:
        everywhere = np.arange(16 * 12, dtype=np.uint32)
        sharp = engine.trace_sharp(scene, shot, 2, True, 1.0, everywhere)
        soft = engine.trace_soft(scene, shot, 2, 1.0, everywhere)
        picture = sharp[:3] + sharp[9:12] + soft[:3]
    else:
        picture = engine.trace(scene, shot, 2, background=True)
    good = np.isfinite(picture).all() and picture.mean() > 0
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
