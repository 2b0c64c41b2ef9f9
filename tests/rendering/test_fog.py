"""Fog against its definition: what gets through, along which way, and what the air sends."""

from __future__ import annotations

from math import exp, log, pi

import numpy as np
import pytest
from scipy import integrate

from simgen.records.light import Fog, SunLight
from simgen.rendering.fog import (
    airlight,
    extinction_per_m,
    fogged,
    optical_depth,
    optical_depth_to_sky,
    scattered,
)
from simgen.rendering.light_map import sphere_grid

GROUND_FOG = Fog(visibility_m=100.0, scale_height_m=4.0, base_m=1.0)


def at(value: float) -> np.ndarray:
    return np.asarray(value)


@pytest.mark.parametrize("visibility_m", [20.0, 200.0, 4000.0])
def test_a_twentieth_of_the_light_comes_from_the_visibility_range(visibility_m: float) -> None:
    depth = optical_depth(Fog(visibility_m), at(1.0), at(7.0), at(visibility_m))
    assert np.exp(-depth) == pytest.approx(0.05, rel=1e-9)


@pytest.mark.parametrize(("z0", "z1"), [(0.0, 0.5), (0.5, 6.0), (9.0, 2.0), (3.0, 3.0), (3.0, 3.001)])
def test_ground_fog_is_integrated_along_the_ray(z0: float, z1: float) -> None:
    def extinction(s: float) -> float:
        above = max(z0 + (z1 - z0) * s / 50.0 - GROUND_FOG.base_m, 0.0)
        return log(20.0) / 100.0 * exp(-above / 4.0)

    expected = integrate.quad(extinction, 0.0, 50.0, points=[5.0, 25.0])[0]
    assert optical_depth(GROUND_FOG, at(z0), at(z1), at(50.0)) == pytest.approx(expected, rel=1e-5)


def test_the_sky_is_seen_through_ground_fog_only_upwards() -> None:
    depth = optical_depth_to_sky(GROUND_FOG, 1.0, np.array([1.0, 0.5, 0.0, -0.3]))
    sigma = extinction_per_m(GROUND_FOG)
    assert depth[:2] == pytest.approx([sigma * 4.0, sigma * 8.0])
    assert np.isinf(depth[2:]).all()
    assert np.isinf(optical_depth_to_sky(Fog(100.0), 1.0, np.array([1.0]))).all()


def test_scattering_shares_out_all_light_and_most_of_it_forward() -> None:
    directions, solid_angles = sphere_grid(256, 128)
    assert (scattered(directions[..., 2]) * solid_angles).sum() == pytest.approx(1.0, rel=1e-3)
    assert scattered(at(1.0)) > 10 * scattered(at(-1.0))


def test_endless_fog_hides_everything_behind_the_airlight() -> None:
    """Surroundings alone: their mean. A sun adds its scattered light, brightest towards it."""
    mean = np.array([10.0, 20.0, 30.0])
    ways = np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]])
    grey = airlight(mean, (), ways)
    np.testing.assert_allclose(fogged(np.full((2, 3), 900.0), np.full(2, np.inf), grey), [mean, mean])
    sunny = airlight(mean, (SunLight("sun", (1.0, 0.0, 0.0), 1000.0),), ways)
    np.testing.assert_allclose(sunny[0] - mean, 1000.0 * scattered(at(1.0)))
    assert (sunny[1] > mean).all()
    assert (sunny[1] < sunny[0]).all()


def test_all_scattered_sunlight_is_what_came_in() -> None:
    directions, solid_angles = sphere_grid(256, 128)
    air = airlight(np.zeros(3), (SunLight("sun", (0.0, 0.0, 1.0), pi),), directions)
    assert (air[..., 1] * solid_angles).sum() == pytest.approx(pi, rel=1e-3)
