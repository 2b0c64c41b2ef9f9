"""Exposure values, saturation and metering, by formula."""

from __future__ import annotations

from math import log2, pi

import numpy as np
import pytest
from hypothesis import given

from simgen.sensors.exposure import METERED_LEVEL, ev100, meter, saturation_luminance
from tests.strategies import numbers


def test_sunny_sixteen() -> None:
    """f/16, 1/100 s at ISO 100 in sunlight is EV 14.6."""
    assert ev100(16, 1 / 100, 100) == pytest.approx(log2(25_600), abs=1e-12)


@pytest.mark.parametrize(
    ("f_number", "time_s", "iso", "expected"), [(2.0, 1 / 60, 400, 72.0), (1.6, 1 / 30, 800, 11.52)]
)
def test_saturation_of_real_settings(f_number: float, time_s: float, iso: float, expected: float) -> None:
    """L_max = 1.2 * N² / t * 100 / S: f/2, 1/60 s, ISO 400 clips at 72 cd/m²."""
    assert saturation_luminance(ev100(f_number, time_s, iso)) == pytest.approx(expected)


@given(numbers(1, 22), numbers(1e-4, 1.0), numbers(50, 6400))
def test_twice_the_time_or_the_speed_is_one_ev_less(f_number: float, time_s: float, iso: float) -> None:
    value = ev100(f_number, time_s, iso)
    assert ev100(f_number, 2 * time_s, iso) == pytest.approx(value - 1)
    assert ev100(f_number, time_s, 2 * iso) == pytest.approx(value - 1)
    assert saturation_luminance(value - 1) == pytest.approx(saturation_luminance(value) / 2)


@given(numbers(0.02, 30_000))
def test_an_even_picture_is_metered_by_the_meter_formula(luminance: float) -> None:
    picture = np.full((48, 64, 3), luminance, np.float16)
    assert meter(picture) == pytest.approx(log2(float(picture[0, 0, 0]) * 100 / 12.5), abs=0.5 / 64 + 1e-9)


def test_metering_puts_the_average_where_it_says() -> None:
    picture = np.full((480, 640, 3), 0.18 * 10_000 / pi, np.float16)
    level = float(picture[0, 0, 0]) / saturation_luminance(meter(picture))
    assert level == pytest.approx(METERED_LEVEL, rel=0.006)  # half a step of 1/64 EV is 0.54 %


def test_twice_the_light_is_one_ev_more() -> None:
    picture = np.exp2(np.random.default_rng(1).uniform(-3, 5, (60, 80, 3))).astype(np.float16)
    assert meter(picture * np.float16(2)) == meter(picture) + 1


def test_lamps_and_unlit_background_do_not_pull_the_exposure() -> None:
    picture = np.full((100, 100, 3), 50.0, np.float16)
    plain = meter(picture)
    lamps = picture.copy()
    lamps[:5, :, :] = 60_000
    assert meter(lamps) == plain
    half_black = picture.copy()
    half_black[:, :50] = 0
    assert meter(half_black) == plain


def test_the_middle_counts_more_than_the_corners() -> None:
    bright_middle = np.full((90, 90, 3), 10.0, np.float16)
    bright_middle[30:60, 30:60] = 1000
    bright_edge = np.full((90, 90, 3), 10.0, np.float16)
    bright_edge[:10] = 1000  # as many pixels
    assert meter(bright_middle) > meter(bright_edge) + 0.1


def test_a_black_picture_meters_as_zero_and_extremes_stay_in_range() -> None:
    assert meter(np.zeros((10, 10, 3), np.float16)) == 0.0
    assert meter(np.full((10, 10, 3), 6e-8, np.float16)) == -8.0


def test_large_pictures_are_metered_like_small_ones() -> None:
    ramp = np.exp2(np.linspace(0, 6, 960))[:, None, None] * np.ones((1, 1280, 3))
    assert meter(ramp.astype(np.float16)) == pytest.approx(
        meter(ramp[8::16, 8::16].astype(np.float16)), abs=1 / 64
    )
