"""Which pixels are away from silhouettes."""

from __future__ import annotations

import numpy as np

from tests.measures.edges import inside, off_silhouette


def test_both_sides_of_a_silhouette_are_left_out() -> None:
    ids = np.zeros((5, 6), int)
    ids[:, 3:] = 1
    assert off_silhouette(ids)[2].tolist() == [True, True, False, False, True, True]


def test_a_slope_is_inside_however_steep_and_a_step_is_not() -> None:
    v = np.arange(40.0)[:, None] + np.zeros(30)
    floor = 1.0 / (0.001 + 0.01 * v)  # towards the horizon
    ids = np.ones(floor.shape, int)
    assert inside(ids, floor).all()
    step = np.where(v < 20, 3.0, 3.1)
    assert np.flatnonzero(~inside(ids, step).all(axis=1)).tolist() == [19, 20]


def test_nothing_behind_a_body_is_an_edge_of_it() -> None:
    depth = np.full((5, 6), 2.0)
    depth[:, 3:] = np.nan
    ids = np.isfinite(depth).astype(int)
    assert inside(ids, depth)[2].tolist() == [True, True, False, False, True, True]
