"""Statistics of the path tracer's pictures: means of blocks, with how far a run strays from them.

A golden is the mean over `RUNS` runs of different seeds and the standard deviation of one run, both per block of
8 x 9 pixels and channel. A run agrees when every block lies within `SIGMAS` of their joint standard error, and 1 % for
what an exact renderer may round otherwise.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.records.scene import Scene
from simgen.rendering import Renderer
from tests.golden.scenes import library, view_of

FILE = Path(__file__).parent / "pathtrace_48x36.json"
SAMPLES, RUNS = 48, 12
WIDTH, HEIGHT = 48, 36
SIGMAS, ROUNDING = 5.0, 0.01
_BLOCK_ROWS, _BLOCK_COLUMNS = 4, 6

Blocks = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Golden:
    """What runs of a scene give: (4, 6, 3) luminance in cd/m², mean over runs and standard deviation of one."""

    mean: Blocks
    deviation: Blocks

    def disagreement(self, found: Blocks) -> str:
        """Return which blocks of a run are too far off, in words; empty when none."""
        sigma = self.deviation * np.sqrt(1.0 + 1.0 / RUNS)
        excess = np.abs(found - self.mean) / (SIGMAS * sigma + ROUNDING * self.mean + 1e-9)
        if excess.max() <= 1.0:
            return ""
        row, column, channel = np.unravel_index(int(excess.argmax()), excess.shape)
        at = (row, column, channel)
        return (
            f"{int((excess > 1.0).sum())} of {excess.size} values are too far off; most in row {row}, column {column}, "
            f"channel {'RGB'[channel]}: {found[at]:.4g} instead of {self.mean[at]:.4g} +- {sigma[at]:.2g} cd/m2"
        )


def small(scene: Scene, seed: int = 0) -> Scene:
    """Return the scene for another seed, seen by a camera of few pixels."""
    camera = scene.cameras[0]
    lens = Intrinsics.from_fov(
        WIDTH, HEIGHT, 2.0 * np.arctan(0.5 * camera.intrinsics.width / camera.intrinsics.fx)
    )
    return replace(scene, seed=seed, cameras=(replace(camera, intrinsics=lens),))


def blocks(renderer: Renderer, scene: Scene) -> Blocks:
    """Return the mean light of each block of a run."""
    with renderer.open(scene, library()) as session:
        light = session.render(view_of(scene)).radiance.astype(float)
    shape = (_BLOCK_ROWS, HEIGHT // _BLOCK_ROWS, _BLOCK_COLUMNS, WIDTH // _BLOCK_COLUMNS, 3)
    return light.reshape(shape).mean(axis=(1, 3))


def measured(renderer: Renderer, scene: Scene) -> Golden:
    """Return the golden of a scene, over runs of seeds that no test has."""
    runs = np.array([blocks(renderer, small(scene, 1000 + run)) for run in range(RUNS)])
    return Golden(runs.mean(axis=0), runs.std(axis=0, ddof=1))


def read() -> dict[str, Golden]:
    """Return the goldens by scene."""
    stored = json.loads(FILE.read_text("utf-8"))
    return {name: Golden(np.array(g["mean"]), np.array(g["deviation"])) for name, g in stored.items()}


def write(goldens: dict[str, Golden]) -> None:
    """Write the goldens, four digits each."""
    rows = {
        name: {"mean": _rounded(golden.mean), "deviation": _rounded(golden.deviation)}
        for name, golden in sorted(goldens.items())
    }
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    FILE.write_text(f"{{\n{lines}\n}}\n", "utf-8")


def _rounded(values: Blocks) -> list[list[list[float]]]:
    return [[[float(f"{v:.4g}") for v in rgb] for rgb in row] for row in values.tolist()]
