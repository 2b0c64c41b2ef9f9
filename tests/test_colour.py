"""Colour: the curve of sRGB by known values, its inverse, and plain numbers that agree with arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from simgen.colour import LUMINANCE_RGB, linear_from_srgb, linear_rgb, srgb_from_linear
from tests.strategies import numbers


def test_srgb_of_known_values() -> None:
    """Mid-grey 18 % is code 118; linear 0.5 is code 188; the two branches meet."""
    codes = np.round(255 * srgb_from_linear([0.0, 0.18, 0.5, 1.0]))
    np.testing.assert_array_equal(codes, [0, 118, 188, 255])
    low, high = srgb_from_linear([0.0031308, 0.0031308 + 1e-12])
    assert low == pytest.approx(high, abs=1e-7)


@given(numbers(0.0, 1.0))
def test_srgb_decodes_what_it_encodes(x: float) -> None:
    assert float(linear_from_srgb(srgb_from_linear(x))) == pytest.approx(x, rel=1e-6, abs=1e-9)


def test_every_code_survives_the_way_to_light_and_back() -> None:
    codes = np.arange(256) / 255
    np.testing.assert_allclose(srgb_from_linear(linear_from_srgb(codes)), codes, atol=1e-6)


@given(numbers(0.0, 1.0), numbers(0.0, 0.1))
def test_one_colour_in_plain_numbers_is_as_bright_as_in_an_array(bright: float, dark: float) -> None:
    srgb = (bright, dark, 1.0)
    assert linear_rgb(srgb) == pytest.approx(linear_from_srgb(srgb).tolist(), rel=1e-12)


def test_white_has_luminance_one_and_green_gives_most_of_it() -> None:
    np.testing.assert_array_equal(LUMINANCE_RGB, [0.2126, 0.7152, 0.0722])
    assert LUMINANCE_RGB.sum() == pytest.approx(1.0)
