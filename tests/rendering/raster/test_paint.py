"""Painted lines cover of each pixel what geometry says, however thin they are; labels know nothing of it."""

from __future__ import annotations

from dataclasses import replace
from math import cos, sin

import numpy as np
import pytest

from simgen.assets import AssetLibrary, procedural
from simgen.geometry import Pose, quaternion_about_axis
from simgen.records.asset import AssetRef
from simgen.records.light import EnvironmentLight
from simgen.records.scene import MaterialOverride, Scene, SceneObject
from simgen.rendering.raster import RasterRenderer
from simgen.rendering.raster.drawables import make_drawables, visible_items
from simgen.rendering.raster.paint import is_paint
from tests.builders import box, camera, floor, make_scene, static_box
from tests.measures.light import luminance
from tests.rendering.raster.conftest import Render
from tests.views import still_view

SKY = EnvironmentLight(map=None, illuminance_lux=1000.0)
BLACK = MaterialOverride(base_color_rgb=(0.0, 0.0, 0.0), roughness=1.0, metallic=0.0)
GREY = MaterialOverride(base_color_rgb=(0.3, 0.3, 0.3), roughness=1.0, metallic=0.0)
DOWN = camera(eye=(0.0, -0.001, 10.0), target=(0.0, 0.0, 0.0), width=96, height=72, fov_rad=0.6)
PX_PER_M = DOWN.intrinsics.fx / 10.0
LONG_M = 4.0


def line(width_px: float, turned_rad: float = 0.0) -> SceneObject:
    """A line on the floor, as long as 40 pixels or so."""
    strip = static_box(
        (LONG_M, width_px / PX_PER_M, 0.002), (0.011, 0.007, 0.0), is_thing=False, material=GREY
    )
    turn = quaternion_about_axis((0.0, 0.0, 1.0), turned_rad)
    return replace(strip, pose=Pose(strip.pose.position_m, turn))


def painted(*things: SceneObject) -> Scene:
    return make_scene([floor(material=BLACK), *things], [DOWN], suns=[], environment=SKY)


@pytest.mark.parametrize("turned_rad", [0.03, 0.5, 1.54])
@pytest.mark.parametrize("width_px", [0.3, 0.8, 2.4])
def test_a_line_is_as_bright_as_it_is_wide_and_has_no_gaps(
    render: Render, width_px: float, turned_rad: float
) -> None:
    wide = luminance(render(painted(line(30.0))))
    picture = luminance(render(painted(line(width_px, turned_rad))))
    bare = luminance(render(painted()))
    share = (picture - bare) / (wide - bare)[36, 48]
    assert share.sum() == pytest.approx(LONG_M * PX_PER_M * width_px, rel=0.06)
    steep = abs(sin(turned_rad)) > abs(cos(turned_rad))
    across = share.sum(axis=1 if steep else 0)  # of each row, or column, that the line crosses
    long_px = LONG_M * PX_PER_M * max(abs(sin(turned_rad)), abs(cos(turned_rad)))
    middle = across[len(across) // 2 - int(0.4 * long_px) : len(across) // 2 + int(0.4 * long_px)]
    wide_px = width_px / max(abs(sin(turned_rad)), abs(cos(turned_rad)))
    np.testing.assert_allclose(
        middle, wide_px, atol=0.17
    )  # of 16 places in a pixel one may miss on each side


@pytest.mark.parametrize("row", [6.3, 36.0, 64.8])
def test_a_line_lies_where_the_camera_sees_it_in_every_part_of_the_picture(
    render: Render, row: float
) -> None:
    middle = replace(line(2.4), pose=Pose((0.0, (DOWN.intrinsics.cy - row) / PX_PER_M, 0.0)))
    share = luminance(render(painted(middle))) - luminance(render(painted()))
    across = share[:, 44:52].sum(axis=1)
    assert across @ np.arange(len(across)) / across.sum() == pytest.approx(row, abs=0.1)


def test_labels_are_those_of_pixel_centres(raster: RasterRenderer, library: AssetLibrary) -> None:
    scene = painted(line(0.7, 0.4))
    view = replace(still_view(scene), extra_buffers=frozenset({"albedo", "part_id"}))
    with raster.open(scene, library) as session:
        lit, unlit = session.render(view), session.render(view, lit=False)
    for name in ("instance_id", "depth_m", "normals_camera", "albedo", "part_id"):
        assert getattr(lit, name).tobytes() == getattr(unlit, name).tobytes()
    assert lit.albedo is not None
    on_line = lit.instance_id == 2
    assert on_line.any()
    assert (lit.albedo[on_line, 0] > 0.29).all()
    assert (lit.albedo[~on_line, 0] < 0.1).all()


def test_what_stands_over_a_line_has_nothing_of_it(render: Render) -> None:
    over = box((0.5, 0.5, 0.5), at=(0.0, 0.0, 0.25), material=BLACK)
    with_line, without = (render(painted(*lines, over)) for lines in ((line(1.5),), ()))
    hidden = with_line.instance_id == 3
    assert hidden.sum() > 20
    inner = (
        hidden
        & np.roll(hidden, 2, 0)
        & np.roll(hidden, -2, 0)
        & np.roll(hidden, 2, 1)
        & np.roll(hidden, -2, 1)
    )
    np.testing.assert_allclose(luminance(with_line)[inner], luminance(without)[inner], rtol=0.02)


def test_lines_are_paint_and_roads_things_and_walls_are_not(
    raster: RasterRenderer, library: AssetLibrary
) -> None:
    parts: list[SceneObject] = []
    for name in ("road_marking", "road"):
        ref = AssetRef(f"procedural/{name}", (("length_m", 60.0),))
        parts.append(
            replace(
                floor(),
                asset=ref,
                pose=Pose(procedural.middle_m(ref)),
                size_m=procedural.describe(ref).size_m,
            )
        )
    strip, wall = line(1.0), static_box((4.0, 0.1, 2.0), (0.0, 2.0, 1.0), is_thing=False)
    scene = make_scene([*parts, strip, wall, replace(strip, is_thing=True)], [DOWN])
    items = visible_items(make_drawables(scene, library, raster.models), still_view(scene))
    assert {item.instance_id for item in items} == {1, 2, 3, 4, 5}
    assert {item.instance_id for item in items if is_paint(item)} == {1, 3}
