"""Radiance against formula: a sheet under a sun, a ball in a white furnace, suns' discs, maps the right way round."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import pi

import numpy as np
import pytest

from simgen.geometry import apply, invert_rigid, look_at
from simgen.records.frame import Frame
from simgen.records.light import EnvironmentLight, SunLight
from simgen.records.scene import MaterialOverride, Scene, SceneObject
from simgen.rendering.light_map import sphere_grid
from simgen.rendering.pathtrace import PathtraceRenderer
from simgen.rendering.pathtrace.lights import Surroundings, sun_discs
from simgen.rendering.pathtrace.traced import Shot
from tests.builders import box, camera, floor, make_scene, sphere, sun
from tests.measures.light import luminance

Render = Callable[[Scene], Frame]
DARK = EnvironmentLight(map=None, illuminance_lux=0.0, background_visible=False)
GREY_SKY = EnvironmentLight(map=None, illuminance_lux=1000.0)
MATT_GREY = MaterialOverride(base_color_rgb=(0.5, 0.5, 0.5), roughness=1.0, metallic=0.0)
OVERHEAD = camera(eye=(0.0, 0.0, 3.0), target=(0.0, 0.0, 0.0), width=64, height=48)


def lit_sheet(light: SunLight, material: MaterialOverride = MATT_GREY) -> Scene:
    return make_scene([floor(material=material)], [OVERHEAD], suns=[light], environment=DARK)


@pytest.mark.parametrize("elevation_sine", [1.0, 0.8, 0.6])
def test_a_matt_sheet_under_a_sun_returns_albedo_times_illuminance_over_pi(
    render: Render, elevation_sine: float
) -> None:
    direction = (float(np.sqrt(1 - elevation_sine**2)), 0.0, elevation_sine)
    frame = render(lit_sheet(SunLight("sun", direction, 10_000.0)))
    # 6 %: the rough dielectric adds a mirrored part that depends on the angle
    assert luminance(frame).mean() == pytest.approx(0.5 * 10_000.0 * elevation_sine / pi, rel=0.06)


def test_the_width_of_a_sun_does_not_change_how_much_light_it_gives(render: Render) -> None:
    levels = [
        luminance(
            render(lit_sheet(SunLight("sun", (0.0, 0.6, 0.8), 10_000.0, (1.0, 1.0, 1.0), width)))
        ).mean()
        for width in (0.0, 0.0093, 0.3)
    ]
    assert levels[1] == pytest.approx(levels[0], rel=0.02)
    assert levels[2] == pytest.approx(levels[0], rel=0.02)


def test_a_matt_sheet_under_grey_surroundings_returns_albedo_times_illuminance_over_pi(
    render: Render,
) -> None:
    frame = render(make_scene([floor(material=MATT_GREY)], [OVERHEAD], suns=[], environment=GREY_SKY))
    assert luminance(frame).mean() == pytest.approx(0.5 * 1000.0 / pi, rel=0.05)


@pytest.mark.parametrize("roughness", [0.1, 0.5, 1.0])
def test_no_metal_sends_on_more_than_it_gets(render: Render, roughness: float) -> None:
    mirror = MaterialOverride(base_color_rgb=(1.0, 1.0, 1.0), roughness=roughness, metallic=1.0)
    frame = render(make_scene([sphere(0.5, material=mirror)], [OVERHEAD], suns=[], environment=GREY_SKY))
    assert luminance(frame)[frame.instance_id == 1].mean() <= 1.01 * 1000.0 / pi


def test_light_between_surfaces_is_followed(render: Render) -> None:
    """A red wall beside a grey sheet tints it: what a single bounce cannot show."""
    red = replace(MATT_GREY, base_color_rgb=(0.9, 0.05, 0.05))
    wall = box((0.05, 2.0, 1.0), at=(-0.5, 0.0, 0.5), material=red)
    scene = make_scene(
        [floor(material=MATT_GREY), wall], [OVERHEAD], suns=[sun((0.6, 0.0, 0.8))], environment=DARK
    )
    frame = render(scene)
    seen = scene.cameras[0]
    near, far = seen.intrinsics.project(
        apply(invert_rigid(seen.pose_at(0).matrix()), [[-0.38, 0, 0], [1.2, 0, 0]])
    )
    ratio = [
        float(
            np.divide(*frame.radiance[round(v) - 2 : round(v) + 3, round(u), :2].astype(float).mean(axis=0))
        )
        for u, v in (near, far)
    ]
    assert ratio[0] > 1.1 * ratio[1]


def shadow_scene(caster: SceneObject, light: SunLight) -> Scene:
    return make_scene([floor(material=MATT_GREY), caster], [OVERHEAD], suns=[light], environment=DARK)


def test_the_shadow_of_a_box_lies_where_geometry_says(render: Render) -> None:
    """A box 0.4 m high shades 0.4 / tan(elevation) beyond its edge."""
    scene = shadow_scene(box((0.4, 0.4, 0.4), at=(0.0, 0.0, 0.2)), SunLight("sun", (0.6, 0.0, 0.8), 10_000.0))
    level = luminance(render(scene)) / (0.5 * 8_000.0 / pi)
    seen = scene.cameras[0]
    length = 0.4 * 0.6 / 0.8
    points = [[-0.2 - length + 0.05, 0, 0], [-0.2 - length - 0.05, 0, 0]]
    pixels = seen.intrinsics.project(apply(invert_rigid(seen.pose_at(0).matrix()), points))
    shaded, lit = (float(level[round(v), round(u)]) for u, v in pixels)
    assert shaded < 0.1
    assert lit > 0.9


def test_a_wider_sun_has_a_wider_penumbra(render: Render) -> None:
    halves: list[int] = []
    for diameter in (0.01, 0.3):
        light = SunLight("sun", (0.6, 0.0, 0.8), 10_000.0, angular_diameter_rad=diameter)
        level = luminance(render(shadow_scene(box((0.4, 0.4, 0.05), at=(0.0, 0.0, 0.6)), light)))
        ground = 0.5 * 8_000.0 / pi
        halves.append(int(((level > 0.15 * ground) & (level < 0.85 * ground)).sum()))
    assert halves[1] > 2 * halves[0]


def test_the_background_is_black_where_cameras_do_not_see_the_surroundings(render: Render) -> None:
    hidden = replace(GREY_SKY, background_visible=False)
    seen, unseen = (
        render(make_scene([sphere(0.5)], [OVERHEAD], suns=[], environment=light))
        for light in (GREY_SKY, hidden)
    )
    inside = np.zeros(seen.instance_id.shape, bool)
    inside[22:26, 30:34] = True
    assert luminance(unseen)[0, 0] == 0.0
    assert luminance(unseen)[inside].mean() == pytest.approx(luminance(seen)[inside].mean(), rel=0.1)


def test_without_any_light_all_is_black(render: Render) -> None:
    frame = render(make_scene([floor(), sphere()], [OVERHEAD], suns=[], environment=DARK))
    assert luminance(frame).max() == 0.0


@pytest.mark.parametrize("azimuth", [0.0, 1.2, 2.9, -2.0])
@pytest.mark.parametrize("polar", [0.5, 1.6])
@pytest.mark.parametrize("rotation", [0.0, 0.8])
def test_a_bright_spot_of_a_map_is_seen_where_the_map_says(
    tracer: PathtraceRenderer, azimuth: float, polar: float, rotation: float
) -> None:
    light = np.full((64, 128, 3), 0.01, np.float32)
    directions, _ = sphere_grid(128, 64)
    spot = (np.sin(polar) * np.cos(azimuth), np.sin(polar) * np.sin(azimuth), np.cos(polar))
    at = np.unravel_index(int(np.argmax(directions @ np.array(spot))), (64, 128))
    light[at] = 100.0
    engine = tracer.engine
    scene = engine.scene([], [], [engine.emitters.around(Surroundings(1.0, light, rotation))])
    x, y, z = directions[at]
    turned = (x * np.cos(rotation) - y * np.sin(rotation), x * np.sin(rotation) + y * np.cos(rotation), z)
    lens = OVERHEAD.intrinsics
    picture = engine.trace(scene, Shot(lens, look_at((0, 0, 0), turned), 1), 4, background=True)
    brightest = np.unravel_index(int(np.argmax(picture.sum(axis=-1))), (lens.height, lens.width))
    np.testing.assert_allclose(brightest, (lens.cy, lens.cx), atol=2.5)


def test_a_disc_gives_its_sun_s_illuminance() -> None:
    (disc,) = sun_discs(
        [SunLight("sun", (0.0, 0.0, 1.0), 5_000.0, angular_diameter_rad=0.2)], np.zeros(3), 3.0
    )
    distance = float(np.linalg.norm(disc.center_m))
    half = np.arctan(disc.radius_m / distance)
    assert half == pytest.approx(0.1)
    assert disc.luminance_rgb[0] * pi * np.sin(half) ** 2 == pytest.approx(5_000.0)
