"""Light maps against formula: a uniform map, a map that is bright only above, the directions of texels."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest

from simgen.rendering.light_map import shrunk, sphere_grid, upward_illuminance


def test_texels_cover_the_whole_sphere() -> None:
    directions, solid_angles = sphere_grid(64, 32)
    assert solid_angles.sum() == pytest.approx(4 * pi)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=-1), 1.0)


def test_the_first_row_is_up_and_the_middle_column_is_along_x() -> None:
    directions, _ = sphere_grid(64, 32)
    assert directions[0, :, 2].min() > 0.99
    np.testing.assert_allclose(directions[16, 32], (1, 0, 0), atol=0.1)
    np.testing.assert_allclose(directions[16, 48], (0, 1, 0), atol=0.1)


@pytest.mark.parametrize("width", [128, 512, 1024])
def test_a_uniform_map_gives_pi_times_its_luminance(width: int) -> None:
    grey = np.full((width // 2, width, 3), 2.0, np.float32)
    assert upward_illuminance(grey) == pytest.approx(2 * pi, rel=1e-3)


def test_light_from_below_does_not_reach_a_plane_that_looks_up() -> None:
    light = np.zeros((64, 128, 3), np.float32)
    light[32:] = 5.0
    assert upward_illuminance(light) == pytest.approx(0.0, abs=1e-6)


def test_shrinking_keeps_the_mean_and_leaves_small_maps_alone() -> None:
    light = np.random.default_rng(0).random((64, 128, 3)).astype(np.float32)
    assert shrunk(light, 32).mean() == pytest.approx(float(light.mean()), rel=1e-5)
    np.testing.assert_array_equal(shrunk(light, 128), light)
