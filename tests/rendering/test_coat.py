"""Clear coat: a second mirror of 4 % over a base that gets what it leaves, the same in both renderers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import pi
from typing import Any

import numpy as np
import pytest

from simgen.records.asset import Material, Texture
from simgen.records.light import EnvironmentLight, SunLight
from simgen.records.scene import Scene
from simgen.rendering.pathtrace import PathtraceRenderer
from simgen.rendering.raster import RasterRenderer
from tests.builders import camera, floor, make_scene, sphere
from tests.lamps import DARK, panel, spot
from tests.painted import GREY_SKY, SKY_LUMINANCE, PaintedLibrary, mean_of
from tests.views import picture

SAMPLES = 16
BALL = sphere(0.5)
SHEET = floor()
# near enough for highlights wider than a pixel
ABOVE = camera(eye=(0.0, 0.0, 3.0), target=(0.0, 0.0, 0.0), width=48, height=48, fov_rad=0.36)
NARROW = camera(eye=(0.0, 0.0, 3.0), target=(0.0, 0.0, 0.0), width=24, height=18, fov_rad=0.1)
PAINT = Material("paint", (0.35, 0.02, 0.02), 0.3, 0.5)
LACQUER = replace(PAINT, coat=1.0, coat_roughness=0.05)
BLACK = Material("black", (0.0, 0.0, 0.0), 1.0, 0.6)  # a metal that mirrors nothing head-on
SUN = SunLight("sun", (0.0, 0.6, 0.8), 20_000.0)


def ball(environment: EnvironmentLight = GREY_SKY, suns: Sequence[SunLight] = (), **fields: Any) -> Scene:
    return make_scene([BALL], [ABOVE], environment=environment, suns=suns, **fields)


def painted(material: Material) -> PaintedLibrary:
    return PaintedLibrary({BALL.asset: material, SHEET.asset: material})


def test_a_coat_of_factor_nought_is_no_coat(raster: RasterRenderer) -> None:
    bare, none = (
        picture(raster, ball(suns=[SUN]), painted(replace(PAINT, coat=0.0, coat_roughness=r)))
        for r in (0.0, 0.9)
    )
    assert bare.radiance.tobytes() == none.radiance.tobytes()


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_straight_on_a_coat_mirrors_four_per_cent(
    raster: RasterRenderer, tracer: PathtraceRenderer, share: float
) -> None:
    scene = make_scene([SHEET], [NARROW], suns=[], environment=GREY_SKY)
    coated = painted(replace(BLACK, coat=share, coat_roughness=0.05))
    for renderer in (raster, tracer):
        found = mean_of(picture(renderer, scene, coated)) / SKY_LUMINANCE
        assert found == pytest.approx(0.04 * share, abs=0.004)


@pytest.mark.parametrize("metallic", [0.0, 1.0])
def test_in_a_white_furnace_a_coat_makes_no_light(
    raster: RasterRenderer, tracer: PathtraceRenderer, metallic: float
) -> None:
    white = Material("white", (1.0, 1.0, 1.0), metallic, 0.5, coat=1.0, coat_roughness=0.1)
    for renderer in (raster, tracer):
        found = mean_of(picture(renderer, ball(), painted(white))) / SKY_LUMINANCE
        assert 0.7 < found <= 1.02  # rough metals lose what bounces between their facets


def test_a_coat_dims_what_lies_under_it_by_what_it_mirrors(raster: RasterRenderer) -> None:
    """A sun off to the side misses the mirror image: what is left is the base under 96 %."""
    scene = make_scene([SHEET], [NARROW], suns=[SUN], environment=DARK)
    matt = Material("matt", (0.5, 0.5, 0.5), 0.0, 1.0)
    bare, under = (
        mean_of(picture(raster, scene, painted(replace(matt, coat=share)))) for share in (0.0, 1.0)
    )
    assert under / bare == pytest.approx(0.96, abs=0.02)


def test_the_image_of_a_sun_has_the_height_of_the_lobe(raster: RasterRenderer) -> None:
    """E F D / (4 cos) at its middle, D = 1 / (pi alpha^2) and alpha = roughness^2 (Walter et al. 2007)."""
    facing = camera(eye=(0.0, -1.8, 2.4), target=(0.0, 0.0, 0.0), width=24, height=18, fov_rad=0.02)
    scene = make_scene([SHEET], [facing], suns=[SUN], environment=DARK)
    peak = mean_of(picture(raster, scene, painted(replace(BLACK, coat=1.0, coat_roughness=0.25))))
    density = 1 / (pi * 0.25**4)
    assert peak == pytest.approx(20_000.0 * 0.0404 * density / (4 * 0.8), rel=0.05)


@pytest.mark.parametrize(("light", "metallic"), [("sky", 0.0), ("sun", 0.8), ("lamp", 0.8), ("panel", 0.0)])
def test_both_renderers_agree_on_car_paint(
    raster: RasterRenderer, tracer: PathtraceRenderer, light: str, metallic: float
) -> None:
    lamp = spot((0.0, -2.0, 2.0), (0.0, 0.0, 0.0), 500.0)
    ceiling = panel((0.5, 0.0, 2.0), (0.0, 0.0, 0.0), 3000.0, 1.0, 1.0)
    scene = {
        "sky": ball(),
        "sun": ball(DARK, suns=[SUN]),
        "lamp": ball(DARK, lights=(lamp,)),
        "panel": ball(DARK, panels=(ceiling,)),
    }[light]
    paint = painted(replace(LACQUER, metallic=metallic, base_color_rgb=(0.35, 0.2, 0.1), coat_roughness=0.3))
    found = [mean_of(picture(renderer, scene, paint)) for renderer in (raster, tracer)]
    assert found[0] == pytest.approx(found[1], rel=0.1)


def test_a_coat_over_relief_is_smooth(raster: RasterRenderer) -> None:
    """The mirror image of a coat does not see the normal map that lies under it."""
    noise = np.random.default_rng(1).integers(90, 166, (64, 64, 3)).astype(np.uint8)
    noise[..., 2] = 230
    rough = replace(BLACK, normal_map=Texture(noise, srgb=False))
    sheet = PaintedLibrary({SHEET.asset: replace(rough, coat=1.0, coat_roughness=0.05)}, planar=True)
    scene = make_scene([SHEET], [NARROW], suns=[], environment=GREY_SKY)
    frame = picture(raster, scene, sheet)
    assert mean_of(frame) / SKY_LUMINANCE == pytest.approx(0.04, abs=0.005)
