"""Radiance against formula: a sheet under a sun, a ball in a white furnace, overrides, suns and their shadows."""

from __future__ import annotations

from collections.abc import Callable
from math import pi, sin

import numpy as np
import pytest

from simgen.errors import RenderError
from simgen.geometry import apply, invert_rigid
from simgen.records.frame import Frame
from simgen.records.light import EnvironmentLight, SunLight
from simgen.records.scene import CameraSensor, MaterialOverride, Scene, SceneObject
from tests.builders import box, camera, floor, make_scene, sphere
from tests.measures.light import luminance

Render = Callable[[Scene], Frame]
DARK = EnvironmentLight(map=None, illuminance_lux=0.0, background_visible=False)
MATT_GREY = MaterialOverride(base_color_rgb=(0.5, 0.5, 0.5), roughness=1.0, metallic=0.0)
MATT_WHITE = MaterialOverride(base_color_rgb=(1.0, 1.0, 1.0), roughness=1.0, metallic=0.0)
MATT_GREY_RETURNS = 0.93 * 0.5 + 0.01
OVERHEAD = camera(eye=(0.0, 0.0, 3.0), target=(0.0, 0.0, 0.0), width=160, height=120)


def lit_sheet(sun: SunLight, material: MaterialOverride = MATT_GREY) -> Scene:
    return make_scene([floor(material=material)], [OVERHEAD], suns=[sun], environment=DARK)


@pytest.mark.parametrize("elevation_sine", [1.0, 0.8, 0.6])
def test_a_matt_sheet_under_a_sun_returns_albedo_times_illuminance_over_pi(
    render: Render, elevation_sine: float
) -> None:
    direction = (float(np.sqrt(1 - elevation_sine**2)), 0.0, elevation_sine)
    frame = render(lit_sheet(SunLight("sun", direction, 10_000.0)))
    # a dielectric mirrors a little (F0 = 4 %), and keeps 0.93 of its colour: seen from above by a part less
    assert luminance(frame).mean() == pytest.approx(
        MATT_GREY_RETURNS * 10_000.0 * elevation_sine / pi, rel=0.02
    )


def test_twice_the_illuminance_is_twice_the_radiance(render: Render) -> None:
    once = luminance(render(lit_sheet(SunLight("sun", (0.0, 0.6, 0.8), 5_000.0))))
    twice = luminance(render(lit_sheet(SunLight("sun", (0.0, 0.6, 0.8), 10_000.0))))
    np.testing.assert_allclose(twice, 2 * once, rtol=2e-3)


def test_a_matt_sheet_under_grey_surroundings_returns_albedo_times_illuminance_over_pi(
    render: Render,
) -> None:
    sky = EnvironmentLight(map=None, illuminance_lux=1000.0)
    frame = render(make_scene([floor(material=MATT_GREY)], [OVERHEAD], suns=[], environment=sky))
    # half-white under uniform light: the diffuse part loses what the 4 % mirror adds, times (1 - albedo)
    assert luminance(frame).mean() == pytest.approx(0.5 * 1000.0 / pi, rel=0.03)


@pytest.mark.parametrize("metallic", [0.0, 1.0])
@pytest.mark.parametrize("roughness", [0.1, 0.5, 1.0])
def test_no_surface_sends_on_more_than_it_gets(render: Render, metallic: float, roughness: float) -> None:
    material = MaterialOverride(base_color_rgb=(1.0, 1.0, 1.0), roughness=roughness, metallic=metallic)
    sky = EnvironmentLight(map=None, illuminance_lux=1000.0)
    frame = render(make_scene([sphere(0.5, material=material)], [OVERHEAD], suns=[], environment=sky))
    assert luminance(frame).max() <= 1.02 * 1000.0 / pi


def test_an_override_replaces_the_colour_and_a_tint_multiplies_it(render: Render) -> None:
    sun = SunLight("sun", (0.0, 0.0, 1.0), 10_000.0)
    red = render(lit_sheet(sun, MaterialOverride(base_color_rgb=(0.6, 0.1, 0.1), roughness=1.0)))
    tinted = render(
        lit_sheet(
            sun, MaterialOverride(base_color_rgb=(0.6, 0.2, 0.4), tint_rgb=(1.0, 0.5, 0.25), roughness=1.0)
        )
    )
    np.testing.assert_allclose(red.radiance.astype(float), tinted.radiance.astype(float), rtol=0.02)
    assert float(red.radiance[..., 0].mean()) > 4 * float(red.radiance[..., 1].mean())


def test_emitted_and_reflected_light_stay_black_without_any_light(render: Render) -> None:
    frame = render(make_scene([floor(), sphere()], [OVERHEAD], suns=[], environment=DARK))
    assert luminance(frame).max() == 0.0


def test_the_background_is_black_where_cameras_do_not_see_the_map(render: Render) -> None:
    hidden = EnvironmentLight(map=None, illuminance_lux=1000.0, background_visible=False)
    frame = render(make_scene([sphere()], [OVERHEAD], suns=[], environment=hidden))
    assert luminance(frame)[0, 0] == 0.0
    assert luminance(frame)[60, 80] > 0.0


def shadow_scene(
    caster: SceneObject, sun: SunLight, environment: EnvironmentLight = DARK, seen_by: CameraSensor = OVERHEAD
) -> Scene:
    return make_scene([floor(material=MATT_GREY), caster], [seen_by], suns=[sun], environment=environment)


def test_the_shadow_of_a_box_ends_where_geometry_says(render: Render) -> None:
    """A box edge at height h shades up to h / tan(elevation) beyond the edge."""
    sun = SunLight("sun", (0.6, 0.0, 0.8), 10_000.0, angular_diameter_rad=0.001)
    scene = shadow_scene(box((0.4, 0.4, 0.4), at=(0.0, 0.0, 0.2)), sun)
    frame = render(scene)
    edge_x = -0.2 - 0.4 * 0.6 / 0.8
    seen = scene.cameras[0]
    T_camera_world = invert_rigid(seen.pose_at(0).matrix())
    edge_px, box_px = seen.intrinsics.project(apply(T_camera_world, [[edge_x, 0, 0], [-0.2, 0, 0]]))
    path = np.linspace(box_px + 0.5 * (edge_px - box_px), edge_px + (edge_px - box_px), 200)
    values = np.array([luminance(frame)[round(v), round(u)] for u, v in path])
    crossing = path[int(np.argmax(values > values.max() / 2))]
    assert np.linalg.norm(crossing - edge_px) < 2.0


def test_the_foot_of_a_box_is_dark_on_the_side_away_from_the_sun(render: Render) -> None:
    """No light leaks in between a box and the floor it stands on."""
    sun = SunLight("sun", (0.6, 0.0, 0.8), 10_000.0)
    scene = shadow_scene(box((0.4, 0.4, 0.4), at=(0.0, 0.0, 0.2)), sun)
    seen = scene.cameras[0]
    shaded = apply(invert_rigid(seen.pose_at(0).matrix()), [[-0.2 - d, 0.0, 0.0] for d in (0.12, 0.16, 0.2)])
    values = [luminance(render(scene))[round(v), round(u)] for u, v in seen.intrinsics.project(shaded)]
    assert max(values) < 0.02 * 0.5 * 8_000.0 / pi


def test_a_wider_sun_has_a_wider_penumbra(render: Render) -> None:
    widths: list[int] = []
    fine = camera(eye=(0.0, 0.0, 3.0), target=(0.0, 0.0, 0.0), width=640, height=480)
    for diameter in (0.01, 0.15):
        sun = SunLight("sun", (0.6, 0.0, 0.8), 10_000.0, angular_diameter_rad=diameter)
        lit = luminance(render(shadow_scene(box((0.4, 0.4, 0.05), at=(0.0, 0.0, 0.6)), sun, seen_by=fine)))
        ground = 0.5 * 8_000.0 / pi
        widths.append(int(((lit > 0.15 * ground) & (lit < 0.85 * ground)).sum()))
    assert widths[1] > 2 * widths[0]


def test_surroundings_light_is_darker_beside_a_thing_than_in_the_open(render: Render) -> None:
    sky = EnvironmentLight(map=None, illuminance_lux=1000.0)
    scene = make_scene(
        [floor(material=MATT_GREY), box((0.3, 0.3, 0.6), at=(0.0, 0.0, 0.3))],
        [OVERHEAD],
        suns=[],
        environment=sky,
    )
    frame = render(scene)
    seen = scene.cameras[0]
    spots = apply(invert_rigid(seen.pose_at(0).matrix()), [[-0.28, 0.0, 0.0], [-1.2, 0.8, 0.0]])
    (u0, v0), (u1, v1) = np.round(seen.intrinsics.project(spots)).astype(int)
    beside, open_ground = luminance(frame)[v0, u0], luminance(frame)[v1, u1]
    assert 0.4 < beside / open_ground < 0.85
    assert open_ground == pytest.approx(0.5 * 1000.0 / pi, rel=0.05)


def test_a_thing_far_from_a_sheet_leaves_no_mark_of_the_surroundings_light_on_it(render: Render) -> None:
    sky = EnvironmentLight(map=None, illuminance_lux=1000.0)
    thing = box((0.2, 0.2, 0.2), at=(0.0, 0.0, 1.0))
    seen = camera(eye=(2.0, 0.0, 2.0), target=(0.0, 0.0, 0.0), width=160, height=120)
    frame, alone = (
        render(make_scene([floor(material=MATT_GREY), *things], [seen], suns=[], environment=sky))
        for things in ([thing], [])
    )
    on_floor = frame.instance_id == 1
    np.testing.assert_allclose(luminance(frame)[on_floor], luminance(alone)[on_floor], rtol=0.04)


def test_a_fifth_sun_is_refused_with_the_number_allowed(render: Render) -> None:
    suns = [SunLight(f"sun{i}", (0.0, sin(i / 9), 1.0), 1.0) for i in range(5)]
    with pytest.raises(RenderError, match="5 suns, the raster renderer draws at most 4"):
        render(make_scene([floor()], suns=suns))
