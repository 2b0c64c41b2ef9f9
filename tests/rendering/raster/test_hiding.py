"""What casts no shadow of its own: only what a flat face hides wholly, and no picture shows that it is left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from simgen.assets import AssetLibrary
from simgen.geometry import FloatArray, Vec3, box_corners, spread_directions
from simgen.records.light import EnvironmentLight, SunLight
from simgen.records.scene import MaterialOverride, SceneObject
from simgen.rendering.raster import RasterRenderer
from simgen.rendering.raster.drawables import Drawable, make_drawables
from simgen.rendering.raster.hiding import hidden
from simgen.rendering.raster.ray_casts import Mesh
from tests.builders import box, camera, floor, make_scene, static_box
from tests.rendering.raster.conftest import Render
from tests.rendering.raster.shells import box_corners_m
from tests.views import still_view

GREY = MaterialOverride(base_color_rgb=(0.5, 0.5, 0.5), roughness=1.0, metallic=0.0)
WALL_M, WALL_AT = (0.2, 6.0, 3.0), (2.0, 0.0, 1.5)
TOP_M, TOP_AT = (2.0, 2.0, 0.04), (0.0, 0.0, 0.7)


def unseen(
    raster: RasterRenderer,
    library: AssetLibrary,
    bodies: Sequence[SceneObject],
    directions: Sequence[Vec3],
    margin_m: float = 0.01,
) -> list[list[bool]]:
    scene = make_scene(list(bodies), [camera()])
    drawables = make_drawables(scene, library, raster.models)
    poses = still_view(scene).T_world_objects
    ways = np.array(directions) / np.linalg.norm(directions, axis=1, keepdims=True)
    return hidden(drawables, drawables, poses, ways, margin_m).tolist()


def test_a_wall_hides_what_stands_behind_it_from_a_low_sun_and_not_from_a_high_one(
    raster: RasterRenderer, library: AssetLibrary
) -> None:
    bodies = [static_box(WALL_M, WALL_AT), box((0.3, 0.3, 0.3), (0.0, 0.0, 0.15))]
    # From the box's far upper edge the wall's top stands at atan(2.7 / 1.75) = 57 degrees.
    suns: list[Vec3] = [(np.cos(e), 0.0, np.sin(e)) for e in np.radians([5.0, 50.0, 60.0, 90.0, 175.0])]
    found = unseen(raster, library, bodies, suns)
    assert [row[1] for row in found] == [True, True, False, False, False]
    assert not any(row[0] for row in found)


def test_a_table_top_hides_what_stands_on_it_from_below(
    raster: RasterRenderer, library: AssetLibrary
) -> None:
    inside, over_edge = box((0.2, 0.2, 0.2), (0.1, 0.2, 0.82)), box((0.2, 0.2, 0.2), (0.95, 0.0, 0.82))
    found = unseen(raster, library, [static_box(TOP_M, TOP_AT), inside, over_edge], [(0.1, 0.0, -1.0)])
    assert found == [[False, True, False]]


@pytest.mark.parametrize(("margin_m", "is_hidden"), [(0.04, True), (0.06, False)])
def test_what_comes_nearer_to_the_outline_than_the_margin_is_not_hidden(
    raster: RasterRenderer, library: AssetLibrary, margin_m: float, is_hidden: bool
) -> None:
    bodies = [static_box(TOP_M, TOP_AT), box((0.1, 0.1, 0.1), (0.9, 0.0, 0.9))]
    assert unseen(raster, library, bodies, [(0.0, 0.0, -1.0)], margin_m) == [[False, is_hidden]]


def test_of_what_is_hidden_every_point_is_behind_the_face(
    raster: RasterRenderer, library: AssetLibrary
) -> None:
    rng = np.random.default_rng(5)
    places: FloatArray = rng.uniform((-2, -4, 0.2), (1.7, 4, 3), (60, 3))
    bodies = [static_box(WALL_M, WALL_AT), *(box((0.2, 0.3, 0.4), tuple(at)) for at in places)]
    ways = spread_directions(60)
    wall = Mesh(box_corners_m(WALL_M, WALL_AT))
    found = np.array(unseen(raster, library, bodies, [tuple(way) for way in ways]))[:, 1:]
    corners = places[:, None] + box_corners(np.array((0.2, 0.3, 0.4)))
    blocked = np.array([wall.blocks(corners.reshape(-1, 3), way).reshape(-1, 8).all(axis=1) for way in ways])
    assert not (found & ~blocked).any()
    assert (
        found.sum() > 0.8 * blocked.sum() > 100
    )  # nearly all: those at the margin and behind two faces are not


def test_a_picture_is_the_same_as_if_all_were_drawn(render: Render, monkeypatch: pytest.MonkeyPatch) -> None:
    things = [
        box((0.2, 0.2, 0.2), (x, y, 0.83), material=GREY) for x in (-0.5, 0.1, 0.6) for y in (-0.4, 0.3)
    ]
    walls = [static_box((0.1, 4.2, 2.5), (x, 0.0, 1.25), is_thing=False, material=GREY) for x in (-2.0, 2.0)]
    suns = [
        SunLight("low", (0.96, 0.0, 0.28), 9000.0, angular_diameter_rad=0.05),
        SunLight("high", (0.28, 0.0, 0.96), 500.0, angular_diameter_rad=0.1),
    ]
    scene = make_scene(
        [floor(material=GREY), *walls, static_box((2.0, 2.0, 0.4), (0.0, 0.0, 0.52), material=GREY), *things],
        [camera(eye=(-1.4, -1.2, 1.9), target=(0.2, 0.2, 0.7), width=160, height=120)],
        suns=suns,
        environment=EnvironmentLight(map=None, illuminance_lux=300.0),
    )
    left_out: list[int] = []

    def counted(*given: Any) -> NDArray[np.bool_]:
        found = hidden(*given)
        left_out.append(int(found.sum()))
        return found

    def never(drawables: Sequence[Drawable], *given: Any) -> object:
        return np.zeros((len(given[2]), len(drawables)), np.bool_)

    monkeypatch.setattr("simgen.rendering.raster.shadows.hidden", counted)
    one = render(scene)
    monkeypatch.setattr("simgen.rendering.raster.shadows.hidden", never)
    two = render(scene)
    assert min(left_out) > 0
    assert one.radiance.tobytes() == two.radiance.tobytes()
