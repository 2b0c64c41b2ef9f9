"""Lamps as cameras see them: as bright as their candela say, hidden by what stands before them, dimmed by fog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import exp, log

import numpy as np
import pytest

from simgen.geometry import Pose
from simgen.lens import Lens
from simgen.records.frame import Frame
from simgen.records.light import Fog, SpotLight
from simgen.records.scene import Scene
from tests.builders import box, camera, make_scene
from tests.measures.light import DARK, luminance

Render = Callable[[Scene], Frame]
CANDELA, AWAY_M = 10.0, 20.0
LAMP = SpotLight("lamp", Pose((0.0, 0.0, 1.0)), "", CANDELA, inner_angle_rad=0.3, outer_angle_rad=0.5)
FACING = camera(eye=(AWAY_M, 0.0, 1.0), target=(0.0, 0.0, 1.0), width=64, height=48, fov_rad=0.1)
BEHIND = camera(eye=(-AWAY_M, 0.0, 1.0), target=(0.0, 0.0, 1.0), width=64, height=48, fov_rad=0.1)
WALL = box((1.0, 5.0, 5.0), at=(5.0, 0.0, 1.0))


def lux(frame: Frame) -> float:
    """Return the illuminance that a picture's light gives at the camera, the way it looks."""
    lens = frame.view.intrinsics
    steradian = 1.0 / (lens.fx * lens.fy)  # of a pixel near the axis
    return float(luminance(frame).sum()) * steradian


@pytest.mark.parametrize("radius_m", [0.001, 0.05, 0.4])
def test_a_lamp_brings_its_candela_to_the_eye_however_large_it_is(render: Render, radius_m: float) -> None:
    lamp = replace(LAMP, radius_m=radius_m)
    frame = render(make_scene([], [FACING], suns=[], environment=DARK, lights=[lamp]))
    assert lux(frame) == pytest.approx(CANDELA / (AWAY_M - 0.05) ** 2, rel=0.05)
    assert not frame.instance_id.any()


def test_a_lamp_is_seen_through_a_lens_where_it_is_through_a_pinhole(render: Render) -> None:
    lamp = replace(LAMP, radius_m=0.2)
    seen = replace(FACING, intrinsics=replace(FACING.intrinsics, lens=Lens("brown_conrady")))
    pictures = [
        luminance(render(make_scene([], [eye], suns=[], environment=DARK, lights=[lamp])))
        for eye in (FACING, seen)
    ]
    np.testing.assert_array_equal(*pictures)


def test_a_lamp_is_not_seen_from_behind_nor_through_a_wall(render: Render) -> None:
    lamp = replace(LAMP, radius_m=0.2)
    dark = render(make_scene([], [BEHIND], suns=[], environment=DARK, lights=[lamp]))
    hidden = render(make_scene([WALL], [FACING], suns=[], environment=DARK, lights=[lamp]))
    assert luminance(dark).max() == 0.0
    assert luminance(hidden).max() < 0.01 * CANDELA


def test_fog_dims_a_lamp_by_koschmieder_s_law(render: Render) -> None:
    lamp, fog = replace(LAMP, radius_m=0.05), Fog(100.0)
    lit, glow = (
        lux(render(make_scene([], [FACING], suns=[], environment=DARK, lights=[each], fog=fog)))
        for each in (lamp, replace(lamp, radius_m=0.0))
    )
    clear = CANDELA / (AWAY_M - 0.05) ** 2
    assert lit - glow == pytest.approx(clear * exp(log(0.05) * AWAY_M / 100.0), rel=0.05)
