"""Light followed in two parts, by every build of Mitsuba that works here, is the light that plain paths bring."""

from __future__ import annotations

from dataclasses import replace
from math import pi

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.geometry import Pose, quaternion_about_axis
from simgen.lens import Lens
from simgen.records.asset import AssetRef
from simgen.records.light import EnvironmentLight, PanelLight, SpotLight, SunLight
from simgen.records.scene import MaterialOverride, Scene
from simgen.rendering.pathtrace import PathtraceRenderer
from simgen.rendering.pathtrace.variant import VARIANTS, available
from tests.builders import box, camera, floor, make_scene, sphere
from tests.rendering.pathtrace.test_glass import PANE_M, Glazier, glass
from tests.views import still_view

WORKING = [name for name in VARIANTS if available(name)]
DOWN = quaternion_about_axis((0.0, 1.0, 0.0), pi / 2)
GREY = MaterialOverride(base_color_rgb=(0.6, 0.5, 0.4), roughness=0.7, metallic=0.0)
SHINY = MaterialOverride(base_color_rgb=(0.8, 0.7, 0.3), roughness=0.5, metallic=1.0)
SUNS = [SunLight("sun", (0.3, -0.4, 0.85), 20_000.0), SunLight("second", (-0.6, 0.2, 0.75), 5_000.0)]
SKY = EnvironmentLight(map=None, illuminance_lux=6_000.0)
DARK = EnvironmentLight(map=None, illuminance_lux=0.0, background_visible=False)
LAMP = SpotLight("lamp", Pose((0.2, -0.3, 1.5), DOWN), "", 5_000.0, inner_angle_rad=0.4, outer_angle_rad=0.8)
PANEL = PanelLight("panel", Pose((0.0, 0.2, 1.5), DOWN), "", 9_000.0, 0.5, 0.3)
BETWEEN = PanelLight("panel", Pose((0.6, -0.75, 0.9), DOWN), "", 9_000.0, 0.5, 0.5)
EVENING = AssetRef("procedural/sky", (("sun_azimuth_rad", 0.9), ("sun_elevation_rad", 0.05)))
MAP = EnvironmentLight(EVENING, 4_000.0, rotation_rad=0.7)
LIGHTS = {
    "suns": {"suns": SUNS, "environment": DARK},
    "suns and sky": {"suns": SUNS, "environment": SKY},
    "lamps": {"suns": [], "environment": DARK, "lights": [LAMP], "panels": [PANEL]},
    "a panel from behind": {"suns": SUNS, "environment": SKY, "panels": [BETWEEN]},
    "a map": {"suns": [], "environment": MAP},
    "a map, suns, lamps": {"suns": SUNS, "environment": MAP, "lights": [LAMP], "panels": [PANEL]},
    "unseen sky": {"suns": [], "environment": EnvironmentLight(None, 6_000.0, background_visible=False)},
}


def still_life(panes: bool, **light: object) -> Scene:
    bodies = [
        floor(material=GREY),
        box((0.3, 0.3, 0.3), at=(-0.2, 0.0, 0.15), material=GREY),
        sphere(0.15, at=(0.25, 0.1, 0.15), material=SHINY),
        *([box(PANE_M, at=(0.0, 0.0, 0.6))] if panes else []),
    ]
    eye = camera(eye=(1.2, -1.5, 1.6), target=(0.0, 0.0, 0.2), width=32, height=24)
    return make_scene(bodies, [eye], **light)


def mean_of(variant: str, scene: Scene, library: AssetLibrary) -> np.ndarray:
    """Return the picture's means over blocks of eight by eight pixels."""
    renderer = PathtraceRenderer(samples=256, denoise=False, variant=variant)
    with renderer.open(scene, library) as session:
        picture = session.render(still_view(scene)).radiance.astype(float)
    renderer.close()
    return picture.reshape(3, 8, 4, 8, 3).mean(axis=(1, 3))


@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize("panes", [False, True])
def test_every_variant_gives_the_same_light(light: str, panes: bool) -> None:
    scene, library = still_life(panes, **LIGHTS[light]), Glazier(glass(0.4))
    plain = mean_of("scalar_rgb", scene, library)
    for variant in WORKING:
        np.testing.assert_allclose(
            mean_of(variant, scene, library), plain, rtol=0.06, atol=0.01 * plain.mean()
        )


@pytest.mark.parametrize("lens", [None, Lens("fisheye", (0.02,), widest_rad=1.5)])
@pytest.mark.parametrize("variant", WORKING)
def test_what_was_traced_before_decides_no_byte(variant: str, lens: Lens | None) -> None:
    """Programs are kept from the second view of a state on, and run as they are from the third on."""
    scene, library = still_life(False, **LIGHTS["suns and sky"]), AssetLibrary()
    view = still_view(scene)
    view = replace(view, intrinsics=replace(view.intrinsics, lens=lens))
    turned = view.T_world_camera @ np.diag([-1.0, -1.0, 1.0, 1.0])
    renderer = PathtraceRenderer(samples=4, variant=variant)
    pictures: list[np.ndarray] = []
    with renderer.open(scene, library) as session:
        for pose in (view.T_world_camera, turned, view.T_world_camera, turned, view.T_world_camera):
            pictures.append(session.render(replace(view, T_world_camera=pose)).radiance)
    renderer.close()
    for first, again in ((0, 2), (0, 4), (1, 3)):
        np.testing.assert_array_equal(pictures[first], pictures[again])
    assert not np.array_equal(pictures[0], pictures[1])
