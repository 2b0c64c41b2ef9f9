"""Light between walls is the same in both renderers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from simgen.assets import AssetLibrary
from simgen.colour import LUMINANCE_RGB
from simgen.records.asset import AssetRef
from simgen.records.light import SunLight
from simgen.records.scene import MaterialOverride, Scene
from simgen.rendering.protocol import Renderer
from tests.builders import camera, floor, make_scene, static_box
from tests.lamps import DARK, panel
from tests.rendering.raster.test_rooms import GREY, SKY, ceiling, walls
from tests.views import still_view

SAMPLES = 48
BRIGHT = MaterialOverride(base_color_rgb=(0.8, 0.8, 0.8), roughness=1.0, metallic=0.0)
CORNER = camera(eye=(-1.7, -1.7, 1.5), target=(1.0, 1.0, 0.6), width=48, height=36, fov_rad=1.2)
LAMP = panel((0.0, 0.0, 2.9), (0.0, 0.0, 0.0), 3000.0, 0.8, 0.8)
SUN = SunLight("sun", (0.48, 0.0, 0.877), 1000.0)
TABLE = static_box((1.0, 1.0, 0.6), (0.5, 0.5, 0.3), material=GREY)
RACK = static_box(
    (1.0, 1.0, 1.0),
    (0.0, 1.0, 1.0),
    asset=AssetRef("procedural/rack", (("bays", 2), ("levels", 3))),
    scale=0.5,
)
THROUGH_IT = camera(eye=(0.0, -1.5, 1.0), target=(0.0, 2.0, 0.8), width=48, height=36, fov_rad=0.9)


SCENES = {
    "sky, grey walls": make_scene(
        [floor(material=GREY), *walls(GREY), TABLE], [CORNER], suns=[], environment=SKY
    ),
    "sky": make_scene([floor(material=GREY), *walls(BRIGHT), TABLE], [CORNER], suns=[], environment=SKY),
    "sun": make_scene([floor(material=GREY), *walls(BRIGHT), TABLE], [CORNER], suns=[SUN], environment=DARK),
    "sky, behind a rack": make_scene(
        [floor(material=GREY), *walls(BRIGHT), RACK], [THROUGH_IT], suns=[], environment=SKY
    ),
    "panel": make_scene(
        [floor(material=GREY), *walls(BRIGHT), ceiling(BRIGHT), TABLE],
        [CORNER],
        suns=[],
        environment=DARK,
        panels=(LAMP,),
    ),
}


@pytest.mark.parametrize("name", list(SCENES))
def test_a_room_is_as_bright_in_one_as_in_the_other(renderers: Sequence[Renderer], name: str) -> None:
    """What stands in a room is haze to the light between walls, which is coarser than walls are."""
    means: list[float] = []
    scene: Scene = SCENES[name]
    for renderer in renderers:
        with renderer.open(scene, AssetLibrary()) as session:
            radiance = session.render(still_view(scene)).radiance.astype(float)
        means.append(float((radiance @ LUMINANCE_RGB).mean()))
    assert means[0] == pytest.approx(means[1], rel=0.15 if "rack" in name else 0.1)
