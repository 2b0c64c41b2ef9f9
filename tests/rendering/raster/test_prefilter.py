"""Octahedral maps: which direction each texel stands for."""

from __future__ import annotations

import numpy as np
import pytest

from simgen.rendering.raster.prefilter import folded_directions


def test_the_middle_texel_looks_up_and_the_corners_look_down() -> None:
    directions = folded_directions(5).reshape(5, 5, 3)
    np.testing.assert_allclose(directions[2, 2], [0, 0, 1], atol=1e-12)
    for corner in (directions[0, 0], directions[0, -1], directions[-1, 0], directions[-1, -1]):
        np.testing.assert_allclose(corner, [0, 0, -1], atol=1e-12)


def test_columns_grow_towards_x_and_rows_towards_y() -> None:
    directions = folded_directions(5).reshape(5, 5, 3)
    np.testing.assert_allclose(directions[2, 4], [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(directions[4, 2], [0, 1, 0], atol=1e-12)


@pytest.mark.parametrize("side", [8, 33])
def test_texels_on_the_border_meet_their_mirror_across_the_fold(side: int) -> None:
    """So that filtering between the outermost texels needs no neighbour beyond them."""
    directions = folded_directions(side).reshape(side, side, 3)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=2), 1.0)
    for border in (directions[0], directions[-1], directions[:, 0], directions[:, -1]):
        np.testing.assert_allclose(border, border[::-1], atol=1e-12)
