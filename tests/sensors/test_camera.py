"""Developing: the lookup is the formula, one EV is a factor of two, and a grey card comes out grey."""

from __future__ import annotations

from dataclasses import replace
from math import pi

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from simgen.colour import linear_from_srgb, srgb_from_linear
from simgen.records.frame import Frame
from simgen.records.light import EnvironmentLight, SunLight
from simgen.records.scene import MaterialOverride
from simgen.sensors.camera import develop
from simgen.sensors.exposure import saturation_luminance
from simgen.sensors.tone import tone_curve
from tests.builders import box, camera, make_scene
from tests.strategies import numbers
from tests.views import cast

FRAME = cast(make_scene([box()]))


def picture(radiance: NDArray[np.float16]) -> Frame:
    return replace(FRAME, radiance=radiance)


@settings(deadline=None)
@given(numbers(-4, 18))
def test_every_half_float_is_developed_by_the_formula(ev100: float) -> None:
    positive = np.arange(0x7C00, dtype=np.uint16).view(np.float16)
    reading = develop(picture(positive[:, None, None].repeat(3, axis=2)), camera(exposure_ev100=ev100))
    exact = 255 * srgb_from_linear(tone_curve(positive.astype(float) / saturation_luminance(ev100)))
    assert reading.rgb.dtype == np.uint8
    codes = reading.rgb[:, 0, 0].astype(float)
    assert (np.abs(codes - exact) <= 0.5 + 1e-6).all()
    assert (np.diff(codes) >= 0).all()


def test_one_ev_is_a_factor_of_two_in_light() -> None:
    light = np.random.default_rng(0).uniform(0, 500, (24, 32, 3)).astype(np.float16)
    brighter = develop(picture(light * np.float16(2)), camera(exposure_ev100=10.0))
    longer = develop(picture(light), camera(exposure_ev100=9.0))
    np.testing.assert_array_equal(brighter.rgb, longer.rgb)


def test_saturation_is_white_and_darkness_black() -> None:
    light = np.array([[[0.0, 0.0, 0.0], [1300.0, 1300.0, 1300.0], [65504.0, np.inf, -0.0]]], np.float16)
    reading = develop(picture(light), camera(exposure_ev100=10.0))  # clips at 1228.8 cd/m²
    np.testing.assert_array_equal(reading.rgb[0], [[0, 0, 0], [255, 255, 255], [255, 255, 0]])


def test_channels_stay_apart() -> None:
    light = np.zeros((2, 2, 3), np.float16)
    light[0, 1] = (100, 200, 300)
    rgb = develop(picture(light), camera(exposure_ev100=9.0)).rgb
    assert rgb[0, 1, 0] < rgb[0, 1, 1] < rgb[0, 1, 2]
    assert rgb.sum() == rgb[0, 1].astype(int).sum()


@pytest.mark.parametrize("illuminance_lux", [30.0, 500.0, 80_000.0])
def test_a_metered_grey_card_comes_out_at_eighteen_percent(illuminance_lux: float) -> None:
    """From a lamp-lit room to full sun; the card fills the picture."""
    card = box((9, 9, 0.1), material=MaterialOverride(base_color_rgb=(0.18, 0.18, 0.18)))
    scene = make_scene(
        [card],
        cameras=[camera(eye=(0, 0, 1), exposure_ev100=None)],
        suns=[SunLight("sun", (0, 0, 1), illuminance_lux)],
        environment=EnvironmentLight(None, illuminance_lux / 10),
    )
    frame = cast(scene)
    assert float(frame.radiance[24, 32, 0]) == pytest.approx(0.18 * 1.1 * illuminance_lux / pi, rel=1e-3)
    reading = develop(frame, scene.cameras[0])
    target = 255 * float(srgb_from_linear(0.18))
    assert np.abs(reading.rgb - target).max() <= 0.02 * target
    assert float(linear_from_srgb(reading.rgb.mean() / 255)) == pytest.approx(0.18, rel=0.04)


def test_the_exposure_used_is_recorded() -> None:
    assert develop(FRAME, camera(exposure_ev100=8.25)).ev100 == 8.25
    metered = develop(FRAME, camera(exposure_ev100=None))
    again = develop(FRAME, camera(exposure_ev100=metered.ev100))
    np.testing.assert_array_equal(metered.rgb, again.rgb)


def test_developing_reads_any_memory_layout_and_changes_nothing() -> None:
    light = np.random.default_rng(0).uniform(0, 500, (24, 32, 3)).astype(np.float16)
    flipped = light[::-1]
    before = flipped.copy()
    np.testing.assert_array_equal(
        develop(picture(flipped), camera()).rgb, develop(picture(before), camera()).rgb
    )
    np.testing.assert_array_equal(flipped, before)
