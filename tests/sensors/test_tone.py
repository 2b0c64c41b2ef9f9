"""The tone curve's three anchors and the sRGB functions against the standard's numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from simgen.colour import srgb_from_linear
from simgen.sensors.exposure import METERED_LEVEL
from simgen.sensors.tone import code_thresholds, inverse_tone_curve, tone_curve
from tests.strategies import numbers


def test_the_anchors_of_the_tone_curve() -> None:
    assert float(tone_curve(0.0)) == 0.0
    assert float(tone_curve(METERED_LEVEL)) == pytest.approx(0.18, rel=1e-12)
    assert float(tone_curve(1.0)) == pytest.approx(1.0, rel=1e-12)
    assert float(tone_curve(1e6)) == float(tone_curve(1.0))


def test_the_tone_curve_rises_everywhere_and_compresses_the_ends() -> None:
    x = np.geomspace(1e-5, 1, 2000)
    slope = np.gradient(np.log(tone_curve(x)), np.log(x))
    assert (slope > 0).all()
    middle = slope[np.abs(x - METERED_LEVEL).argmin()]
    assert 0.9 < middle < 1.2
    assert slope[-1] < middle / 2  # shoulder


@given(numbers(0.0, 1.0))
def test_the_inverse_tone_curve_inverts(x: float) -> None:
    assert float(inverse_tone_curve(tone_curve(x))) == pytest.approx(x, rel=1e-9, abs=1e-12)


def test_code_thresholds_are_where_rounding_turns() -> None:
    thresholds = code_thresholds()
    assert thresholds.shape == (255,)
    assert (np.diff(thresholds) > 0).all()
    above = 255 * srgb_from_linear(tone_curve(thresholds * (1 + 1e-9)))
    below = 255 * srgb_from_linear(tone_curve(thresholds * (1 - 1e-9)))
    np.testing.assert_array_equal(np.round(above), np.arange(1, 256))
    np.testing.assert_array_equal(np.round(below), np.arange(0, 255))
