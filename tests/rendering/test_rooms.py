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
from tests.builders import box, camera, floor, make_scene, static_box
from tests.lamps import DARK, panel
from tests.rendering.raster.test_rooms import GREY, SKY, ceiling, walls
from tests.views import still_view

SAMPLES = 48
WHITE = MaterialOverride(base_color_rgb=(0.95, 0.95, 0.95), roughness=1.0, metallic=0.0)
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


# A hollow of five white plates, half a metre wide, with its opening up: things, as cups and drawers are.
HOLLOW = [
    box(size, (x, y, z + 0.02), material=WHITE)
    for size, (x, y, z) in [
        ((0.5, 0.5, 0.02), (0.0, 0.0, 0.0)),
        ((0.5, 0.02, 0.4), (0.0, 0.25, 0.2)),
        ((0.5, 0.02, 0.4), (0.0, -0.25, 0.2)),
        ((0.02, 0.5, 0.4), (0.25, 0.0, 0.2)),
        ((0.02, 0.5, 0.4), (-0.25, 0.0, 0.2)),
    ]
]
INTO_IT = camera(eye=(-0.7, 0.0, 1.2), target=(0.02, 0.0, 0.15), width=32, height=32, fov_rad=0.2)


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


@pytest.mark.parametrize("lit_by", ["sky", "sun", "panel"])
def test_a_white_hollow_lights_its_own_inside(renderers: Sequence[Renderer], lit_by: str) -> None:
    """Light that things in a room send each other is not followed, but taken for that of neighbours of one colour."""
    around = [floor(material=GREY), *walls(GREY), *([ceiling(BRIGHT)] if lit_by == "panel" else []), *HOLLOW]
    scene = make_scene(
        around,
        [INTO_IT],
        suns=[SUN] if lit_by == "sun" else [],
        environment=SKY if lit_by == "sky" else DARK,
        panels=(LAMP,) if lit_by == "panel" else (),
    )
    means: list[float] = []
    for renderer in renderers:
        with renderer.open(scene, AssetLibrary()) as session:
            radiance = session.render(still_view(scene)).radiance.astype(float)
        means.append(float((radiance @ LUMINANCE_RGB).mean()))
    assert means[0] == pytest.approx(means[1], rel=0.3)
