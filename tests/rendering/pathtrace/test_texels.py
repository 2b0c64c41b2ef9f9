"""Values between texels, by hand: row 0 lies at v = 1, centres half a texel from the edge, and pictures repeat."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from simgen.rendering.pathtrace.texels import bilinear

GRID = np.array([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]])  # two rows, three columns


def at(u: float, v: float, grid: NDArray[np.float64] = GRID) -> NDArray[np.float64]:
    return bilinear(lambda row, column: grid[row, column], *grid.shape[:2], np.array([[u, v]]))[0]


@pytest.mark.parametrize(
    ("u", "v", "value"), [(1 / 6, 0.75, 1.0), (0.5, 0.75, 2.0), (0.5, 0.25, 16.0), (5 / 6, 0.25, 32.0)]
)
def test_a_texel_s_centre_shows_the_texel(u: float, v: float, value: float) -> None:
    assert at(u, v) == pytest.approx(value)


def test_between_centres_values_are_mixed_by_nearness() -> None:
    assert at(1 / 3, 0.75) == pytest.approx(1.5)
    assert at(0.5, 0.5) == pytest.approx(9.0)
    assert at(1 / 6 + 0.25 / 3, 0.75 - 0.75 / 2) == pytest.approx(0.25 * 1.25 + 0.75 * 10.0)


def test_pictures_repeat_across_their_edges() -> None:
    assert at(0.0, 0.75) == pytest.approx(2.5)  # between the last texel of the row and the first
    assert at(0.5, 1.0) == pytest.approx(9.0)
    assert at(0.4, 0.6) == pytest.approx(at(-1.6, 3.6))


def test_channels_are_mixed_alike() -> None:
    two = np.stack([GRID, -GRID], axis=-1)
    np.testing.assert_allclose(at(0.3, 0.4, two), [at(0.3, 0.4), -at(0.3, 0.4)])
