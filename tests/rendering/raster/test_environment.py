"""What a light map is taken for, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from simgen.rendering.raster.environment import (
    DIRECTION_COUNT,
    analyse,
    illuminate,
    sphere_grid,
    sun_in_scene,
    uniform_map,
)

AXES = np.vstack([np.eye(3), -np.eye(3)])


def disc_map(direction: np.ndarray, radius_rad: float, radiance: float, width: int = 1024) -> np.ndarray:
    directions, _ = sphere_grid(width, width // 2)
    inside = directions @ direction > np.cos(radius_rad)
    return np.where(inside[..., None], radiance, 0.1).repeat(3, axis=2).astype(np.float32)


def test_texels_share_out_the_whole_sphere() -> None:
    assert sphere_grid(64, 32)[1].sum() == pytest.approx(4 * np.pi)


def test_a_uniform_map_lights_every_side_alike() -> None:
    light = illuminate(analyse(uniform_map()), 1000.0, 0.7)
    np.testing.assert_allclose(light.irradiance(AXES), 1000.0 / np.pi, rtol=1e-3)


def test_a_cosine_map_gives_the_irradiance_of_its_harmonics() -> None:
    """L = 1 + z: E(n) / pi = 1 + 2/3 n.z (the cosine lobe keeps two thirds of order 1)."""
    directions, _ = sphere_grid(256, 128)
    radiance = (1 + directions[..., 2:]).repeat(3, axis=2).astype(np.float32)
    analysis = analyse(radiance)
    light = illuminate(analysis, analysis.upward_illuminance, 0.0)
    np.testing.assert_allclose(light.irradiance(AXES)[:, 0], 1 + 2 / 3 * AXES[:, 2], atol=2e-3)


def test_turning_the_map_turns_its_light() -> None:
    directions, _ = sphere_grid(256, 128)
    radiance = (1 + directions[..., :1]).repeat(3, axis=2).astype(np.float32)  # brightest towards +X
    analysis = analyse(radiance)
    turned = illuminate(analysis, analysis.upward_illuminance, np.pi / 2).irradiance(AXES)[:, 1]
    assert int(np.argmax(turned)) == 1  # +Y


def test_a_bright_disc_becomes_a_sun_and_no_energy_is_lost() -> None:
    direction = np.array([0.6, 0.0, 0.8])
    radiance = disc_map(direction, 0.02, 5000.0)
    _, solid_angles = sphere_grid(1024, 512)
    analysis = analyse(radiance)
    (sun,) = analysis.suns
    assert float(sun.direction @ direction) > np.cos(0.005)
    assert sun.angular_diameter_rad == pytest.approx(0.04, rel=0.35)
    total = float((radiance[..., 1] * solid_angles).sum())
    soft = float((analysis.soft[..., 1] * sphere_grid(512, 256)[1]).sum())
    assert sun.illuminance_rgb[1] + soft == pytest.approx(total, rel=0.01)
    assert analysis.soft.max() < 0.01 * radiance.max()


def test_a_sun_across_the_seam_of_the_map_is_one_sun() -> None:
    assert len(analyse(disc_map(np.array([-1.0, 0.0, 0.0]), 0.05, 2000.0)).suns) == 1


def test_a_sun_turns_and_scales_with_its_map() -> None:
    (sun,) = analyse(disc_map(np.array([1.0, 0.0, 0.0]), 0.03, 5000.0)).suns
    direction, lux = sun_in_scene(sun, 2.0, np.pi / 2)
    np.testing.assert_allclose(direction, [0.0, 1.0, 0.0], atol=0.01)
    np.testing.assert_allclose(lux, 2 * sun.illuminance_rgb)


def test_the_directions_share_out_energy_and_sphere() -> None:
    analysis = analyse(uniform_map())
    assert len(analysis.directions) == DIRECTION_COUNT
    assert analysis.solid_angles.sum() == pytest.approx(4 * np.pi)
    assert analysis.energies_rgb[:, 0].sum() == pytest.approx(4 * np.pi, rel=1e-3)
    np.testing.assert_allclose(np.linalg.norm(analysis.directions, axis=1), 1.0)


def test_a_black_map_lights_nothing() -> None:
    light = illuminate(analyse(np.zeros((16, 32, 3), np.float32)), 1000.0, 0.0)
    assert light.irradiance(AXES).max() == 0.0
