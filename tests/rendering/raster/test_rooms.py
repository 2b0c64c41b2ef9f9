"""Scenes between walls: which they are, and what the walls do to light in a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.colour import LUMINANCE_RGB
from simgen.geometry import Vec3
from simgen.records.asset import AssetRef
from simgen.records.frame import Frame
from simgen.records.light import EnvironmentLight
from simgen.records.scene import MaterialOverride, Scene, SceneObject
from simgen.rendering.raster import RasterRenderer
from simgen.rendering.raster.drawables import make_drawables
from simgen.rendering.raster.enclosures import Enclosure, find_enclosure
from tests.builders import box, camera, floor, make_scene, static_box
from tests.lamps import DARK, panel
from tests.views import still_view

Render = Callable[[Scene], Frame]
SKY = EnvironmentLight(map=None, illuminance_lux=1000.0)
GREY = MaterialOverride(base_color_rgb=(0.5, 0.5, 0.5), roughness=1.0, metallic=0.0)
BLACK = MaterialOverride(base_color_rgb=(0.0, 0.0, 0.0), roughness=1.0, metallic=0.0)
INSIDE = camera(eye=(-1.0, -1.0, 1.5), target=(0.6, 0.6, 0.0), fov_rad=0.8)


def walls(material: MaterialOverride = GREY, height_m: float = 3.0) -> list[SceneObject]:
    """Four walls around 4 x 4 m of floor."""
    places: tuple[tuple[Vec3, Vec3], ...] = (
        ((0.1, 4.2, height_m), (2.05, 0.0, height_m / 2)),
        ((0.1, 4.2, height_m), (-2.05, 0.0, height_m / 2)),
        ((4.2, 0.1, height_m), (0.0, 2.05, height_m / 2)),
        ((4.2, 0.1, height_m), (0.0, -2.05, height_m / 2)),
    )
    return [static_box(size, at, is_thing=False, material=material) for size, at in places]


def ceiling(material: MaterialOverride = GREY) -> SceneObject:
    return static_box((4.2, 4.2, 0.1), (0.0, 0.0, 3.05), is_thing=False, material=material)


def room(*more: SceneObject, lit_by: EnvironmentLight = SKY, **fields: object) -> Scene:
    things = [box((0.2, 0.2, 0.2), (0.3, 0.2, 0.1), material=GREY)]
    return make_scene([floor(material=GREY), *more, *things], [INSIDE], suns=[], environment=lit_by, **fields)


def light(frame: Frame) -> float:
    return float((frame.radiance.astype(float) @ LUMINANCE_RGB).mean())


def enclosure_of(raster: RasterRenderer, library: AssetLibrary, scene: Scene) -> Enclosure | None:
    return find_enclosure(make_drawables(scene, library, raster.models))


def test_walls_enclose_and_the_space_between_them_is_found(
    raster: RasterRenderer, library: AssetLibrary
) -> None:
    found = enclosure_of(raster, library, room(*walls()))
    assert found is not None
    np.testing.assert_allclose(found.low_m, (-2.0, -2.0, 0.0), atol=1e-3)
    np.testing.assert_allclose(found.high_m, (2.0, 2.0, 3.0), atol=1e-3)
    assert found.shell.members == {1, 2, 3, 4, 5}
    assert len(found.shell.mesh.normals) == 10  # a square of each, seen from inside
    np.testing.assert_allclose(found.shell.albedo_rgb, 0.525, atol=1e-6)  # and 5 % of sheen


@pytest.mark.parametrize(
    "scene",
    [
        room(),
        room(*walls()[:1]),
        room(*walls(height_m=0.3)),
        make_scene([floor()]),
        make_scene([]),
        room(static_box((1.4, 0.8, 0.7), (0.3, 0.2, 0.35))),
    ],
    ids=["floor", "one wall", "kerbs", "no things", "nothing", "table"],
)
def test_in_the_open_nothing_encloses(raster: RasterRenderer, library: AssetLibrary, scene: Scene) -> None:
    assert enclosure_of(raster, library, scene) is None


def test_walls_that_may_move_or_are_not_there_yet_do_not_enclose(
    raster: RasterRenderer, library: AssetLibrary
) -> None:
    assert (
        enclosure_of(raster, library, room(*[replace(wall, motion="kinematic") for wall in walls()])) is None
    )
    assert enclosure_of(raster, library, room(*[replace(wall, present=False) for wall in walls()])) is None


def carrier() -> SceneObject:
    """An open bin of 40 x 30 x 15 cm at the origin."""
    size = (0.4, 0.3, 0.15)
    ref = AssetRef("procedural/bin", (("size_m", size), ("wall_m", 0.006)))
    return static_box(size, (0.0, 0.0, 0.075), asset=ref)


def test_a_bin_encloses_by_itself(raster: RasterRenderer, library: AssetLibrary) -> None:
    parts = [box((0.03, 0.03, 0.03), (0.05 * k - 0.1, 0.0, 0.03)) for k in range(4)]
    found = enclosure_of(raster, library, make_scene([floor(), carrier(), *parts]))
    assert found is not None
    assert 2 in found.shell.members
    np.testing.assert_allclose(found.high_m - found.low_m, (0.388, 0.288, 0.144), atol=2e-3)


def test_an_empty_bin_encloses_nothing(raster: RasterRenderer, library: AssetLibrary) -> None:
    assert enclosure_of(raster, library, make_scene([carrier()])) is None
    assert enclosure_of(raster, library, make_scene([floor(), carrier()])) is None


def test_no_sky_light_comes_into_a_closed_room(render: Render) -> None:
    opened, closed = render(room(*walls())), render(room(*walls(), ceiling()))
    assert light(opened) > 10.0
    assert light(closed) < 1e-3 * light(opened)


def test_the_higher_the_walls_the_darker_the_floor(render: Render) -> None:
    heights = [light(render(room(*walls(BLACK, height_m)))) for height_m in (1.5, 2.0, 3.0, 4.0)]
    assert heights == sorted(heights, reverse=True)


def test_bright_walls_light_a_room(render: Render) -> None:
    lamp = panel((0.0, 0.0, 2.95), (0.0, 0.0, 0.0), 3000.0, 0.6, 0.6)
    dark, bright = (
        light(render(room(*walls(wall), ceiling(wall), lit_by=DARK, panels=(lamp,))))
        for wall in (BLACK, GREY)
    )
    assert 1.2 * dark < bright < 2 * dark


def test_a_flickering_lamp_changes_what_walls_send_on(raster: RasterRenderer, library: AssetLibrary) -> None:
    lamp = panel((0.0, 0.0, 2.95), (0.0, 0.0, 0.0), 3000.0, 0.6, 0.6)
    scene = room(*walls(), ceiling(), lit_by=DARK, panels=(lamp,))
    with raster.open(scene, library) as session:
        full, half = (
            light(session.render(replace(still_view(scene), light_factors=np.array([factor, 1.0]))))
            for factor in (1.0, 0.5)
        )
    assert half == pytest.approx(full / 2, rel=0.01)


def test_the_same_room_gives_the_same_bytes_whatever_was_drawn_before(render: Render) -> None:
    scene = room(*walls())
    first = render(scene).radiance.tobytes()
    render(room(*walls(BLACK), ceiling()))
    render(room())
    assert render(scene).radiance.tobytes() == first
