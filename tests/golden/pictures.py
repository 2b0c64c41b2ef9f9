"""Pictures of the raster renderer, and how near another one must come to be the same.

Releases of a graphics driver round in different ways, so that bytes are not compared: 99 % of the pixels must lie
within 3 of 255 in every channel, and the mean difference within 0.5 of 255.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from simgen.records.scene import Scene
from simgen.rendering import Renderer
from simgen.sensors.camera import develop
from tests.golden.scenes import library, view_of

FOLDER = Path(__file__).parent / "raster"
PIXEL_LEVELS, PIXELS_WITHIN, MEAN_LEVELS = 3, 0.99, 0.5
_GAIN = 8
_GAP = 4

Picture = NDArray[np.uint8]


def golden_path(name: str, scene: Scene) -> Path:
    """Return the file of a golden: scene, seed and size are its name."""
    camera = scene.cameras[0].intrinsics
    return FOLDER / f"{name}_seed{scene.seed}_{camera.width}x{camera.height}.png"


def drawn(renderer: Renderer, scene: Scene) -> Picture:
    """Return what the scene's camera puts out (h, w, 3)."""
    with renderer.open(scene, library()) as session:
        return develop(session.render(view_of(scene)), scene.cameras[0]).rgb


def difference(expected: Picture, found: Picture) -> str:
    """Return in what way a picture is another, in words; empty when it is the same."""
    if expected.shape != found.shape:
        return f"its shape is {found.shape} instead of {expected.shape}"
    off = np.abs(expected.astype(int) - found.astype(int))
    within, mean = float((off.max(axis=2) <= PIXEL_LEVELS).mean()), float(off.mean())
    if within >= PIXELS_WITHIN and mean <= MEAN_LEVELS:
        return ""
    return (
        f"{within:.2%} of the pixels lie within {PIXEL_LEVELS} levels ({PIXELS_WITHIN:.0%} must), "
        f"the mean difference is {mean:.2f} levels (at most {MEAN_LEVELS} may be)"
    )


def difference_sheet(expected: Picture, found: Picture) -> Image.Image:
    """Return expected, found and eight times their difference, side by side; both of one shape."""
    off = np.abs(expected.astype(int) - found.astype(int)) * _GAIN
    gap = np.full((expected.shape[0], _GAP, 3), 255, np.uint8)
    panes = (expected, gap, found, gap, np.minimum(off, 255).astype(np.uint8))
    return Image.fromarray(np.concatenate(panes, axis=1))
