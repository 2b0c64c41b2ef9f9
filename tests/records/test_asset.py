"""Assets: what cannot be drawn is refused where it is made, not deep in a renderer."""

from __future__ import annotations

import numpy as np
import pytest

from simgen.errors import AssetError
from simgen.records.asset import Texture


@pytest.mark.parametrize("shape", [(0, 0, 3), (0, 4, 4), (4, 0, 3), (4, 4), (4, 4, 1), (4, 4, 2), (4, 4, 5)])
def test_a_texture_without_pixels_or_colours_is_refused_with_its_shape(shape: tuple[int, ...]) -> None:
    with pytest.raises(AssetError, match="at least one") as told:
        Texture(np.zeros(shape, np.uint8), srgb=True)
    assert str(shape) in str(told.value)


def test_a_texture_of_other_numbers_is_refused_with_their_kind() -> None:
    with pytest.raises(AssetError, match="float32"):
        Texture(np.zeros((2, 2, 3), np.float32), srgb=True)  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 7, 4), (5, 3, 3)])
def test_any_other_size_is_a_texture(shape: tuple[int, ...]) -> None:
    assert Texture(np.zeros(shape, np.uint8), srgb=False).pixels.shape == shape
