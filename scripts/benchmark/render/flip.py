"""FLIP of two pictures, by its authors' package in an environment of its own (BSD-3-Clause; no other part needs it)."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np

from render.environments import PEERS, NotMeasured, peer_python
from render.quality import FloatImage


def mean_flip(picture: FloatImage, reference: FloatImage, *, install: bool) -> float:
    """Return the mean LDR-FLIP of two pictures (h, w, 3) as displayed, sRGB 0..1; at its standard 67 px a degree.

    Raises:
        NotMeasured: the package is not there and may not be or cannot be installed, or it fails.
    """
    python = peer_python("flip", install=install)
    with tempfile.TemporaryDirectory() as name:
        files = [Path(name) / "reference.npy", Path(name) / "picture.npy"]
        for file, array in zip(files, (reference, picture), strict=True):
            np.save(file, np.clip(array, 0.0, 1.0).astype(np.float32))
        command = [str(python), str(PEERS / "measure_flip.py"), *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotMeasured(f"FLIP failed ({done.stderr.strip().splitlines()[-1]})")
    return float(done.stdout)
