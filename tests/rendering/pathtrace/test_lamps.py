"""Lamps and panels against formula: candela over distance squared, the smoothstep cone, the rectangle's form factor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import atan, cos, pi, radians, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from simgen.assets import AssetLibrary
from simgen.geometry import Pose, Quat, quaternion_about_axis
from simgen.records.frame import Frame
from simgen.records.light import EnvironmentLight, PanelLight, SpotLight
from simgen.records.scene import Scene, SceneObject
from simgen.rendering.pathtrace import PathtraceRenderer
from simgen.rendering.pathtrace.lamps import cones_of, rectangle_of
from tests.builders import box, camera, floor, make_scene
from tests.measures.light import CARD, DARK, DOWN, illuminance_lux, lamp_above, luminance, overhead
from tests.views import still_view

Render = Callable[[Scene], Frame]


def light_of(frame: Frame) -> float:
    return float(luminance(frame).mean())


def panel(height_m: float, turn: Quat = DOWN, **fields: object) -> PanelLight:
    values: dict[str, object] = {"flux_lm": 3000.0, "width_m": 0.6, "height_m": 1.2}
    return PanelLight("panel", Pose((0.0, 0.0, height_m), turn), "", **(values | fields))  # pyright: ignore[reportArgumentType]


@given(
    inner=st.floats(0.0, 1.2),
    width=st.floats(0.01, 1.5),
    at=st.floats(0.0, 3.0),
    radius_m=st.floats(0.0, 0.2),
)
def test_the_cones_of_a_lamp_add_up_to_its_smoothstep(
    inner: float, width: float, at: float, radius_m: float
) -> None:
    light = lamp_above(2.0, inner_angle_rad=inner, outer_angle_rad=inner + width, radius_m=radius_m)
    cones = cones_of(light, np.eye(4))
    ramp = [np.clip((c.end_rad - at) / max(c.end_rad - c.full_rad, 1e-12), 0, 1) for c in cones]
    found = sum(float(r) * c.intensity_rgb[1] for r, c in zip(ramp, cones, strict=True))
    step = np.clip((cos(at) - cos(inner + width)) / (cos(inner) - cos(inner + width)), 0, 1)
    assert found == pytest.approx(1000.0 * step**2 * (3 - 2 * step), abs=3.0)
    places = np.array([c.T_world_cone[:3, 3] for c in cones])
    middle = np.average(places, axis=0, weights=[c.share for c in cones])
    np.testing.assert_allclose(middle, 0.0, atol=0.1 * radius_m + 1e-12)
    assert np.linalg.norm(places, axis=1).max() <= radius_m
    assert sum(c.share for c in cones) == pytest.approx(1.0)


@pytest.mark.parametrize("angle", [0.0, 0.45, 0.6, 0.7, 0.85])
def test_a_lamp_falls_from_inner_to_outer_as_the_record_says(render: Render, angle: float) -> None:
    turned = quaternion_about_axis((0.0, 1.0, 0.0), pi / 2 + angle)
    light = replace(lamp_above(2.0, radius_m=0.0), pose=Pose((0.0, 0.0, 2.0), turned))
    t = np.clip((cos(angle) - cos(0.8)) / (cos(0.5) - cos(0.8)), 0, 1)
    expected = 1000.0 * t**2 * (3 - 2 * t) / 4.0
    assert illuminance_lux(render, replace(overhead(3.0, 0.5), lights=(light,))) == pytest.approx(
        expected, rel=0.03, abs=3
    )


@pytest.mark.parametrize("distance_m", [0.5, 2.0])
def test_a_panel_lights_a_card_by_the_form_factor_of_a_rectangle(render: Render, distance_m: float) -> None:
    """A small patch facing a parallel rectangle (Howell, "A catalog of radiation heat transfer factors", B-3)."""
    a, b = 0.3 / distance_m, 0.6 / distance_m
    quarter = (
        a / sqrt(1 + a * a) * atan(b / sqrt(1 + a * a)) + b / sqrt(1 + b * b) * atan(a / sqrt(1 + b * b))
    ) / (2 * pi)
    expected = 3000.0 / (0.6 * 1.2) * 4 * quarter
    # Between the card and the panel the camera sees the card alone.
    scene = replace(overhead(0.45), panels=(panel(distance_m),))
    assert illuminance_lux(render, scene) == pytest.approx(expected, rel=0.03)


def test_a_panel_gives_all_its_flux_to_one_side(render: Render) -> None:
    made = rectangle_of(panel(1.0), np.eye(4))
    assert made.luminance_rgb[1] * pi * 0.6 * 1.2 == pytest.approx(3000.0)
    upwards = quaternion_about_axis((0.0, 1.0, 0.0), -pi / 2)
    assert light_of(render(replace(overhead(0.45), panels=(panel(1.0, upwards),)))) == 0.0


def test_a_larger_lamp_has_a_softer_shadow(render: Render) -> None:
    view = camera(eye=(0.0, 0.0, 3.0), target=(0.0, 0.0, 0.0), fov_rad=radians(30))
    plate = box((0.4, 0.4, 0.02), at=(0.0, 0.0, 1.0))
    halves: list[int] = []
    for radius_m in (0.0, 0.3):
        light = lamp_above(2.0, radius_m=radius_m)
        frame = render(
            make_scene([floor(material=CARD), plate], [view], suns=[], environment=DARK, lights=(light,))
        )
        grey = luminance(frame)
        bright = grey[frame.instance_id == 1].max()
        halves.append(int(((grey > 0.2 * bright) & (grey < 0.6 * bright) & (frame.instance_id == 1)).sum()))
    assert halves[1] > 1.5 * halves[0]


def carried(x_m: float) -> tuple[SceneObject, SceneObject, SpotLight]:
    """A cart with a lamp that shines down beside it, over a card."""
    cart = box((0.2, 0.2, 0.2), at=(x_m, 0.0, 2.0), name="cart")
    return (
        floor(material=CARD),
        cart,
        replace(lamp_above(0.0), mount="cart", pose=Pose((0.0, 0.3, 0.0), DOWN)),
    )


def test_a_lamp_on_a_body_goes_where_the_body_goes(tracer: PathtraceRenderer, library: AssetLibrary) -> None:
    ground, cart, light = carried(-0.4)
    eye = camera(eye=(0.0, 0.0, 4.0), target=(0.0, 0.0, 0.0))
    scene = make_scene([ground, cart], [eye], suns=[], environment=DARK, lights=(light,))
    view = still_view(scene)
    moved = view.T_world_objects.copy()
    moved[1, 0, 3] = 0.4
    with tracer.open(scene, library) as session:
        pictures = [luminance(session.render(each)) for each in (view, replace(view, T_world_objects=moved))]
    middles = [float((p.sum(axis=0) * np.arange(64)).sum() / p.sum()) for p in pictures]
    focal_px = view.intrinsics.fx
    assert middles[1] - middles[0] == pytest.approx(0.8 * focal_px / 4.0, abs=1.0)


def test_factors_dim_and_brighten_and_turn_on(tracer: PathtraceRenderer, library: AssetLibrary) -> None:
    scene = replace(overhead(3.0), lights=(lamp_above(2.0, on=False),), panels=(panel(2.5),))
    view = still_view(scene)
    with tracer.open(scene, library) as session:
        by_factor = {
            (spot, shine): light_of(session.render(replace(view, light_factors=np.array([spot, shine, 1.0]))))
            for spot, shine in ((0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (0.0, 1.0))
        }
        unasked = light_of(session.render(view))
    assert by_factor[0.0, 0.0] == 0.0
    assert by_factor[2.0, 0.0] == pytest.approx(2 * by_factor[1.0, 0.0], rel=0.01)
    assert unasked == pytest.approx(by_factor[0.0, 1.0], rel=0.05)  # a lamp that is not on does not shine


def test_who_is_not_present_is_not_seen_shades_nothing_and_carries_no_light(
    tracer: PathtraceRenderer, library: AssetLibrary
) -> None:
    ground, cart, light = carried(0.0)
    eye = camera(eye=(0.0, 0.0, 4.0), target=(0.0, 0.0, 0.0))
    sky = EnvironmentLight(map=None, illuminance_lux=100.0, background_visible=False)
    scene = make_scene([ground, cart], [eye], suns=[], environment=sky, lights=(light,))
    alone = make_scene([ground], [eye], suns=[], environment=sky)
    view = replace(still_view(scene), present=np.array([True, False]))
    with tracer.open(scene, library) as session:
        without = session.render(view)
    with tracer.open(alone, library) as session:
        expected = session.render(still_view(alone))
    assert set(np.unique(without.instance_id)) == {1}
    assert set(without.silhouettes) == {1}
    np.testing.assert_allclose(light_of(without), light_of(expected), rtol=0.01)


@pytest.mark.parametrize("kind", ["lights", "panels"])
def test_light_is_blocked_by_bodies_whether_its_shadows_are_asked_for_or_not(
    tracer: PathtraceRenderer, library: AssetLibrary, kind: str
) -> None:
    pictures: list[NDArray[np.float16]] = []
    for asked in (True, False):
        made = lamp_above(2.0, casts_shadows=asked) if kind == "lights" else panel(2.0, casts_shadows=asked)
        scene = replace(overhead(3.0), **{kind: (made,)})
        with tracer.open(scene, library) as session:
            pictures.append(session.render(still_view(scene)).radiance)
    np.testing.assert_array_equal(*pictures)


def test_a_lamp_that_is_a_point_shines_everywhere_alike() -> None:
    light = lamp_above(1.0, inner_angle_rad=pi - 1e-3, outer_angle_rad=pi)
    assert min(c.full_rad for c in cones_of(light, np.eye(4))) >= pi - 1e-3
