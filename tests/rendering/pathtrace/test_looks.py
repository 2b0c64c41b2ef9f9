"""Materials as a path tracer takes them: factors in the pictures, opacity, and what is kept of the colour."""

from __future__ import annotations

import numpy as np
import pytest

from simgen.colour import linear_from_srgb
from simgen.records.asset import Material, Texture
from simgen.rendering.pathtrace.looks import Look

KEPT = 0.93  # of colours that are not metallic


def picture(*rows: list[list[int]], srgb: bool = True) -> Texture:
    return Texture(np.array(rows, np.uint8), srgb)


def test_a_plain_material_is_numbers() -> None:
    look = Look.of(Material(base_color_rgb=(0.5, 0.2, 0.1), roughness=0.7, metallic=1.0))
    assert look.color == (0.5, 0.2, 0.1)
    assert (look.roughness, look.metallic, look.normal, look.opacity) == (0.7, 1.0, None, 1.0)


def test_colours_that_are_not_metallic_leave_room_for_the_mirrored_part() -> None:
    look = Look.of(Material(base_color_rgb=(1.0, 0.5, 0.0), metallic=0.0))
    assert look.color == pytest.approx((KEPT, 0.5 * KEPT, 0.0))


def test_a_factor_multiplies_its_map_in_linear_light() -> None:
    texture = picture([[200, 100, 50]])
    look = Look.of(Material(base_color_rgb=(0.5, 1.0, 1.0), base_color_map=texture, metallic=1.0))
    assert isinstance(look.color, np.ndarray)
    given = linear_from_srgb(look.color[0, 0] / 255)
    expected = linear_from_srgb(np.array([200, 100, 50]) / 255) * (0.5, 1.0, 1.0)
    np.testing.assert_allclose(given, expected, atol=0.005)


def test_roughness_and_metallic_come_from_green_and_blue() -> None:
    texture = picture([[0, 128, 255]], srgb=False)
    look = Look.of(Material(roughness=0.5, metallic=0.4, metallic_roughness_map=texture))
    assert isinstance(look.roughness, np.ndarray)
    assert isinstance(look.metallic, np.ndarray)
    assert look.roughness[0, 0] == pytest.approx(64, abs=1)
    assert look.metallic[0, 0] == pytest.approx(0.4 * 255, abs=1)


def test_a_mask_is_nearly_a_step_and_glass_shows_what_it_covers_and_mirrors() -> None:
    texture = picture([[9, 9, 9, 40], [9, 9, 9, 200]])
    cut = Look.of(Material(base_color_map=texture, alpha_mode="mask", alpha_cutoff=0.5)).opacity
    assert isinstance(cut, np.ndarray)
    assert cut[0].tolist() == [0, 255]
    clear = Look.of(Material(alpha=0.3, alpha_mode="blend", alpha_cutoff=0.0)).opacity
    assert clear == pytest.approx(
        1 - 0.7 * 0.96, abs=0.005
    )  # what it does not cover it still mirrors a little


def test_a_mirrored_texture_turns_the_normal_map_over() -> None:
    texture = picture([[10, 20, 30]], srgb=False)
    look = Look.of(Material(normal_map=texture), mirrored=True)
    assert look.normal is not None
    assert look.normal[0, 0].tolist() == [10, 235, 30]
