"""Glass: what lies behind shows through it, it mirrors a little, and its labels stay its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.geometry import Vec3
from simgen.records.asset import Asset, AssetInfo, AssetRef, Material
from simgen.records.light import EnvironmentLight, Fog, SunLight
from simgen.records.scene import MaterialOverride, Scene, SceneObject
from simgen.rendering.raster import RasterRenderer
from tests.builders import camera, make_scene, static_box
from tests.lamps import DARK, panel
from tests.measures.light import luminance
from tests.views import picture

WHITE = MaterialOverride(base_color_rgb=(0.8, 0.8, 0.8), roughness=1.0, metallic=0.0)
PANE_M = (2.0, 0.02, 2.0)
SKY = EnvironmentLight(map=None, illuminance_lux=1000.0)


class GlazedLibrary(AssetLibrary):
    """Boxes of one size are panes of glass."""

    def __init__(self, opacity: float, roughness: float = 0.1) -> None:
        super().__init__()
        self._glass = Material(
            "glass", (0.2, 0.2, 0.2), 0.0, roughness, alpha=opacity, alpha_mode="blend", alpha_cutoff=0.0
        )

    def describe(self, ref: AssetRef) -> AssetInfo:
        info = super().describe(ref)
        mark = f"glass {self._glass.alpha} {self._glass.roughness} " if ref == pane().asset else ""
        return replace(info, content_hash=mark + info.content_hash)

    def load(self, ref: AssetRef) -> Asset:
        asset = super().load(ref)
        if ref != pane().asset:
            return asset
        materials = (self._glass,) * len(asset.model.materials)
        return replace(asset, model=replace(asset.model, materials=materials), info=self.describe(ref))


def pane() -> SceneObject:
    """Stands across the view."""
    return static_box(PANE_M, (0.0, 0.0, 1.0), name="pane")


def seen_through(
    *, with_pane: bool = True, environment: EnvironmentLight = SKY, fog: Fog | None = None
) -> Scene:
    """A white wall before the camera, a pane of glass between."""
    wall = static_box((6.0, 0.2, 6.0), (0.0, 2.1, 1.0), material=WHITE, name="wall")
    seen = camera(eye=(0.0, -3.0, 1.0), target=(0.0, 0.0, 1.0), width=64, height=48)
    things = [wall, pane()] if with_pane else [wall]
    lamp = panel((0.0, 0.5, 4.0), (0.0, 1.9, 1.0), 5000.0, 1.0, 1.0, casts_shadows=False)
    return make_scene(things, [seen], suns=[], environment=environment, panels=(lamp,), fog=fog)


@pytest.mark.parametrize("opacity", [0.0, 0.3, 0.8])
def test_what_lies_behind_shows_by_the_share_that_is_neither_covered_nor_mirrored(
    raster: RasterRenderer, opacity: float
) -> None:
    """Without light on the pane itself, straight on a dielectric of F0 = 4 % lets 96 % through.

    A pane has two sheets, its front and its back, which mirror both.
    """
    library = GlazedLibrary(opacity)
    clear = picture(raster, seen_through(with_pane=False, environment=DARK), library)
    glazed = picture(raster, seen_through(environment=DARK), library)
    share = luminance(glazed)[24, 32] / luminance(clear)[24, 32]
    assert share == pytest.approx((1 - opacity) ** 2 * 0.96**2, abs=0.01)


def test_sheets_before_sheets_cover_what_they_do_not_let_through(raster: RasterRenderer) -> None:
    """Matt sheets of one albedo under an even sky: L = a E / pi (1 - T) + T L_behind, whatever their number."""
    library = GlazedLibrary(0.4, roughness=1.0)
    scene = seen_through()
    sky = replace(scene, panels=(), objects=(replace(scene.objects[1], instance_id=1),))
    several = tuple(
        replace(
            sky.objects[0],
            instance_id=i + 1,
            pose=replace(sky.objects[0].pose, position_m=(0.0, i * 0.5, 1.0)),
        )
        for i in range(3)
    )
    one, three = (
        luminance(picture(raster, replace(sky, objects=things), library))[24, 32]
        for things in (sky.objects, several)
    )
    above = 1000.0 / np.pi
    # What one pane (two sheets, T = 0.36) sends itself, over what it covers: the same for all.
    own = (one - 0.36 * above) / (1 - 0.36)
    assert three == pytest.approx(own * (1 - 0.36**3) + above * 0.36**3, rel=0.04)


def test_dark_glass_behind_clear_glass_stays_dark(raster: RasterRenderer) -> None:
    """The order of sheets does not matter, but each brings its own colour."""
    scene = seen_through(environment=DARK)
    bottle = replace(pane(), instance_id=3, pose=replace(pane().pose, position_m=(0.0, 0.5, 1.0)))
    both = replace(scene, objects=(*scene.objects, bottle))
    library = GlazedLibrary(0.7)
    one, two = (luminance(picture(raster, each, library))[24, 32] for each in (scene, both))
    wall = luminance(picture(raster, seen_through(with_pane=False, environment=DARK), library))[24, 32]
    assert one == pytest.approx(wall * 0.3**2, rel=0.1)
    assert two == pytest.approx(wall * 0.3**4, rel=0.3)


@pytest.mark.parametrize(("opacity", "blocks"), [(0.2, False), (0.8, True)])
def test_glass_casts_a_shadow_where_two_sheets_stop_most_of_the_light(
    raster: RasterRenderer, opacity: float, blocks: bool
) -> None:
    sun = SunLight("sun", (0.0, -0.8, 0.6), 10_000.0)
    scene = replace(seen_through(environment=DARK), panels=(), suns=(sun,))
    lit = replace(seen_through(with_pane=False, environment=DARK), panels=(), suns=(sun,))
    alone = replace(scene, objects=(replace(scene.objects[1], instance_id=1),))
    glazed, clear, own = (luminance(picture(raster, s, GlazedLibrary(opacity))) for s in (scene, lit, alone))
    through = (36, 32)  # where the pane's shadow would fall on the wall, seen through the pane
    share = (glazed[through] - own[through]) / clear[through]
    assert share == pytest.approx(0.0 if blocks else 0.96 * (1 - opacity) ** 2, abs=0.05)


@pytest.mark.parametrize(("color", "blocks"), [((0.9, 0.9, 0.9), False), ((0.1, 0.2, 0.4), True)])
def test_glass_casts_a_shadow_by_the_colour_that_a_scene_gives_it(
    raster: RasterRenderer, color: Vec3, blocks: bool
) -> None:
    """A sheet over a white floor, seen past its edge."""
    tinted = MaterialOverride(base_color_rgb=color, transmission=1.0)
    sheet = static_box((1.0, 1.0, 0.02), (0.0, 0.0, 1.0), material=tinted, name="sheet")
    ground = static_box((6.0, 6.0, 0.2), (0.0, 0.0, -0.1), material=WHITE, name="ground")
    seen = camera(eye=(2.0, -3.0, 2.0), target=(1.0, 0.0, 0.0), width=32, height=24, fov_rad=0.1)
    sun = SunLight("sun", (-0.707, 0.0, 0.707), 10_000.0)  # the sheet's shadow is 1 m beside it
    scene = make_scene([ground, sheet], [seen], suns=[sun], environment=DARK)
    bare = replace(scene, objects=scene.objects[:1])
    covered, open_ = (luminance(picture(raster, each, AssetLibrary()))[12, 16] for each in (scene, bare))
    assert covered / open_ == pytest.approx(0.0 if blocks else 1.0, abs=0.02)


def test_labels_are_those_of_the_glass(raster: RasterRenderer) -> None:
    glazed = picture(raster, seen_through(), GlazedLibrary(0.2))
    solid = picture(raster, seen_through(), AssetLibrary())
    assert glazed.instance_id[24, 32] == 2
    assert glazed.depth_m.tobytes() == solid.depth_m.tobytes()
    assert glazed.instance_id.tobytes() == solid.instance_id.tobytes()
    assert glazed.silhouettes.keys() == solid.silhouettes.keys()


def test_in_a_white_furnace_clear_glass_vanishes(raster: RasterRenderer) -> None:
    """What it mirrors and what it lets through add up to what comes in."""
    scene = replace(seen_through(), panels=())
    glass_alone = replace(scene, objects=(replace(scene.objects[1], instance_id=1),))
    frame = picture(raster, glass_alone, GlazedLibrary(0.0))
    assert (frame.instance_id == 1).any()
    np.testing.assert_allclose(luminance(frame), 1000.0 / np.pi, rtol=0.01)


def test_fog_before_glass_is_counted_once(raster: RasterRenderer) -> None:
    """Quite clear glass in thick fog changes nothing but the little that it mirrors."""
    fog = Fog(visibility_m=6.0)
    clear = picture(raster, seen_through(with_pane=False, fog=fog), GlazedLibrary(0.0))
    glazed = picture(raster, seen_through(fog=fog), GlazedLibrary(0.0))
    assert luminance(glazed)[24, 32] == pytest.approx(luminance(clear)[24, 32], rel=0.03)


def test_a_picture_without_glass_in_view_is_that_of_the_scene_without_glass(raster: RasterRenderer) -> None:
    scene = seen_through()
    away = (
        replace(scene.objects[0]),
        replace(scene.objects[1], pose=replace(pane().pose, position_m=(0.0, -9.0, 1.0))),
    )
    hidden = replace(scene, objects=away)
    solid = picture(raster, hidden, AssetLibrary())
    assert picture(raster, hidden, GlazedLibrary(0.3)).radiance.tobytes() == solid.radiance.tobytes()
