"""The day sky's model against its published formula, at nodes of its data where nothing is interpolated."""

from __future__ import annotations

import numpy as np
import pytest

from simgen.assets.clear_sky import clear_sky
from simgen.resources import shipped

ZENITH = np.array([0.0, 0.0, 1.0])


@pytest.mark.parametrize("turbidity", [1, 4, 10])
@pytest.mark.parametrize("albedo", [0, 1])
def test_with_the_sun_in_the_zenith_it_is_the_formula_of_the_paper(turbidity: int, albedo: int):
    """Equation 8 of Hosek and Wilkie (2012); there the quintic in the sun's height ends at its last control point."""
    with np.load(shipped("assets") / "sky" / "hosek_wilkie.npz") as data:
        terms = data["shape_terms"][turbidity - 1, albedo, 5].astype(float)
        mean = data["mean_radiance"][turbidity - 1, albedo, 5].astype(float)
    angle = 0.7  # from the zenith, and so from the sun
    cosine, direction = np.cos(angle), np.array([np.sin(angle), 0.0, np.cos(angle)])
    for channel in range(3):
        a, b, c, d, e, f, h, i, g = terms[channel]
        chi = (1 + cosine**2) / (1 + g**2 - 2 * g * cosine) ** 1.5
        shape = c + d * np.exp(e * angle) + f * cosine**2 + h * chi + i * cosine**0.5
        expected = (1 + a * np.exp(b / (cosine + 0.01))) * shape * mean[channel]
        found = clear_sky(direction, ZENITH, turbidity, albedo)[channel]
        assert found == pytest.approx(expected, rel=1e-9)


def test_between_nodes_it_changes_smoothly_and_stays_positive():
    grid = np.random.default_rng(1).normal(size=(200, 3))
    directions = np.abs(grid) / np.linalg.norm(grid, axis=1, keepdims=True)
    for height in (0.0, 0.02, 0.3, 1.2):
        sun = np.array([np.cos(height), 0.0, np.sin(height)])
        light = [clear_sky(directions, sun, turbidity, 0.2) for turbidity in (2.99, 3.0, 3.01)]
        assert min(values.min() for values in light) >= 0.0
        np.testing.assert_allclose(light[0], light[2], rtol=0.03, atol=0.01)
        np.testing.assert_allclose(2 * light[1], light[0] + light[2], rtol=0.01, atol=0.01)
