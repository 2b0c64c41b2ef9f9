"""Emissive maps: what they show shines, times the luminance of their material, in both renderers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from simgen.colour import LUMINANCE_RGB
from simgen.records.asset import Material, Texture
from simgen.records.light import Fog
from simgen.rendering.pathtrace import PathtraceRenderer
from simgen.rendering.protocol import Renderer
from simgen.rendering.raster import RasterRenderer
from tests.builders import camera, floor, make_scene, static_box
from tests.lamps import DARK, spot
from tests.painted import PaintedLibrary
from tests.views import picture

SAMPLES = 8
SIGN = floor(size_m=1.0)
ABOVE = camera(eye=(0.0, 0.0, 2.0), target=(0.0, 0.0, 0.0), width=32, height=32, fov_rad=0.4)
LEFT_DARK = np.zeros((64, 64, 3), np.uint8)
LEFT_DARK[:, 32:] = (255, 188, 0)  # 188 is half of the light
HALF = ((188 / 255 + 0.055) / 1.055) ** 2.4
LIT = Material(
    "sign",
    (0.5, 0.5, 0.5),
    0.0,
    1.0,
    emissive_rgb=(200.0, 100.0, 50.0),
    emissive_map=Texture(LEFT_DARK, srgb=True),
)


def halves(renderer: Renderer, material: Material = LIT, **fields: Any) -> NDArray[np.float64]:
    """Radiance of the sign at u = 1/4 and u = 3/4."""
    scene = make_scene([SIGN], [ABOVE], suns=[], environment=DARK, **fields)
    frame = picture(renderer, scene, PaintedLibrary({SIGN.asset: material}, planar=True))
    columns = frame.radiance.astype(float)[12:20].mean(axis=0)
    found = np.array([columns[2:6].mean(axis=0), columns[26:30].mean(axis=0)])
    return found if found[1] @ LUMINANCE_RGB > found[0] @ LUMINANCE_RGB else found[::-1]


def test_a_map_shines_where_it_is_not_black(raster: RasterRenderer, tracer: PathtraceRenderer) -> None:
    for renderer in (raster, tracer):
        dark, bright = halves(renderer)
        np.testing.assert_allclose(bright, (200.0, 100.0 * HALF, 0.0), rtol=0.03, atol=0.5)
        assert dark @ LUMINANCE_RGB < 0.05 * (bright @ LUMINANCE_RGB)


def test_what_shines_adds_to_what_lamps_give(raster: RasterRenderer) -> None:
    lamp = spot((0.0, 0.0, 3.0), (0.0, 0.0, 0.0), 3000.0)
    (lit_dark, lit_bright), (_, alone) = halves(raster, lights=(lamp,)), halves(raster)
    np.testing.assert_allclose(lit_bright - lit_dark, alone, rtol=0.03, atol=1.0)


def test_fog_dims_what_shines(raster: RasterRenderer) -> None:
    fog = Fog(visibility_m=4.0)
    clear, veiled = halves(raster), halves(raster, fog=fog)
    assert veiled[1, 0] / clear[1, 0] == pytest.approx(0.05 ** (2.0 / 4.0), rel=0.04)


def test_what_stands_before_it_hides_it(raster: RasterRenderer) -> None:
    card = static_box((1.0, 1.0, 0.02), (0.0, 0.0, 0.5), name="card")
    scene = make_scene([SIGN, card], [ABOVE], suns=[], environment=DARK)
    frame = picture(raster, scene, PaintedLibrary({SIGN.asset: LIT}, planar=True))
    assert frame.radiance[frame.instance_id == 2].max() == 0.0


def test_a_white_map_is_no_map(raster: RasterRenderer) -> None:
    white = replace(LIT, emissive_map=Texture(np.full((2, 2, 3), 255, np.uint8), srgb=True))
    np.testing.assert_allclose(
        halves(raster, white), halves(raster, replace(LIT, emissive_map=None)), rtol=0.002
    )
