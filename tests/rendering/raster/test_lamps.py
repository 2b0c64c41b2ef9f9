"""Lamps against formula: spots, points, panels, their shadows, what carries and dims them."""

from __future__ import annotations

from dataclasses import replace
from math import atan, cos, pi, radians, sqrt

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.geometry import Vec3, apply, invert_rigid
from simgen.records.frame import Frame
from simgen.records.light import EnvironmentLight, SpotLight, SunLight
from simgen.records.scene import MaterialOverride, Scene
from simgen.rendering.lamps import lights_in
from simgen.rendering.raster import RasterRenderer
from simgen.rendering.raster.casters import Casters
from simgen.rendering.raster.lamp import Lamp, lamps_of
from simgen.rendering.raster.lamp_maps import MOST_SHADOWED, LampMaps, shadowed, slots_of
from tests.builders import box, camera, floor, make_scene, static_box
from tests.lamps import DARK, aimed, panel, point_lamp, spot
from tests.measures.light import luminance
from tests.rendering.raster.conftest import Render
from tests.views import still_view

GREY = MaterialOverride(base_color_rgb=(0.5, 0.5, 0.5), roughness=1.0, metallic=0.0)
GREY_RETURNS = 0.93 * 0.5 + 0.01  # seen from above: what it keeps of its colour, and a little that it mirrors
OVERHEAD = camera(eye=(0.0, 0.0, 3.0), target=(0.0, 0.0, 0.0), width=80, height=60)


def lux(frame: Frame, row: int = 30, column: int = 40) -> float:
    """Illuminance of a grey matt sheet at a pixel."""
    return float(luminance(frame)[row, column]) * pi / GREY_RETURNS


def seen_at(scene: Scene, frame: Frame, p_world: Vec3) -> float:
    """Luminance where a world point projects to."""
    seen = scene.cameras[0]
    u, v = seen.intrinsics.project(apply(invert_rigid(seen.pose_at(0).matrix()), [p_world]))[0]
    return float(luminance(frame)[round(v), round(u)])


def sheet(*lights: SpotLight, **fields: object) -> Scene:
    return make_scene([floor(material=GREY)], [OVERHEAD], suns=[], environment=DARK, lights=lights, **fields)


def test_away_from_its_axis_a_spot_falls_off_smoothly_and_with_the_cosine(render: Render) -> None:
    scene = sheet(spot((0.0, 0.0, 1.0), (0.0, 0.0, 0.0), 1000.0, inner_angle_rad=0.2, outer_angle_rad=0.6))
    frame = render(scene)
    off_m = np.hypot(*np.moveaxis(frame.object_coordinates_m[..., :2].astype(float), -1, 0))
    angle = np.arctan(off_m)
    x = np.clip((np.cos(angle) - cos(0.6)) / (cos(0.2) - cos(0.6)), 0, 1)
    expected = 1000.0 * x * x * (3 - 2 * x) * np.cos(angle) ** 3 * GREY_RETURNS / pi
    assert expected.min() == 0.0
    np.testing.assert_allclose(luminance(frame), expected, rtol=0.03, atol=0.03)


def test_a_point_lamp_shines_to_every_side(render: Render) -> None:
    walls = [static_box((0.1, 4.0, 4.0), (side * 2.0, 0.0, 0.0), material=GREY) for side in (-1.0, 1.0)]
    lamp = point_lamp((0.0, 0.0, 0.0), 100.0)
    for target in ((1.0, 0.0, 0.0), (-1.0, 0.0, 0.0)):
        seen = camera(eye=(0.0, 0.0, 0.0), target=target, width=80, height=60)
        frame = render(make_scene(walls, [seen], suns=[], environment=DARK, lights=(lamp,)))
        assert lux(frame, row=10) < lux(frame, row=29)
        assert lux(frame) == pytest.approx(100.0 / 1.95**2, rel=0.02)


def corner_form_factor(a: float, b: float, c: float) -> float:
    """View factor from a point to a parallel rectangle a x b at distance c, one corner above the point.

    Howell, "A catalog of radiation heat transfer configuration factors", B-3.
    """
    x, y = a / c, b / c
    return (
        x / sqrt(1 + x * x) * atan(y / sqrt(1 + x * x)) + y / sqrt(1 + y * y) * atan(x / sqrt(1 + y * y))
    ) / (2 * pi)


@pytest.mark.parametrize("height_m", [0.3, 1.0, 2.5])
def test_a_panel_gives_the_illuminance_of_the_closed_form(render: Render, height_m: float) -> None:
    lamp = panel((0.0, 0.0, height_m), (0.0, 0.0, 0.0), 1000.0, 1.2, 0.6)
    seen = camera(eye=(0.02, 0.0, min(0.28, height_m / 2)), target=(0.02, 0.0, 0.0), width=80, height=60)
    frame = render(make_scene([floor(material=GREY)], [seen], suns=[], environment=DARK, panels=(lamp,)))
    expected = 1000.0 / (1.2 * 0.6) * 4 * corner_form_factor(0.6, 0.3, height_m)
    # 2.5 %: of a grey sheet's light a little is mirrored, which is not shared out like the rest
    assert lux(frame) == pytest.approx(expected, rel=0.025)


def test_a_panel_lights_a_wall_that_it_stands_on_by_the_part_before_the_wall(render: Render) -> None:
    """Perpendicular rectangle with a corner at the foot of the normal: F = (atan(1/y) - ...) / 2 pi, Howell B-4."""
    lamp = panel((0.0, 0.0, 1.0), (0.0, 0.0, 0.0), 1000.0, 2.0, 2.0)  # half of it lies behind the wall's face
    wall = static_box((0.1, 6.0, 0.9), (-0.05, 0.0, 0.45), material=GREY)
    seen = camera(eye=(0.5, 0.0, 0.5), target=(0.0, 0.0, 0.5), width=80, height=60)
    frame = render(
        make_scene([wall], [seen], suns=[], environment=DARK, panels=(replace(lamp, casts_shadows=False),))
    )
    below, half, out = 0.5, 1.0, 1.0
    y, x = below / half, out / half
    corner = (atan(1 / y) - y / sqrt(x * x + y * y) * atan(1 / sqrt(x * x + y * y))) / (2 * pi)
    assert lux(frame) == pytest.approx(1000.0 / 4 * 2 * corner, rel=0.03)


def test_a_mirror_shows_a_panel_as_bright_as_it_is(render: Render) -> None:
    mirror = MaterialOverride(base_color_rgb=(1.0, 1.0, 1.0), roughness=0.05, metallic=1.0)
    lamp = panel((1.0, 0.0, 1.0), (0.0, 0.0, 0.0), 1000.0, 0.8, 0.8)
    seen = camera(eye=(-1.0, 0.0, 1.0), target=(0.0, 0.0, 0.0), width=80, height=60)
    scene = make_scene([floor(material=mirror)], [seen], suns=[], environment=DARK, panels=(lamp,))
    assert luminance(render(scene))[30, 40] == pytest.approx(1000.0 / (pi * 0.64), rel=0.03)


def glossy_panel(p: Vec3, eye: Vec3, x_m: float, half_m: float, height_m: float, alpha: float) -> float:
    """Luminance of a perfectly reflecting rough floor under a standing panel of luminance 1: GGX, summed up."""
    across = np.linspace(-half_m, half_m, 161)
    y, z = np.meshgrid(across, across + height_m)
    way = np.stack([np.full_like(y, x_m), y, z], axis=-1) - np.array(p)
    squared = (way**2).sum(axis=-1)
    to_light, to_eye = (
        way / np.sqrt(squared)[..., None],
        np.subtract(eye, p) / np.linalg.norm(np.subtract(eye, p)),
    )
    half = to_light + to_eye
    n_h = half[..., 2] / np.linalg.norm(half, axis=-1)
    n_l, n_v, a2 = to_light[..., 2], to_eye[2], alpha**2
    density = a2 / (pi * (n_h**2 * (a2 - 1) + 1) ** 2)
    seen = 0.5 / (n_l * np.sqrt(n_v**2 * (1 - a2) + a2) + n_v * np.sqrt(n_l**2 * (1 - a2) + a2))
    solid_angle = to_light[..., 0] * (across[1] - across[0]) ** 2 / squared
    return float((density * seen * n_l * solid_angle).sum())


def test_a_grazing_panel_is_mirrored_tall_and_narrow(render: Render) -> None:
    """A slope turns a grazing ray far less across the plane of incidence than in it."""
    metal = MaterialOverride(base_color_rgb=(1.0, 1.0, 1.0), roughness=0.4, metallic=1.0)
    eye = (-3.0, 0.0, 0.7)
    lamp = panel((3.0, 0.0, 0.7), (0.0, 0.0, 0.7), 1000.0, 0.8, 0.8)
    seen = camera(eye=eye, target=(0.0, 0.0, 0.0), width=160, height=120)
    scene = make_scene([floor(material=metal)], [seen], suns=[], environment=DARK, panels=(lamp,))
    frame = render(scene)
    places = [(0.0, y, 0.0) for y in (0.0, 0.2, 0.4, 0.6, 0.8)] + [(-1.0, 0.0, 0.0)]
    expected = np.array([glossy_panel(p, eye, 3.0, 0.4, 0.7, 0.16) for p in places])
    found = np.array([seen_at(scene, frame, p) for p in places])
    np.testing.assert_allclose(found / found[0], expected / expected[0], atol=0.08)


@pytest.mark.parametrize("roughness", [0.7, 0.85, 1.0])
def test_a_rough_floor_mirrors_a_panel_above_it_by_its_whole_lobe(render: Render, roughness: float) -> None:
    """Seen low, far off the mirrored ray: GGX with Smith's shadowing and masking, the panel small from there."""
    metal = MaterialOverride(base_color_rgb=(1.0, 1.0, 1.0), roughness=roughness, metallic=1.0)
    lamp = panel((0.0, 0.0, 2.0), (0.0, 0.0, 0.0), 1000.0, 0.2, 0.2)
    seen = camera(eye=(-3.0, 0.0, 0.8), target=(0.0, 0.0, 0.0), width=80, height=60)
    scene = make_scene([floor(material=metal)], [seen], suns=[], environment=DARK, panels=(lamp,))
    n_v, a2 = 0.8 / sqrt(9.64), roughness**4
    n_h = sqrt((1 + n_v) / 2)
    density = a2 / (pi * (n_h**2 * (a2 - 1) + 1) ** 2)
    share = density / (2 * (n_v + sqrt(n_v**2 * (1 - a2) + a2)))  # straight down nothing is shadowed
    assert seen_at(scene, render(scene), (0.0, 0.0, 0.0)) == pytest.approx(1000.0 / pi / 4 * share, rel=0.08)


@pytest.mark.parametrize("outer_rad", [0.7, 1.2, pi], ids=["narrow", "wide", "point"])
def test_the_shadow_of_a_box_lies_where_geometry_says(render: Render, outer_rad: float) -> None:
    """From a lamp at height 2 over x = 1, an edge at height 0.4 over x = -0.2 throws its shadow to x = -0.5."""
    lamp = spot(
        (1.0, 0.0, 2.0), (-0.2, 0.0, 0.0), inner_angle_rad=0.6, outer_angle_rad=outer_rad, radius_m=0.001
    )
    fine = camera(eye=(-0.4, 0.0, 2.0), target=(-0.4, 0.0, 0.0), width=160, height=120)
    thing = box((0.4, 0.4, 0.4), at=(0.0, 0.0, 0.2))
    scene = make_scene([floor(material=GREY), thing], [fine], suns=[], environment=DARK, lights=(lamp,))
    frame = render(scene)
    path = np.linspace(-0.4, -0.6, 41)
    values = np.array([seen_at(scene, frame, (float(x), 0.0, 0.0)) for x in path])
    edge = path[int(np.argmax(values > values.max() / 2))]
    assert edge == pytest.approx(-0.5, abs=0.02)
    assert values[0] < 0.02 * values[-1]


def test_without_shadows_a_box_leaves_none(render: Render) -> None:
    lamp = spot((1.0, 0.0, 2.0), (-0.2, 0.0, 0.0), casts_shadows=False)
    thing = box((0.4, 0.4, 0.4), at=(0.0, 0.0, 0.2))
    scene = make_scene([floor(material=GREY), thing], [OVERHEAD], suns=[], environment=DARK, lights=(lamp,))
    frame = render(scene)
    assert seen_at(scene, frame, (-0.4, 0.0, 0.0)) > 20.0


def test_a_larger_lamp_has_a_softer_shadow(render: Render) -> None:
    fine = camera(eye=(-0.6, 0.0, 1.5), target=(-0.6, 0.0, 0.0), width=320, height=240)
    thing = box((0.4, 0.4, 0.1), at=(0.0, 0.0, 0.6))

    def half_lit_px(radius_m: float) -> int:
        lamp = spot((1.0, 0.0, 2.0), (-0.5, 0.0, 0.0), radius_m=radius_m)
        scene = make_scene([floor(material=GREY), thing], [fine], suns=[], environment=DARK)
        lit, all_lit = (
            luminance(render(replace(scene, lights=(replace(lamp, casts_shadows=blocked),))))[120]
            for blocked in (True, False)
        )
        return int(((lit > 0.1 * all_lit) & (lit < 0.9 * all_lit)).sum())

    assert half_lit_px(0.1) > 3 * max(half_lit_px(0.005), 1)


def test_a_wide_lamp_lights_the_bottom_of_a_pit(render: Render) -> None:
    """Blockers are looked for in a disc as wide as the lamp's, where all but the pit itself is nearer to the lamp."""
    sides: list[tuple[Vec3, Vec3]] = [
        ((1.0, 0.5, 0.02), (0.0, 0.28, 0.01)),
        ((1.0, 0.5, 0.02), (0.0, -0.28, 0.01)),
        ((0.5, 0.06, 0.02), (0.28, 0.0, 0.01)),
        ((0.5, 0.06, 0.02), (-0.28, 0.0, 0.01)),
    ]
    lamp = spot((0.0, 0.0, 2.0), (0.0, 0.0, 0.0), outer_angle_rad=0.7, radius_m=0.3)
    near = camera(eye=(0.0, 0.0, 1.2), target=(0.0, 0.0, 0.0), width=80, height=60, fov_rad=0.3)
    plain = replace(sheet(lamp), cameras=(near,))
    rims = [static_box(size, at, material=GREY) for size, at in sides]
    pit = replace(plain, objects=make_scene([floor(material=GREY), *rims]).objects)
    assert lux(render(pit)) == pytest.approx(lux(render(plain)), rel=0.02)


def test_of_many_lamps_those_cast_shadows_that_could_be_brightest_at_the_camera() -> None:
    lamps = [point_lamp((float(d), 0.0, 1.0), 100.0, name=f"lamp{d:02d}") for d in range(1, 17)]
    scene = make_scene(lights=tuple(lamps))
    chosen = shadowed(lamps_of(lights_in(scene, still_view(scene))), np.array([16.0, 0.0, 1.0]))
    assert len(chosen) == MOST_SHADOWED
    assert [round(lamp.position_m[0]) for lamp in chosen] == list(range(16, 16 - MOST_SHADOWED, -1))


def test_sixteen_lamps_give_the_sum_of_their_light(render: Render) -> None:
    ring = [spot((cos(i), cos(i - pi / 2), 2.0), (0.0, 0.0, 0.0), 100.0, name=f"lamp{i}") for i in range(16)]
    one = lux(render(sheet(ring[0])))
    assert lux(render(sheet(*ring))) == pytest.approx(16 * one, rel=0.02)


def test_a_mounted_lamp_moves_with_its_body_and_goes_with_it(
    raster: RasterRenderer, library: AssetLibrary
) -> None:
    lamp = replace(spot((0.0, 0.0, 0.0), (0.0, 0.0, -1.0), 100.0), mount="drone")
    drone = box((0.1, 0.1, 0.02), at=(-2.5, 0.0, 2.0), name="drone")
    scene = make_scene([floor(material=GREY), drone], [OVERHEAD], suns=[], environment=DARK, lights=(lamp,))
    view = still_view(scene)
    here = view.T_world_objects.copy()
    here[1, 0, 3] = 0.5
    with raster.open(scene, library) as session:
        away = session.render(view)
        moved = session.render(replace(view, T_world_objects=here))
        gone = session.render(replace(view, T_world_objects=here, present=np.array([True, False])))
    assert seen_at(scene, moved, (0.5, 0.3, 0.0)) > 3.0
    assert seen_at(scene, away, (0.5, 0.3, 0.0)) == 0.0
    assert luminance(gone).max() == 0.0


def test_factors_dim_each_light_by_name(raster: RasterRenderer, library: AssetLibrary) -> None:
    """Suns, lamps, panels and environment add up, each as bright as its factor says; None: lamps that are on."""
    scene = make_scene(
        [floor(material=GREY)],
        [OVERHEAD],
        suns=[SunLight("sun", (0.0, 0.0, 1.0), 40.0)],
        environment=EnvironmentLight(None, 20.0),
        lights=(spot((0.0, 0.0, 2.0), (0.0, 0.0, 0.0), 400.0, on=False),),
        panels=(panel((0.0, 0.0, 3.5), (0.0, 0.0, 0.0), 500.0, 0.5, 0.5),),
    )
    view = still_view(scene)
    assert scene.light_names == ("sun", "spot", "panel", "environment")
    with raster.open(scene, library) as session:

        def at(*factors: float) -> float:
            return lux(session.render(replace(view, light_factors=np.array(factors))))

        single = [at(*row) for row in np.eye(4)]
        assert single[:2] == pytest.approx([40.0, 100.0], rel=0.02)
        assert single[3] == pytest.approx(20.0, rel=0.04)  # from all around a little more is sent back
        assert at(0.5, 2.0, 1.0, 0.0) == pytest.approx(0.5 * single[0] + 2 * single[1] + single[2], rel=0.01)
        assert at(0.0, 0.0, 0.0, 0.0) == 0.0
        assert lux(session.render(view)) == pytest.approx(single[0] + single[2] + single[3], rel=0.01)


def test_an_absent_body_is_neither_seen_nor_casts_a_shadow(
    raster: RasterRenderer, library: AssetLibrary
) -> None:
    sun = SunLight("sun", (0.6, 0.0, 0.8), 10_000.0)
    with_box = make_scene(
        [floor(material=GREY), box((0.4, 0.4, 0.4), at=(0.0, 0.0, 0.2))], [OVERHEAD], suns=[sun]
    )
    view = still_view(with_box)
    with raster.open(with_box, library) as session:
        there = session.render(replace(view, present=np.array([True, True])))
        absent = session.render(replace(view, present=np.array([True, False])))
        again = session.render(view)
    assert 2 in there.instance_id
    assert 2 not in absent.instance_id
    assert 2 not in absent.silhouettes
    assert seen_at(with_box, absent, (-0.3, 0.0, 0.0)) > 2 * seen_at(with_box, there, (-0.3, 0.0, 0.0))
    assert again.radiance.tobytes() == there.radiance.tobytes()


def test_what_does_not_move_keeps_its_map_and_its_bytes(
    raster: RasterRenderer, library: AssetLibrary
) -> None:
    """A picture is the same whether its lamps' depth maps were drawn for it or for a view before."""
    lamps = tuple(point_lamp((x, 1.0, 2.0), 50.0, name=f"lamp{x:+.0f}") for x in (-1.0, 1.0))
    things = [floor(material=GREY), box((0.4, 0.4, 0.4), at=(0.0, 0.0, 0.2))]
    scene = make_scene(things, [OVERHEAD], suns=[], environment=DARK, lights=lamps)
    view = still_view(scene)
    lifted = view.T_world_objects.copy()
    lifted[1, 2, 3] += 0.3
    with raster.open(scene, library) as session:
        first = session.render(view).radiance.tobytes()
        session.render(replace(view, T_world_objects=lifted))
        session.render(replace(view, light_factors=np.array([0.0, 1.0, 1.0])))
        assert session.render(view).radiance.tobytes() == first


def test_a_lamp_is_seen_shining_from_the_front_and_not_from_behind(render: Render) -> None:
    lamp = SpotLight("lamp", aimed((0.0, 0.0, 1.0), (1.0, 0.0, 1.0)), "", 1000.0, radius_m=0.1)
    for eye_x, expected in ((3.0, 1000.0 / (pi * 0.1**2)), (-3.0, 0.0)):
        seen = camera(eye=(eye_x, 0.0, 1.0), target=(0.0, 0.0, 1.0), width=80, height=60)
        frame = render(make_scene([floor()], [seen], suns=[], environment=DARK, lights=(lamp,)))
        assert luminance(frame)[29:31, 39:41].max() == pytest.approx(expected, rel=0.01)
        assert frame.instance_id[29, 39] == 0


def test_narrow_cones_light_the_same_in_every_part_of_the_image(render: Render) -> None:
    """Lamps are drawn tile by tile: no tile that a cone touches may be left out."""
    lamps = [
        spot(
            (x, y, 1.0),
            (x, y, 0.0),
            100.0,
            inner_angle_rad=radians(9),
            outer_angle_rad=radians(10),
            name=f"{i}",
        )
        for i, (x, y) in enumerate(
            (x, y) for x in np.linspace(-1.6, 1.6, 5) for y in np.linspace(-1.1, 1.1, 4)
        )
    ]
    scene = sheet(*lamps)
    frame = render(scene)
    middles = [
        seen_at(scene, frame, (lamp.pose.position_m[0], lamp.pose.position_m[1], 0.0)) for lamp in lamps
    ]
    np.testing.assert_allclose(middles, 100.0 * GREY_RETURNS / pi, rtol=0.05)


def test_a_lamp_that_shines_away_from_all_that_is_seen_changes_nothing(render: Render) -> None:
    assert luminance(render(sheet(spot((0.0, 0.0, 8.0), (0.0, 0.0, 9.0))))).max() == 0.0


def test_maps_lie_where_they_would_lie_without_the_scenes_before(raster: RasterRenderer) -> None:
    """Where a lamp's map lies in the atlas decides the last bit of what is read from it."""
    view = still_view(make_scene([], [camera()]))

    def lamps(*heights: float) -> list[Lamp]:
        lights = [spot((1.0, 0.0, z), (0.0, 0.0, 0.0), name=f"lamp{z}") for z in heights]
        return list(lamps_of(lights_in(make_scene([], [camera()], lights=lights), view)))

    maps = LampMaps(raster.context, Casters(raster.context))
    places: list[tuple[list[int], tuple[int, int]]] = []
    for before in ((), (1.0, 2.0, 3.0, 4.0, 5.0), (2.5,)):
        maps.set_lamps([lamp.name for lamp in lamps(*before)])
        if before:
            maps.update(lamps(*before), [], np.empty((0, 4, 4)))
        maps.set_lamps([lamp.name for lamp in lamps(2.0, 3.0)])
        grids = maps.update(lamps(2.0, 3.0), [], np.empty((0, 4, 4)))
        places.append(([grid.column for grid in grids], maps.size))
    assert places[1:] == [places[0]] * 2


def test_lamps_keep_their_slots_as_others_come_and_go() -> None:
    assert slots_of([2, 0, 1], 3) == [2, 0, 1]
    assert slots_of([2, 1], 3) == [2, 1]
    assert slots_of([9, 1, 5], 8) == [2, 1, 5]  # that of 9 is taken
    assert sorted(slots_of([0, 8, 16, 24, 7, 15, 23, 31], 8)) == list(range(8))
