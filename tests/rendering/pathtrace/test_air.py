"""Fog in path-traced pictures against Koschmieder's law, and a lamp's glow against the integral."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import exp, log, pi
from typing import Literal

import numpy as np
import pytest

from simgen.geometry import FloatArray, Pose
from simgen.lens import Lens
from simgen.records.frame import Frame
from simgen.records.light import EnvironmentLight, Fog, SpotLight
from simgen.records.scene import MaterialOverride, Scene
from simgen.rendering.beams import share_of
from simgen.rendering.fog import scattered
from simgen.rendering.lamps import Lights, PlacedSpot
from simgen.rendering.pathtrace.air import Air
from tests.builders import box, camera, make_scene
from tests.measures.light import DARK, luminance, middle_level, transmittance

Render = Callable[[Scene], Frame]
GREY = EnvironmentLight(map=None, illuminance_lux=1000.0)
BLACK = MaterialOverride(base_color_rgb=(0.0, 0.0, 0.0), roughness=1.0)
AHEAD = camera(eye=(0.0, 0.0, 1.0), target=(1.0, 0.0, 1.0), width=32, height=24)


def test_ground_fog_thins_with_height(render: Render) -> None:
    """A level ray at height h meets exp(-h / scale) of the density."""
    fog = Fog(100.0, scale_height_m=2.0)
    expected = exp(log(0.05) / 100.0 * 50.0 * exp(-1.0 / 2.0))
    assert transmittance(render, fog, 50.0) == pytest.approx(expected, rel=0.02)


def test_an_edge_in_fog_lies_between_both_sides(render: Render) -> None:
    """A near black post before far white fog: no pixel is darker than the post or brighter than the fog."""
    post = box((0.2, 0.41, 900.0), at=(5.1, 0.03, 1.0), material=BLACK)
    frame = render(make_scene([post], [AHEAD], suns=[], environment=GREY, fog=Fog(60.0)))
    row = luminance(frame)[12]
    assert row.max() <= 1.01 * 1000.0 / pi
    assert row[np.flatnonzero(frame.instance_id[12])].min() == pytest.approx(row.min())
    assert row[0] == pytest.approx(1000.0 / pi, rel=0.01)


def test_without_anything_to_see_fog_is_the_airlight_through_any_lens(render: Render) -> None:
    lens = replace(AHEAD.intrinsics, fx=10.0, fy=10.0, lens=Lens("fisheye"))
    scene = make_scene([], [replace(AHEAD, intrinsics=lens)], suns=[], environment=GREY, fog=Fog(50.0))
    frame = render(scene)
    assert luminance(frame).mean() == pytest.approx(1000.0 / pi, rel=0.01)


def test_a_lamp_s_glow_is_the_integral_of_what_is_scattered_once() -> None:
    """Summed finely along one ray that passes a lamp 2 m aside, which shines everywhere alike."""
    fog = Fog(80.0)
    light = SpotLight("lamp", Pose(), "", 500.0, inner_angle_rad=pi - 2e-3, outer_angle_rad=pi)
    T = np.eye(4)
    T[:3, 3] = (6.0, 2.0, 0.0)
    air = Air(fog, np.zeros(3), Lights((), (PlacedSpot(light, T),), (), DARK, np.zeros(0)))
    ray, end = np.array([[[1.0, 0.0, 0.0]]]), np.array([[20.0]], np.float32)
    ours = air.glow(end, ray, np.zeros((1, 1, 3)))[0, 0]
    t = (np.arange(200_000) + 0.5) * 1e-4
    to_point = np.column_stack([t - 6.0, 0 * t - 2.0])
    apart = np.linalg.norm(to_point, axis=1)
    sigma = -log(0.05) / 80.0
    turned = -to_point[:, 0] / apart
    truth = (500.0 / apart**2 * sigma * scattered(turned) * np.exp(-sigma * (t + apart))).sum() * 1e-4
    np.testing.assert_allclose(ours, truth, rtol=0.02)


@pytest.mark.parametrize("beam", ["low", "high"])
def test_a_headlight_s_glow_is_the_integral_of_its_pattern(beam: Literal["low", "high"]) -> None:
    """Rays of a camera above and behind a headlight, up and down and to both sides: its pattern is a degree fine."""
    fog = Fog(200.0)
    light = SpotLight("lamp", Pose(), "", 15_000.0, inner_angle_rad=0.87, outer_angle_rad=1.05, beam=beam)
    T = np.eye(4)
    T[:3, 3] = (1.75, 0.6, -0.84)
    air = Air(fog, np.zeros(3), Lights((), (PlacedSpot(light, T),), (), DARK, np.zeros(0)))
    up, left = np.meshgrid(np.linspace(-0.25, 0.1, 8), np.linspace(-0.4, 0.4, 9), indexing="ij")
    rays = np.stack([np.ones_like(up), left, up], axis=-1)
    rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
    end = np.where(rays[..., 2] < 0, np.minimum(-1.5 / np.minimum(rays[..., 2], -1e-9), 300.0), 300.0)
    ours = air.glow(end.astype(np.float32), rays, np.zeros((1, 1, 3)))[..., 0]
    truth = np.array(
        [
            _glow_along(ray, stop, light, T[:3, 3])
            for ray, stop in zip(rays.reshape(-1, 3), end.ravel(), strict=True)
        ]
    )
    off = np.abs(ours.ravel() - truth)
    assert off.mean() < 0.03 * truth.mean()
    assert off.max() < 0.05 * truth.max()


def _glow_along(ray: FloatArray, end_m: float, light: SpotLight, lamp_m: FloatArray) -> float:
    """Single scattering in fog of 200 m of a lamp that looks along +X, summed finely along a ray from the origin."""
    edges = np.concatenate([[0.0], np.geomspace(0.05, end_m, 20_000)])
    t, dt = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    p = t[:, None] * ray - lamp_m
    apart = np.linalg.norm(p, axis=1)
    sigma = -log(0.05) / 200.0
    shine = light.intensity_cd * share_of(light, p / apart[:, None]) / apart**2
    return float((shine * sigma * scattered(-(p @ ray) / apart) * np.exp(-sigma * (t + apart)) * dt).sum())


def test_headlights_glow_in_fog_and_not_in_clear_air(render: Render) -> None:
    light = SpotLight("lamp", Pose((0.0, 0.5, 1.0)), "", 5000.0, inner_angle_rad=0.2, outer_angle_rad=0.4)
    scene = make_scene([], [AHEAD], suns=[], environment=DARK, lights=(light,))
    assert middle_level(render(scene)) == 0.0
    assert middle_level(render(replace(scene, fog=Fog(80.0)))) > 1.0


def test_a_lamp_s_light_is_dimmed_on_its_way_to_what_it_lights(render: Render) -> None:
    """A lamp 10 m off a wall, the camera close before it: what is lit loses exp(-sigma 10 m)."""
    matt = MaterialOverride(base_color_rgb=(0.5, 0.5, 0.5), roughness=1.0, metallic=0.0)
    board = box((0.2, 40.0, 40.0), at=(1.1, 0.0, 1.0), material=matt)
    narrow = camera(eye=(0.9, 0.0, 1.0), target=(1.0, 0.0, 1.0), width=16, height=12, fov_rad=0.1)
    light = SpotLight("lamp", Pose((-9.0, 0.0, 1.0)), "", 50_000.0, inner_angle_rad=0.3, outer_angle_rad=0.5)
    scene = make_scene([board], [narrow], suns=[], environment=DARK, lights=(light,))
    clear, foggy = middle_level(render(scene)), middle_level(render(replace(scene, fog=Fog(20.0))))
    assert foggy / clear == pytest.approx(exp(log(0.05) / 20.0 * 10.0), rel=0.1)
