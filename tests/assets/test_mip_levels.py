"""Smaller levels of a texture are what an eye farther away sees: the same light, averaged."""

from __future__ import annotations

import numpy as np
import pytest

from simgen.assets.mip_levels import smaller_levels
from simgen.colour import linear_from_srgb
from simgen.records.asset import Texture
from tests.painted import noise_texture


def _light(srgb: np.ndarray) -> np.ndarray:
    return linear_from_srgb(srgb / 255)


def _levels(texture: Texture) -> tuple[np.ndarray, ...]:
    return (texture.pixels, *smaller_levels(texture))


@pytest.mark.parametrize("channels", [3, 4])
def test_levels_halve_down_to_one_texel(channels: int) -> None:
    shapes = [level.shape for level in smaller_levels(noise_texture(20, 5, channels))]
    assert shapes == [(10, 2, channels), (5, 1, channels), (2, 1, channels), (1, 1, channels)]
    assert smaller_levels(noise_texture(1, 1, channels)) == ()


@pytest.mark.parametrize("size", [(64, 64), (33, 47), (1, 13)])
def test_every_level_of_a_colour_map_has_the_mean_light_of_the_finest(size: tuple[int, int]) -> None:
    levels = _levels(noise_texture(*size, 3))
    for level in levels:
        assert _light(level[..., :3]).mean() == pytest.approx(_light(levels[0][..., :3]).mean(), rel=0.015)


def test_a_chequer_of_black_and_white_is_half_as_bright_from_afar() -> None:
    chequer = np.repeat((np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)[..., None], 3, axis=-1)
    for level in smaller_levels(Texture(chequer, srgb=True)):
        assert _light(level[..., :3]).mean() == pytest.approx(0.5, rel=0.01)


def test_levels_of_other_maps_and_of_opacity_average_numbers() -> None:
    plain = _levels(noise_texture(32, 32, 3, srgb=False))
    assert plain[-1][0, 0, 0] == pytest.approx(plain[0][..., 0].mean(), abs=1.5)
    cut = _levels(noise_texture(32, 32, 4))
    assert cut[-1][0, 0, 3] == pytest.approx(cut[0][..., 3].mean(), abs=1.5)
