"""Fog in pictures is the formula of `rendering.fog`; lamps glow in it as their integral says."""

from __future__ import annotations

from math import cos, exp, log, pi, sin

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate

from simgen.geometry import FloatArray
from simgen.records.frame import Frame
from simgen.records.light import EnvironmentLight, Fog, SunLight
from simgen.records.scene import MaterialOverride, Scene
from simgen.rendering.fog import airlight, fogged, optical_depth, optical_depth_to_sky, scattered
from simgen.rendering.lamps import Lights, PlacedSpot
from simgen.rendering.pathtrace.air import Air
from tests.builders import box, camera, floor, make_scene, static_box
from tests.lamps import DARK, point_lamp, spot
from tests.measures.light import luminance
from tests.rendering.raster.conftest import Render

GREY = MaterialOverride(base_color_rgb=(0.5, 0.5, 0.5), roughness=1.0, metallic=0.0)
BLACK = MaterialOverride(base_color_rgb=(0.0, 0.0, 0.0), roughness=1.0, metallic=0.0)
SKY = EnvironmentLight(map=None, illuminance_lux=1000.0, background_visible=False)


def wall_at(distance_m: float, fog: Fog | None) -> Scene:
    """A grey wall under a sun in the camera's back; no other light."""
    wall = static_box((0.2, 80.0, 80.0), (distance_m + 0.1, 0.0, 0.0), material=GREY)
    seen = camera(eye=(0.0, 0.0, 0.0), target=(1.0, 0.0, 0.0), width=64, height=48)
    sun = SunLight("sun", (-1.0, 0.0, 0.0), 10_000.0)
    return make_scene([wall], [seen], suns=[sun], environment=DARK, fog=fog)


def test_the_exponent_grows_evenly_with_distance(render: Render) -> None:
    fog = Fog(visibility_m=40.0)
    air = luminance(render(wall_at(900.0, fog)))[24, 32]
    clear = luminance(render(wall_at(5.0, None)))[24, 32]
    depths = [
        -log((luminance(render(wall_at(d, fog)))[24, 32] - air) / (clear - air)) for d in (5.0, 10.0, 20.0)
    ]
    assert np.array(depths) / np.array([5.0, 10.0, 20.0]) == pytest.approx(log(20.0) / 40.0, rel=0.01)


@pytest.mark.parametrize("fog", [Fog(12.0), Fog(6.0, 0.7, 0.3)], ids=["uniform", "ground"])
def test_every_pixel_is_fogged_by_the_formula(render: Render, fog: Fog) -> None:
    sun = SunLight("sun", (0.36, -0.48, 0.8), 3000.0)
    things = [floor(size_m=30.0), box((1.0, 1.0, 2.0), at=(1.0, 1.0, 1.0))]
    seen = camera(eye=(-6.0, -2.0, 1.0), target=(0.0, 0.0, 0.7), width=96, height=72)
    clear, foggy = (
        render(make_scene(things, [seen], suns=[sun], environment=SKY, fog=air)) for air in (None, fog)
    )
    T = seen.pose_at(0).matrix()
    rays = seen.intrinsics.rays() @ T[:3, :3].T
    stretch = np.linalg.norm(rays, axis=2)
    z = np.nan_to_num(clear.depth_m.astype(float))
    near = optical_depth(fog, T[2, 3], T[2, 3] + rays[..., 2] * z, stretch * z)
    depth = np.where(clear.instance_id > 0, near, optical_depth_to_sky(fog, T[2, 3], rays[..., 2] / stretch))
    ahead = rays / stretch[..., None]
    air = airlight(np.full(3, 1000.0 / pi), (sun,), ahead)
    expected = fogged(clear.radiance.astype(float), depth, air)
    inside = ~_near_edges(clear)
    off = np.abs(foggy.radiance.astype(float)[inside] / expected[inside] - 1)
    assert np.mean(off < 0.01) > 0.99  # smoothing also works along creases of one body
    assert off.max() < 0.1


def _near_edges(frame: Frame) -> NDArray[np.bool_]:
    """Pixels that smoothing mixes with neighbours of other bodies."""
    ids = np.pad(frame.instance_id.astype(int), 2, mode="edge")
    edge = np.zeros(frame.instance_id.shape, bool)
    for dy in range(5):
        for dx in range(5):
            edge |= ids[dy : dy + edge.shape[0], dx : dx + edge.shape[1]] != frame.instance_id
    return edge


def glow_of_point(
    intensity_cd: float, sigma: float, lamp: FloatArray, ahead: FloatArray, end_m: float
) -> float:
    """Single scattering of a lamp that shines everywhere alike, along a ray from the origin."""

    def at(s: float) -> float:
        apart = ahead * s - lamp
        d = float(np.linalg.norm(apart))
        cosine = -float(apart @ ahead) / d
        return sigma * float(scattered(np.asarray(cosine))) * intensity_cd / d**2 * exp(-sigma * (s + d))

    nearest = float(lamp @ ahead)
    return integrate.quad(at, 0.0, end_m, points=[nearest], limit=200)[0]


@pytest.mark.parametrize("off_rad", [0.1, 0.25, 0.4])
def test_a_point_lamp_glows_by_its_integral(render: Render, off_rad: float) -> None:
    seen = camera(eye=(0.0, 0.0, 0.0), target=(1.0, 0.0, 0.0), width=64, height=48)
    at = np.array([10.0 * cos(off_rad), -10.0 * sin(off_rad), 0.0])
    far_wall = static_box((0.2, 200.0, 200.0), (60.1, 0.0, 0.0), material=BLACK)
    lamp = point_lamp((float(at[0]), float(at[1]), 0.0), 1000.0, casts_shadows=False, radius_m=0.0)
    fog = Fog(visibility_m=30.0)
    clear, foggy = (
        luminance(render(make_scene([far_wall], [seen], suns=[], environment=DARK, lights=(lamp,), fog=air)))
        for air in (None, fog)
    )
    left = clear[24, 32] * exp(-2 * log(20.0) / 30.0 * 60.0)
    ray = seen.pose_at(0).matrix()[:3, :3] @ seen.intrinsics.rays()[24, 32]
    ahead = ray / np.linalg.norm(ray)
    expected = glow_of_point(1000.0, log(20.0) / 30.0, at, ahead, 60.0) + left
    assert foggy[24, 32] == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("beam", ["low", "high"])
def test_a_headlight_glows_as_the_path_tracer_s_does(render: Render, beam: str) -> None:
    """Seen from above and behind: the pattern is a degree fine, and both follow it along every ray."""
    seen = camera(eye=(0.0, 0.0, 1.5), target=(10.0, 0.0, 1.2), width=96, height=72)
    light = spot(
        (1.75, 0.6, 0.66), (20.0, 0.6, 0.66), 15_000.0,
        inner_angle_rad=0.87, outer_angle_rad=1.05, beam=beam, casts_shadows=False, radius_m=0.0,
    )  # fmt: skip
    fog, ground = Fog(200.0), floor(size_m=800.0, material=BLACK)
    clear, foggy = (
        render(make_scene([ground], [seen], suns=[], environment=DARK, lights=(light,), fog=air))
        for air in (None, fog)
    )
    T = seen.pose_at(0).matrix()
    rays = seen.intrinsics.rays() @ T[:3, :3].T
    stretch = np.linalg.norm(rays, axis=2)
    distance_m = np.where(clear.instance_id > 0, clear.depth_m * stretch, np.inf).astype(np.float32)
    lit = Lights((), (PlacedSpot(light, light.pose.matrix()),), (), DARK, np.zeros(0))
    glow = Air(fog, np.zeros(3), lit).glow(distance_m, rays / stretch[..., None], T[:3, 3].reshape(1, 1, 3))
    sky = clear.instance_id == 0
    ours, expected = foggy.radiance[..., 0].astype(float)[sky], glow[..., 0][sky]
    assert expected.max() > 0.05
    assert np.abs(ours - expected).mean() < 0.06 * expected.mean()


def test_a_beam_is_seen_from_the_side_only_where_it_goes(render: Render) -> None:
    """A beam crosses the picture from left to right; above and below it the air stays dark."""
    seen = camera(eye=(0.0, -10.0, 0.0), target=(0.0, 0.0, 0.0), width=64, height=48)
    beam = spot(
        (-8.0, 0.0, 0.0),
        (0.0, 0.0, 0.0),
        5000.0,
        inner_angle_rad=0.1,
        outer_angle_rad=0.15,
        casts_shadows=False,
    )
    scene = make_scene([floor(-30.0)], [seen], suns=[], environment=DARK, lights=(beam,), fog=Fog(200.0))
    lit = luminance(render(scene))
    assert lit[24, 32] > 0.05
    assert lit[:10].max() == 0.0
    assert lit[24, 20] > lit[24, 45]  # it spreads and weakens
    rows = np.flatnonzero(lit[:, 32] > 0.02 * lit[24, 32])
    half_width_m = (np.ptp(rows) + 1) / 2 * 10.0 / scene.cameras[0].intrinsics.fx
    assert half_width_m == pytest.approx(8.0 * 0.15, abs=0.35)
