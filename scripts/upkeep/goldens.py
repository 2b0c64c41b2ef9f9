"""Makes the goldens of tests/golden anew: pictures of the raster renderer, statistics of the path tracer."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2]))  # the scenes of the goldens belong to the tests

from simgen.rendering import make_renderer
from tests.golden import pictures, statistics
from tests.golden.scenes import SCENES, TRACED


def write_goldens() -> None:
    """Write those that changed, and say which; pictures of scenes that are no more are removed."""
    _write_pictures()
    _write_statistics()


def _write_pictures() -> None:
    pictures.FOLDER.mkdir(exist_ok=True)
    scenes = {name: make() for name, make in SCENES.items()}
    for old in sorted(pictures.FOLDER.iterdir()):
        if old not in {pictures.golden_path(name, scene) for name, scene in scenes.items()}:
            old.unlink()
            print(f"{old}: removed")
    with closing(make_renderer("raster")) as renderer:
        for name, scene in scenes.items():
            path = pictures.golden_path(name, scene)
            found = pictures.drawn(renderer, scene)
            if path.is_file() and not pictures.difference(np.asarray(Image.open(path)), found):
                continue
            Image.fromarray(found).save(path, optimize=True)
            print(f"{path}: written")


def _write_statistics() -> None:
    before = statistics.read() if statistics.FILE.is_file() else {}
    with closing(make_renderer("pathtrace", samples=statistics.SAMPLES, denoise=False)) as renderer:
        goldens = {name: statistics.measured(renderer, SCENES[name]()) for name in TRACED}
    statistics.write(goldens)
    changed = [name for name in TRACED if name not in before or before[name].disagreement(goldens[name].mean)]
    print(f"{statistics.FILE}: {len(goldens)} scenes, {len(changed)} of them new or changed")
