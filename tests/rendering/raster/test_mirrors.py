"""Smooth floors mirror what stands on them, where and as bright as optics says."""

from __future__ import annotations

from dataclasses import replace
from math import pi

import numpy as np
import pytest

from simgen.assets import AssetLibrary, procedural
from simgen.geometry import Pose, apply, invert_rigid
from simgen.records.asset import AssetRef
from simgen.records.light import EnvironmentLight
from simgen.records.scene import MaterialOverride, Scene, SceneObject
from simgen.rendering.raster import RasterRenderer
from simgen.rendering.raster.drawables import make_drawables, visible_items
from simgen.rendering.raster.mirrors import find_mirror
from tests.builders import box, camera, floor, make_scene, sphere
from tests.lamps import DARK, panel
from tests.measures.light import luminance
from tests.rendering.raster.conftest import Render
from tests.views import still_view

SKY = EnvironmentLight(map=None, illuminance_lux=1000.0)
POLISHED = MaterialOverride(base_color_rgb=(1.0, 1.0, 1.0), roughness=0.05, metallic=1.0)
RED = MaterialOverride(base_color_rgb=(0.6, 0.05, 0.05), roughness=1.0, metallic=0.0)
SEEN = camera(eye=(2.0, 0.0, 1.0), target=(0.0, 0.0, 0.0), width=160, height=120)


def room(material: MaterialOverride) -> Scene:
    """A red ball above the floor."""
    return make_scene(
        [floor(material=material), sphere(0.25, (0.0, 0.0, 0.5), material=RED)], [SEEN], environment=SKY
    )


def road(wet: float) -> SceneObject:
    """A level stretch of road, the middle of a lane along the X axis."""
    ref = AssetRef("procedural/road", (("length_m", 60.0), ("wet", wet)))
    (x, y, z), size_m = procedural.middle_m(ref), procedural.describe(ref).size_m
    return replace(floor(), asset=ref, name="pavement", pose=Pose((x, y + 1.75, z)), size_m=size_m)


def test_a_ball_is_mirrored_below_the_floor_as_bright_as_it_is_seen_from_there(render: Render) -> None:
    scene = room(POLISHED)
    frame = render(scene)
    image = apply(invert_rigid(SEEN.pose_at(0).matrix()), [[0.0, 0.0, -0.5]])
    u, v = np.round(SEEN.intrinsics.project(image)[0]).astype(int)
    assert frame.instance_id[v, u] == 1
    below = camera(eye=(2.0, 0.0, -1.0), target=(0.0, 0.0, 0.0), width=160, height=120)
    lifted = replace(scene, cameras=(below,), objects=(scene.objects[0], scene.objects[1]))
    up = apply(invert_rigid(below.pose_at(0).matrix()), [[0.0, 0.0, 0.5]])
    u2, v2 = np.round(below.intrinsics.project(up)[0]).astype(int)
    away = replace(lifted.objects[0], pose=replace(lifted.objects[0].pose, position_m=(0.0, 0.0, -90.0)))
    direct = render(replace(lifted, objects=(away, lifted.objects[1])))
    assert direct.instance_id[v2, u2] == 2
    mirrored, straight = frame.radiance[v, u].astype(float), direct.radiance[v2, u2].astype(float)
    assert mirrored[0] > 3 * mirrored[2]
    assert mirrored[0] == pytest.approx(straight[0], rel=0.35)  # the floor itself lights the ball from below


def test_who_stands_before_a_panel_hides_it_in_the_mirror_too(render: Render) -> None:
    lamp = panel((-2.0, 0.0, 0.5), (0.0, 0.0, 0.5), 1000.0, 3.0, 1.0)
    scene = make_scene(
        [floor(material=POLISHED), sphere(0.25, (0.0, 0.0, 0.5))],
        [SEEN],
        suns=[],
        environment=DARK,
        panels=(lamp,),
    )
    picture = luminance(render(scene))
    image = apply(invert_rigid(SEEN.pose_at(0).matrix()), [[0.0, 0.0, -0.5], [-2.0, 1.0, -0.5]])
    (u, v), (beside_u, beside_v) = np.round(SEEN.intrinsics.project(image)).astype(int)
    assert picture[beside_v, beside_u] == pytest.approx(1000.0 / (pi * 3.0), rel=0.03)
    assert picture[v, u] < 0.1 * picture[beside_v, beside_u]


def test_a_wet_road_mirrors_who_stands_on_it(render: Render) -> None:
    """A film of water is a coat: 4 % at right angles, most of the light at grazing ones."""
    wet, dry = (
        render(
            make_scene([road(share), sphere(0.25, (0.0, 0.0, 0.5), material=RED)], [SEEN], environment=SKY)
        )
        for share in (1.0, 0.0)
    )
    image = apply(invert_rigid(SEEN.pose_at(0).matrix()), [[0.0, 0.0, -0.5]])
    u, v = np.round(SEEN.intrinsics.project(image)[0]).astype(int)
    assert wet.instance_id[v, u] == dry.instance_id[v, u] == 1
    redness = [frame.radiance[v, u, 0] / frame.radiance[v, u, 2] for frame in (wet, dry)]
    assert redness[0] > 1.03 * redness[1]


def test_labels_do_not_know_of_reflections(render: Render) -> None:
    shiny, matt = render(room(POLISHED)), render(room(replace(POLISHED, roughness=0.9)))
    assert shiny.instance_id.tobytes() == matt.instance_id.tobytes()
    assert shiny.depth_m.tobytes() == matt.depth_m.tobytes()
    assert luminance(shiny).tobytes() != luminance(matt).tobytes()


def test_what_is_above_the_picture_is_mirrored_too(render: Render) -> None:
    """A mirror shows what the camera does not see itself: here a red ceiling lamp of matt paint."""
    ceiling = box((4.0, 4.0, 0.1), at=(0.0, 0.0, 3.0), material=RED)
    down = camera(eye=(0.3, 0.0, 1.0), target=(0.0, 0.0, 0.0), width=80, height=60)
    frame = render(make_scene([floor(material=POLISHED), ceiling], [down], environment=SKY))
    assert (frame.instance_id == 1).all()
    r, _, b = frame.radiance[30, 40].astype(float)
    assert r > 3 * b


@pytest.mark.parametrize(
    ("material", "mirrors"),
    [(POLISHED, True), (replace(POLISHED, roughness=0.5), False), (None, False)],
    ids=["polished", "rough", "own"],
)
def test_only_smooth_floors_are_mirrors(
    raster: RasterRenderer, library: AssetLibrary, material: MaterialOverride | None, mirrors: bool
) -> None:
    scene = make_scene([floor(material=material), sphere(0.25, (0.0, 0.0, 0.5), material=POLISHED)], [SEEN])
    view = still_view(scene)
    items = visible_items(make_drawables(scene, library, raster.models), view)
    found = find_mirror(items, view)
    assert (found is not None) == mirrors
    if found is not None:
        assert found.normal == pytest.approx((0.0, 0.0, 1.0))
        assert found.offset_m == pytest.approx(0.0, abs=1e-6)
        twice = found.view(found.view(view)).T_world_camera
        np.testing.assert_allclose(twice, view.T_world_camera, atol=1e-12)


def test_a_mirror_shows_the_same_whatever_was_drawn_before(raster: RasterRenderer, render: Render) -> None:
    """The mark that a picture is checked by changes from frame to frame, and is no part of any picture."""
    scene = replace(room(POLISHED), cameras=(camera((2.0, 0.0, 1.0), width=41, height=31),))
    pictures: set[bytes] = set()
    for count in (0, 100, 248):
        raster.frame_count = count
        pictures.add(render(scene).radiance.tobytes())
    assert len(pictures) == 1


def test_pictures_of_many_sizes_keep_their_mirrors(render: Render) -> None:
    """Only a few framebuffers are kept; those of the picture being drawn are among them."""
    sizes = [(40 + 8 * step, 32) for step in range(4)]
    scenes = [
        replace(room(POLISHED), cameras=(camera((2.0, 0.0, 1.0), width=w, height=h),))
        for w, h in (*sizes, sizes[0])
    ]
    pictures = [render(scene).radiance.tobytes() for scene in scenes]
    assert pictures[0] == pictures[-1]


def test_from_below_a_floor_mirrors_nothing(raster: RasterRenderer, library: AssetLibrary) -> None:
    below = camera(eye=(2.0, 0.0, -1.0), target=(0.0, 0.0, -0.2), width=80, height=60)
    scene = make_scene([floor(material=POLISHED)], [below])
    view = still_view(scene)
    items = visible_items(make_drawables(scene, library, raster.models), view)
    assert find_mirror(items, view) is None


LOW = camera(eye=(6.0, 0.0, 0.6), target=(0.0, 0.0, 0.0), width=320, height=240, fov_rad=0.5)


def painted(wet: float, *things: SceneObject) -> Scene:
    """An edge line along the X axis, and the road that it is painted on."""
    parts: list[SceneObject] = []
    for name in ("road", "road_marking"):
        ref = AssetRef(f"procedural/{name}", (("length_m", 60.0), ("wet", wet)))
        (x, y, z), size_m = procedural.middle_m(ref), procedural.describe(ref).size_m
        pose = Pose((x - 20.0, y + 3.56, z))
        parts.append(replace(floor(), asset=ref, name=name, pose=pose, size_m=size_m))
    return make_scene([*parts, *things], [LOW], suns=[], environment=SKY)


def test_paint_on_a_wet_road_mirrors_what_the_road_mirrors(render: Render) -> None:
    """Of a film's mirror image at a grazing angle, a black ball takes away the sky's share: Fresnel's by Schlick."""
    ball = sphere(0.25, (0.0, 0.0, 0.5), material=replace(RED, base_color_rgb=(0.0, 0.0, 0.0)))
    image = apply(invert_rigid(LOW.pose_at(0).matrix()), [[0.0, 0.0, -0.5], [0.0, 0.12, -0.5]])
    on_paint, beside = np.round(LOW.intrinsics.project(image)).astype(int)
    with_it, without = render(painted(1.0, ball)), render(painted(1.0))
    taken = (luminance(without) - luminance(with_it))[on_paint[1], on_paint[0]]
    taken_beside = (luminance(without) - luminance(with_it))[beside[1], beside[0]]
    ids = [int(with_it.instance_id[v, u]) for u, v in (on_paint, beside)]
    assert ids == [2, 1]
    sine = 1.1 / np.hypot(6.0, 1.1)  # of the angle above the road
    sky = 1000.0 / pi
    assert taken == pytest.approx(sky * (0.04 + 0.96 * (1 - sine) ** 5), rel=0.2)
    assert taken == pytest.approx(taken_beside, rel=0.1)
    dry = [luminance(render(painted(0.0, *things)))[on_paint[1], on_paint[0]] for things in ((ball,), ())]
    assert dry[0] > 0.9 * dry[1]


def test_paint_in_the_plane_of_a_floor_is_found_and_what_lies_higher_is_not(
    raster: RasterRenderer, library: AssetLibrary
) -> None:
    sheet = box((0.5, 0.5, 0.002), at=(0.0, 0.0, -0.0005), material=POLISHED, is_thing=False)
    plate = box((0.5, 0.5, 0.04), at=(0.0, 1.0, 0.02), material=POLISHED, is_thing=False)
    scene = make_scene([floor(material=POLISHED), sheet, plate], [SEEN])
    view = still_view(scene)
    found = find_mirror(visible_items(make_drawables(scene, library, raster.models), view), view)
    assert found is not None
    assert found.instance_id == 1
    assert found.members == {1, 2}
