from __future__ import annotations

import numpy as np
import pytest

from simgen.assets.procedural import SURFACES
from simgen.assets.procedural.noise import fractal_noise, normal_texture, rgb, value_noise
from simgen.assets.procedural.surfaces import VARIANTS, finish
from simgen.rng import keyed_generator


@pytest.mark.parametrize("surface", SURFACES)
def test_a_surface_is_textured_and_has_a_real_scale(surface: str):
    look = finish(surface, 0)
    color = look.material.base_color_map
    assert color is not None
    assert color.pixels.shape == (512, 512, 3)
    assert color.pixels.astype(float).std() > 0.5, "a flat colour"
    assert 0.05 <= look.tile_m <= 4.0


@pytest.mark.parametrize("surface", SURFACES)
def test_a_surface_repeats_without_a_seam(surface: str):
    color = finish(surface, 1).material.base_color_map
    assert color is not None
    pixels = color.pixels.astype(float).mean(axis=2)
    for axis in (0, 1):
        steps = np.abs(np.diff(pixels, axis=axis)).mean(axis=1 - axis)
        seam = np.abs(np.take(pixels, 0, axis) - np.take(pixels, -1, axis)).mean()
        assert seam <= steps.max() * 1.3 + 1.0


def test_seeds_pick_among_a_bounded_number_of_pictures():
    assert finish("wood", 2) is finish("wood", 2 + VARIANTS)
    assert finish("wood", 2) is not finish("wood", 3)


def test_noise_is_periodic_and_in_range():
    noise = value_noise(keyed_generator("noise"), (64, 64), (8, 8))
    assert 0 <= noise.min() <= noise.max() <= 1
    steps = np.abs(np.diff(noise, axis=1)).max()
    assert np.abs(noise[:, 0] - noise[:, -1]).max() <= steps * 1.01


def test_fractal_noise_spans_the_whole_range():
    noise = fractal_noise(keyed_generator("noise"), (64, 32), (4, 2), 4)
    assert (noise.shape, noise.min(), noise.max()) == ((64, 32), 0.0, 1.0)


def test_a_slope_rising_along_u_tilts_the_normal_against_u():
    height = np.tile(np.sin(np.arange(64) / 64 * 2 * np.pi), (64, 1))
    normal = normal_texture(height, 10.0).pixels.astype(float) / 255 * 2 - 1
    assert normal[0, 0, 0] == pytest.approx(-np.sin(np.arctan(10 * 2 * np.pi / 64)), abs=0.02)
    assert np.all(np.abs(normal[..., 1]) < 0.01)


def test_a_slope_rising_along_v_tilts_the_normal_against_v():
    height = np.tile(np.sin(np.arange(64) / 64 * 2 * np.pi)[:, None], (1, 64))  # rises downwards at row 0
    normal = normal_texture(height, 10.0).pixels.astype(float) / 255 * 2 - 1
    assert normal[0, 0, 1] == pytest.approx(np.sin(np.arctan(10 * 2 * np.pi / 64)), abs=0.02)


def test_hex_colours_are_read_as_srgb():
    assert rgb("ff8000") == (1.0, 128 / 255, 0.0)
