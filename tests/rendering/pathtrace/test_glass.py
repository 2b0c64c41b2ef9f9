"""Glass and holes: light passes through them, to cameras and from lamps, and no light is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import pi

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.colour import LUMINANCE_RGB
from simgen.records.asset import Asset, AssetRef, Material, Texture
from simgen.records.frame import Frame
from simgen.records.light import EnvironmentLight, Fog, SunLight
from simgen.records.scene import MaterialOverride, Scene
from simgen.rendering.pathtrace import PathtraceRenderer
from tests.builders import box, camera, floor, make_scene
from tests.views import still_view

DARK = EnvironmentLight(map=None, illuminance_lux=0.0, background_visible=False)
GREY = EnvironmentLight(map=None, illuminance_lux=1000.0)
CARD = MaterialOverride(base_color_rgb=(0.5, 0.5, 0.5), roughness=1.0, metallic=0.0)
PANE_M = (1.0, 1.0, 0.02)
OVER_THE_CARD = camera(eye=(0.0, -1.4, 0.3), target=(0.0, 0.0, 0.0), width=32, height=24, fov_rad=0.2)
FROM_ABOVE = camera(eye=(1.2, 0.0, 2.7), target=(0.0, 0.0, 0.0), width=32, height=24, fov_rad=0.2)


class Glazier(AssetLibrary):
    """Boxes of the pane's size are of a material of one's own."""

    def __init__(self, material: Material) -> None:
        super().__init__()
        self._material = material

    def load(self, ref: AssetRef) -> Asset:
        asset = super().load(ref)
        if dict(ref.params).get("size_m") != PANE_M:
            return asset
        (part,) = asset.model.lods[0]
        mapped = replace(part, uvs=(part.positions_m[:, :2] + 0.5).astype(np.float32))
        materials = (self._material,) * len(asset.model.materials)
        model = replace(asset.model, lods=((mapped,),), materials=materials)
        return replace(asset, model=model, info=replace(asset.info, content_hash=repr(self._material.name)))


@pytest.fixture
def fresh(tracer: PathtraceRenderer) -> Iterator[PathtraceRenderer]:
    """The tracer without shapes of before, as the panes of these tests are all called alike."""
    tracer.close()
    yield tracer
    tracer.close()


def frame_of(tracer: PathtraceRenderer, scene: Scene, material: Material) -> Frame:
    with tracer.open(scene, Glazier(material)) as session:
        return session.render(still_view(scene))


def level(frame: Frame) -> float:
    return float((frame.radiance.astype(float) @ LUMINANCE_RGB)[8:16, 12:20].mean())


def glass(cover: float, color: float = 0.0, roughness: float = 0.1) -> Material:
    return Material("glass", (color,) * 3, 0.0, roughness, alpha=cover, alpha_mode="blend", alpha_cutoff=0.0)


def under_a_pane(seen: object, height_m: float = 1.0) -> Scene:
    sun = SunLight("sun", (0.0, 0.0, 1.0), 10_000.0)
    pane = box(PANE_M, at=(0.0, 0.0, height_m))
    return make_scene([floor(material=CARD), pane], [seen], suns=[sun], environment=DARK)


@pytest.mark.parametrize("cover", [0.0, 0.3, 0.7])
def test_the_sun_shines_through_glass_onto_what_lies_under_it(fresh: PathtraceRenderer, cover: float) -> None:
    """Both faces of the pane keep their share: 4 % mirrored, and of the rest what they cover."""
    scene = under_a_pane(OVER_THE_CARD)
    under = level(frame_of(fresh, scene, glass(cover)))
    beside = level(frame_of(fresh, replace(scene, objects=scene.objects[:1]), glass(cover)))
    assert under / beside == pytest.approx(((1 - cover) * 0.96) ** 2, abs=0.02)


@pytest.mark.parametrize("cover", [0.0, 0.3, 0.7])
def test_what_lies_behind_glass_shows_through_it(fresh: PathtraceRenderer, cover: float) -> None:
    scene = under_a_pane(FROM_ABOVE)
    through = level(frame_of(fresh, scene, glass(cover)))
    clear = level(frame_of(fresh, replace(scene, objects=scene.objects[:1]), glass(cover)))
    # Down with the sun's light and up again: four faces.
    assert through / clear == pytest.approx(((1 - cover) * 0.96) ** 4, abs=0.04)


def test_glass_keeps_its_labels(fresh: PathtraceRenderer) -> None:
    frame = frame_of(fresh, under_a_pane(FROM_ABOVE), glass(0.0))
    assert (frame.instance_id[8:16, 12:20] == 2).all()
    assert frame.depth_m[8:16, 12:20].max() < 2.1  # the card lies at 2.95


@pytest.mark.parametrize("cover", [0.1, 0.5])
def test_white_glass_vanishes_in_a_white_furnace(fresh: PathtraceRenderer, cover: float) -> None:
    scene = make_scene([box(PANE_M)], [FROM_ABOVE], suns=[], environment=GREY)
    found = level(frame_of(fresh, scene, glass(cover, color=1.0))) / (1000.0 / pi)
    assert found == pytest.approx(1.0, abs=0.05)
    assert found < 1.02


def test_holes_let_the_sun_through(fresh: PathtraceRenderer) -> None:
    """The shadow of a lattice with half of it cut out is half as dark, not whole."""
    pixels = np.full((2, 2, 4), 255, np.uint8)
    pixels[:, 0, 3] = 0
    lattice = Material("lattice", base_color_map=Texture(pixels, srgb=True), alpha_mode="mask")
    scene = under_a_pane(
        replace(OVER_THE_CARD, intrinsics=replace(OVER_THE_CARD.intrinsics, fx=60.0, fy=60.0))
    )
    frame = frame_of(fresh, scene, lattice)
    grey = np.where(frame.instance_id == 1, frame.radiance.astype(float) @ LUMINANCE_RGB, np.nan)[10:16]
    lit = 0.5 * 10_000.0 / pi
    assert np.nanmax(grey) > 0.8 * lit
    assert np.nanmin(grey) < 0.2 * lit


@pytest.mark.parametrize("what", ["glass", "lattice"])
def test_fog_is_as_thick_as_the_way_to_what_is_opaque(fresh: PathtraceRenderer, what: str) -> None:
    """A card right before the camera, clear or all holes but its rim, does not take the fog behind it away."""
    above = camera(eye=(0.0, 0.0, 30.0), target=(0.0, 0.0, 0.0), width=32, height=24, fov_rad=0.02)
    black = MaterialOverride(base_color_rgb=(0.0, 0.0, 0.0), roughness=1.0)
    pixels = np.zeros((8, 8, 4), np.uint8)
    pixels[0, :] = 255
    rim = Material("rim", base_color_map=Texture(pixels, srgb=True), alpha_mode="mask")
    levels = [
        level(
            frame_of(
                fresh,
                make_scene(
                    [floor(size_m=90.0, material=black), *cards],
                    [above],
                    suns=[],
                    environment=GREY,
                    fog=Fog(60.0),
                ),
                glass(0.0) if what == "glass" else rim,
            )
        )
        for cards in ([], [box(PANE_M, at=(0.0, 0.0, 29.0))])
    ]
    assert levels[0] == pytest.approx(1000.0 / pi * (1 - 0.05**0.5), rel=0.1)
    assert levels[1] == pytest.approx(levels[0], rel=0.08)
