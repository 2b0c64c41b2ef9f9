"""Beams of headlights: the points of UN Regulation 112 on a wall 25 m away, the cut-off, candela in every renderer."""

from __future__ import annotations

from dataclasses import replace
from math import pi, radians, tan

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.colour import LUMINANCE_RGB
from simgen.geometry import Pose
from simgen.records.frame import Frame
from simgen.records.light import Fog, SpotLight
from simgen.records.scene import Scene
from simgen.rendering.analytic import AnalyticRenderer
from simgen.rendering.beams import share_of
from simgen.rendering.protocol import Renderer
from tests.builders import camera, make_scene, static_box
from tests.measures.light import CARD, DARK
from tests.views import picture

SAMPLES = 16
LOW = SpotLight("low", Pose(), "", 15_000.0, beam="low", radius_m=0.0)
HIGH = SpotLight("high", Pose(), "", 45_000.0, beam="high", radius_m=0.0)
WALL_M = 25.0


def candela(lamp: SpotLight, right_deg: float, up_deg: float) -> float:
    """Intensity towards a point of the wall, by its angles from the axis as the regulation counts them."""
    way = np.array([1.0, -tan(radians(right_deg)), tan(radians(up_deg))])
    return lamp.intensity_cd * float(share_of(lamp, way / np.linalg.norm(way)))


@pytest.mark.parametrize(
    ("right_deg", "up_deg", "least_cd", "most_cd"),
    [
        (-3.43, 0.57, 0, 350),  # B 50 L: the eyes of who comes towards it
        (2.5, 1.0, 0, 1750),  # BR
        (1.15, -0.57, 10_100, np.inf),  # 75 R
        (-3.43, -0.57, 0, 10_600),  # 75 L
        (1.72, -0.86, 10_100, np.inf),  # 50 R
        (-3.43, -0.86, 0, 13_200),  # 50 L
        (0.0, -0.86, 5_100, np.inf),  # 50 V
        (-9.0, -1.72, 1_700, np.inf),  # 25 L
        (9.0, -1.72, 1_700, np.inf),  # 25 R
        (-5.15, -1.72, 2_500, np.inf),  # zone IV
        (5.15, -1.72, 2_500, np.inf),
        (0.0, 2.0, 0, 625),  # zone III
    ],
)
def test_a_low_beam_meets_the_points_of_the_regulation(
    right_deg: float, up_deg: float, least_cd: float, most_cd: float
) -> None:
    assert least_cd <= candela(LOW, right_deg, up_deg) <= most_cd


def test_a_low_beam_s_cut_off_rises_by_fifteen_degrees_on_the_near_side() -> None:
    """The steepest step upwards lies 0.57 degrees down on the far side, and rises by tan 15 on the near one."""
    up = np.linspace(-1.5, 2.5, 801)
    for right_deg in (-4.0, -2.0, 2.0, 4.0):
        levels = np.array([candela(LOW, right_deg, v) for v in up])
        edge = up[np.argmin(np.gradient(levels))]
        assert edge == pytest.approx(-0.57 + tan(radians(15)) * max(right_deg, 0.0), abs=0.06)


def test_where_traffic_keeps_left_the_pattern_is_mirrored() -> None:
    left = replace(LOW, near_side="left")
    for right_deg, up_deg in ((2.0, -0.3), (-5.0, -1.0)):
        assert candela(left, -right_deg, up_deg) == pytest.approx(candela(LOW, right_deg, up_deg))


def test_a_high_beam_is_brightest_ahead() -> None:
    assert candela(HIGH, 0.0, 0.0) == pytest.approx(45_000.0)
    assert candela(HIGH, 2.6, 0.0) >= 20_300.0
    assert candela(HIGH, 5.15, 0.0) >= 5_100.0


def test_no_beam_is_brighter_than_its_intensity() -> None:
    rng = np.random.default_rng(0)
    ways = np.column_stack([np.ones(4000), rng.uniform(-0.6, 0.6, 4000), rng.uniform(-0.3, 0.3, 4000)])
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    for lamp in (LOW, HIGH):
        assert 0.99 < share_of(lamp, np.vstack([ways, [[1.0, 0.0, 0.0]]])).max() <= 1.0 or lamp is LOW
        assert share_of(lamp, ways).max() <= 1.0


def wall(lamp: SpotLight, fov_deg: float = 16.0, fog: Fog | None = None) -> Scene:
    board = static_box((0.2, 40.0, 40.0), (WALL_M + 0.1, 0.0, 0.0), material=CARD)
    seen = camera(
        eye=(0.0, 0.0, 0.0), target=(WALL_M, 0.0, 0.0), width=64, height=64, fov_rad=radians(fov_deg)
    )
    return make_scene([board], [seen], suns=[], environment=DARK, lights=(lamp,), fog=fog)


def level(frame: Frame, right_deg: float, up_deg: float) -> float:
    camera = frame.view.intrinsics
    x, y = (camera.cx + camera.fx * tan(radians(right_deg)), camera.cy - camera.fy * tan(radians(up_deg)))
    return float((frame.radiance.astype(float) @ LUMINANCE_RGB)[round(y), round(x)])


@pytest.mark.parametrize("lamp", [LOW, HIGH, replace(LOW, near_side="left")])
def test_on_a_wall_at_25_m_every_renderer_shows_candela_over_distance_squared(
    renderers: tuple[Renderer, ...], lamp: SpotLight
) -> None:
    for renderer in (*renderers, AnalyticRenderer()):
        frame = picture(renderer, wall(lamp), AssetLibrary())
        for right_deg, up_deg in ((1.5, -1.5), (-4.0, -2.0), (4.0, -2.0), (0.0, 0.0)):
            lux = candela(lamp, right_deg, up_deg) / WALL_M**2
            assert level(frame, right_deg, up_deg) == pytest.approx(0.5 * lux / pi, rel=0.12, abs=0.02)


def test_above_the_cut_off_only_stray_light_is_left(renderers: tuple[Renderer, ...]) -> None:
    for renderer in renderers:
        frame = picture(renderer, wall(LOW), AssetLibrary())
        assert level(frame, -4.0, 1.0) < 0.03 * level(frame, 0.5, -1.0)


def test_fog_shows_the_cut_off_too(renderers: tuple[Renderer, ...]) -> None:
    """Seen from the side, the air is dark above the beam and bright in it, alike in both renderers."""
    beside = camera(eye=(8.0, -6.0, 0.0), target=(8.0, 0.0, 0.0), width=32, height=32, fov_rad=0.3)
    scene = replace(wall(LOW, fog=Fog(60.0)), cameras=(beside,))
    rows = [
        (picture(renderer, scene, AssetLibrary()).radiance.astype(float) @ LUMINANCE_RGB).mean(axis=1)
        for renderer in renderers
    ]
    for row in rows:
        assert row[:10].mean() < 0.3 * row[18:22].mean()
    assert rows[0][20:].mean() == pytest.approx(rows[1][20:].mean(), rel=0.1)
