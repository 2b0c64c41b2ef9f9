"""The base colour of a surface, texel by texel."""

from __future__ import annotations

import numpy as np
import pytest

from simgen.colour import linear_from_srgb
from simgen.records.asset import Material, Texture
from simgen.rendering.pathtrace.colours import base_colors

# Two by two texels, row 0 at the top (v = 1): red, green above blue, white.
PIXELS = np.array(
    [[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]],
    dtype=np.uint8,
)
CENTRES = {(0.25, 0.75): (1, 0, 0), (0.75, 0.75): (0, 1, 0), (0.25, 0.25): (0, 0, 1), (0.75, 0.25): (1, 1, 1)}


def at(u: float, v: float, **fields: object) -> np.ndarray:
    material = Material(
        **({"base_color_rgb": (1.0, 1.0, 1.0), "base_color_map": Texture(PIXELS, True)} | fields)
    )
    return base_colors(material, np.array([[u, v]]))[0]


@pytest.mark.parametrize(("uv", "color"), CENTRES.items())
def test_the_centre_of_a_texel_shows_it(uv: tuple[float, float], color: tuple[int, int, int]) -> None:
    np.testing.assert_allclose(at(*uv), color, atol=1e-12)


def test_between_texels_light_is_mixed_not_code_values() -> None:
    np.testing.assert_allclose(at(0.5, 0.75), (0.5, 0.5, 0.0), atol=1e-12)
    np.testing.assert_allclose(at(0.5, 0.5), (0.5, 0.5, 0.5), atol=1e-12)


def test_the_map_repeats() -> None:
    np.testing.assert_allclose(at(1.25, -0.25), at(0.25, 0.75), atol=1e-12)
    np.testing.assert_allclose(at(0.0, 0.75), (0.5, 0.5, 0.0), atol=1e-12)


def test_code_values_are_decoded_as_the_map_says() -> None:
    grey = np.full((1, 1, 3), 128, np.uint8)
    expected = float(linear_from_srgb(np.array([128 / 255]))[0])
    assert at(0.3, 0.3, base_color_map=Texture(grey, True))[0] == pytest.approx(expected)
    assert at(0.3, 0.3, base_color_map=Texture(grey, False))[0] == pytest.approx(128 / 255)


def test_the_factor_multiplies_and_no_surface_reflects_more_than_all() -> None:
    np.testing.assert_allclose(at(0.75, 0.25, base_color_rgb=(0.5, 2.0, 0.1)), (0.5, 1.0, 0.1))
    np.testing.assert_allclose(
        at(0.1, 0.2, base_color_map=None, base_color_rgb=(0.3, 0.2, 0.1)), (0.3, 0.2, 0.1)
    )
