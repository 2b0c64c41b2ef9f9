"""Tinted glass: what lies behind shows in the glass's colour, sheet by sheet, the same in both renderers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.lens import Lens
from simgen.records.asset import AssetRef, Material, Texture
from simgen.records.frame import Frame
from simgen.records.light import EnvironmentLight
from simgen.records.scene import Scene
from simgen.rendering.pathtrace import PathtraceRenderer
from simgen.rendering.protocol import Renderer
from simgen.rendering.raster import RasterRenderer
from tests.builders import camera, make_scene, static_box
from tests.lamps import DARK, panel
from tests.painted import GREY_SKY, SKY_LUMINANCE, PaintedLibrary
from tests.views import picture

SAMPLES = 48
BLUE = (0.2, 0.5, 0.9)
STAINED = Material("stained", BLUE, 0.0, 0.1, alpha_mode="blend", alpha_cutoff=0.0, transmission=1.0)
CARD = Material("card", (0.8, 0.8, 0.8), 0.0, 1.0)
# a ray through the middle meets two sheets, the faces of a box
PANE = static_box((2.0, 0.02, 2.0), (0.0, 0.0, 1.0), name="pane")
SECOND = static_box((2.2, 0.02, 2.2), (0.0, 0.5, 1.0), name="second")
WALL = static_box((6.0, 0.2, 6.0), (0.0, 2.1, 1.0), name="wall")
SEEN = camera(eye=(0.0, -3.0, 1.0), target=(0.0, 0.0, 1.0), width=32, height=24)


def glazed(*panes: Material) -> PaintedLibrary:
    refs: list[AssetRef] = [PANE.asset, SECOND.asset]
    return PaintedLibrary(dict(zip(refs, panes, strict=False)) | {WALL.asset: CARD})


def scene(count: int, environment: EnvironmentLight = DARK) -> Scene:
    """A card lit from before, behind so many panes that the lamp does not reach."""
    lamp = panel((0.0, 0.9, 4.0), (0.0, 1.9, 1.0), 5000.0, 1.0, 1.0, casts_shadows=False)
    return make_scene(
        [WALL, PANE, SECOND][: count + 1], [SEEN], suns=[], environment=environment, panels=(lamp,)
    )


def middle(frame: Frame) -> NDArray[np.float64]:
    return frame.radiance.astype(float)[10:14, 14:18].mean(axis=(0, 1))


def share_through(renderer: Renderer, *panes: Material) -> NDArray[np.float64]:
    """What of the card's light comes through panes, for each colour."""
    library = glazed(*panes)
    clear, seen = (middle(picture(renderer, scene(count), library)) for count in (0, len(panes)))
    return seen / clear


def test_each_sheet_multiplies_by_its_colour(raster: RasterRenderer, tracer: PathtraceRenderer) -> None:
    expected = np.square(BLUE)  # two sheets
    np.testing.assert_allclose(share_through(raster, STAINED), 0.96**2 * expected, rtol=0.015)
    np.testing.assert_allclose(share_through(tracer, STAINED), 0.96**2 * expected, rtol=0.06)


def test_two_panes_let_through_the_product_of_their_colours(
    raster: RasterRenderer, tracer: PathtraceRenderer
) -> None:
    yellow = replace(STAINED, base_color_rgb=(0.9, 0.8, 0.3))
    product = np.square(BLUE) * np.square((0.9, 0.8, 0.3))
    np.testing.assert_allclose(share_through(raster, STAINED, yellow), 0.96**4 * product, rtol=0.02)
    np.testing.assert_allclose(
        share_through(raster, yellow, STAINED), share_through(raster, STAINED, yellow), rtol=0.01
    )
    np.testing.assert_allclose(share_through(tracer, STAINED, yellow), 0.96**4 * product, rtol=0.1)


@pytest.mark.parametrize("transmission", [0.3, 1.0])
def test_of_what_alpha_covers_the_transmission_is_tinted(raster: RasterRenderer, transmission: float) -> None:
    half = replace(STAINED, alpha=0.5, transmission=transmission)
    sheet = 0.5 + 0.5 * transmission * np.array(BLUE)
    np.testing.assert_allclose(share_through(raster, half), 0.96**2 * sheet**2, rtol=0.02)


def test_without_transmission_each_sheet_lets_through_what_it_does_not_cover(
    raster: RasterRenderer, tracer: PathtraceRenderer
) -> None:
    sooty = replace(STAINED, base_color_rgb=(0.0, 0.0, 0.0), alpha=0.4, transmission=0.0)
    np.testing.assert_allclose(share_through(raster, sooty), 0.6**2 * 0.96**2, rtol=0.02)
    np.testing.assert_allclose(share_through(tracer, sooty), 0.6**2 * 0.96**2, rtol=0.06)


def test_tinted_glass_in_white_vanishes_in_a_white_furnace(
    raster: RasterRenderer, tracer: PathtraceRenderer
) -> None:
    clear = replace(STAINED, base_color_rgb=(1.0, 1.0, 1.0))
    alone = make_scene([PANE], [SEEN], suns=[], environment=GREY_SKY)
    for renderer in (raster, tracer):
        found = middle(picture(renderer, alone, glazed(clear))) / SKY_LUMINANCE
        assert found == pytest.approx(1.0, abs=0.03)


def test_both_renderers_agree_on_stained_glass_before_the_sky(
    raster: RasterRenderer, tracer: PathtraceRenderer
) -> None:
    alone = make_scene([PANE], [SEEN], suns=[], environment=GREY_SKY)
    a, b = (middle(picture(renderer, alone, glazed(STAINED))) for renderer in (raster, tracer))
    np.testing.assert_allclose(a, b, rtol=0.06)


def test_a_map_tints_as_a_colour_does(raster: RasterRenderer) -> None:
    codes = np.full((4, 4, 3), 188, np.uint8)
    mapped = replace(STAINED, base_color_rgb=(1.0, 1.0, 1.0), base_color_map=Texture(codes, srgb=True))
    linear = ((188 / 255 + 0.055) / 1.055) ** 2.4
    np.testing.assert_allclose(share_through(raster, mapped), 0.96**2 * linear**2, rtol=0.02)


def test_what_stands_before_tinted_glass_is_as_without_it(raster: RasterRenderer) -> None:
    lamp = panel((0.0, -3.0, 4.0), (0.0, 1.9, 1.0), 5000.0, 1.0, 1.0, casts_shadows=False)
    card = static_box((0.6, 0.02, 0.6), (0.0, -1.0, 1.0), name="card")
    frames = [
        picture(
            raster, make_scene(things, [SEEN], suns=[], environment=DARK, panels=(lamp,)), glazed(STAINED)
        )
        for things in ([WALL, card], [WALL, card, PANE])
    ]
    bare, before = (frame.radiance[10:14, 14:18] for frame in frames)
    assert bare.max() > 0
    np.testing.assert_array_equal(bare, before)


def test_a_lens_sees_the_same_tint(raster: RasterRenderer) -> None:
    bent = Intrinsics(32, 24, 28.0, 28.0, 15.2, 11.4, lens=Lens("fisheye", (0.0, 0.0, 0.0, 0.0)))
    straight, through = (
        middle(picture(raster, replace(scene(1), cameras=(replace(SEEN, intrinsics=seen),)), glazed(STAINED)))
        for seen in (SEEN.intrinsics, bent)
    )
    np.testing.assert_allclose(straight, through, rtol=0.02)
