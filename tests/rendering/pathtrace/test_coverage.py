"""Triangles on sample points against ray casting one by one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.rendering.pathtrace.coverage import Grid, Samples, Triangles

LENS = Intrinsics(23, 17, 20.0, 15.5, 10.3, 8.9, near_m=0.1, far_m=8.0)
coordinate = st.floats(-4.0, 4.0, allow_nan=False, width=32)
corner = st.tuples(coordinate, coordinate, coordinate)


def all_samples(triangles: Triangles, grid: Grid) -> Samples:
    parts = list(triangles.samples(grid))
    return Samples(
        np.concatenate([part.triangle for part in parts] or [np.empty(0, np.int64)]),
        np.concatenate([part.cell for part in parts] or [np.empty(0, np.int64)]),
        np.concatenate([part.depth_m for part in parts] or [np.empty(0)]),
    )


def cast(corners: NDArray[np.float64], lens: Intrinsics) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Depth (h, w) of one triangle by solving for barycentric coordinates, NaN off it; and where that is certain."""
    weights = np.einsum("ij,hwj->hwi", np.linalg.inv(corners.T), lens.rays())
    total = weights.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = 1 / total
        share = weights / np.abs(total)[..., None]
    hit = (share >= 0).all(axis=-1) & (total > 0) & (depth >= lens.near_m) & (depth <= lens.far_m)
    close = np.abs(share).min(axis=-1) < 1e-6
    limits = np.minimum(np.abs(depth - lens.near_m), np.abs(depth - lens.far_m)) < 1e-6
    return np.where(hit, depth, np.nan), ~(close | limits)


@given(st.tuples(corner, corner, corner))
def test_samples_are_those_that_rays_hit(triangle: tuple[tuple[float, float, float], ...]) -> None:
    """In front, behind and across the camera plane, whatever the winding."""
    corners = np.array(triangle)
    if abs(np.linalg.det(corners)) < 1e-3:
        return
    expected, certain = cast(corners, LENS)
    found = all_samples(Triangles(corners[None], LENS), Grid.of_image(LENS))
    depth = np.full(LENS.width * LENS.height, np.nan)
    depth[found.cell] = found.depth_m
    given_depth = depth.reshape(LENS.height, LENS.width)
    np.testing.assert_array_equal(np.isnan(given_depth)[certain], np.isnan(expected)[certain])
    both = certain & ~np.isnan(expected)
    np.testing.assert_allclose(given_depth[both], expected[both], rtol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_a_fan_that_fills_the_picture_leaves_no_gap_and_doubles_only_edges(seed: int) -> None:
    points = np.random.default_rng(seed).uniform(0.0, 1.0, (30, 2))
    ring = np.array([[-9, -9], [9, -9], [9, 9], [-9, 9], [-9, -9]]) * 1.0
    triangles = [[(*start, 2.0), (*end, 2.0), (*points[0], 2.0)] for start, end in pairwise(ring)]
    found = all_samples(Triangles(np.array(triangles), LENS), Grid.of_image(LENS))
    assert len(np.unique(found.cell)) == LENS.width * LENS.height
    np.testing.assert_allclose(found.depth_m, 2.0, rtol=1e-12)


def test_an_edge_through_pixel_centres_belongs_to_both_sides() -> None:
    lens = Intrinsics(9, 9, 4.0, 4.0, 4.0, 4.0)
    left = [(-1, -1, 1), (0, 1, 1), (0, -1, 1)]
    right = [(1, -1, 1), (0, -1, 1), (0, 1, 1)]
    found = all_samples(Triangles(np.array([left, right], float), lens), Grid.of_image(lens))
    middle = found.cell % 9 == 4
    assert sorted(found.triangle[middle].tolist()) == [0] * 9 + [1] * 9


def test_the_far_side_of_a_one_sided_triangle_is_not_seen() -> None:
    outside = np.array([[(0, 0, 1), (1, 0, 1), (0, -1, 1)]], float)  # right, then up: counter-clockwise
    one_sided = np.array([True])
    grid = Grid.of_image(LENS)
    assert len(all_samples(Triangles(outside, LENS, one_sided), grid).cell) > 0
    assert len(all_samples(Triangles(outside[:, ::-1], LENS, one_sided), grid).cell) == 0
    assert len(all_samples(Triangles(outside[:, ::-1], LENS), grid).cell) > 0


def test_a_coarse_grid_counts_the_area() -> None:
    square = np.array([[(-1, -1, 1), (1, -1, 1), (1, 1, 1)], [(-1, -1, 1), (1, 1, 1), (-1, 1, 1)]], float)
    lens = Intrinsics(10, 10, 1000.0, 1000.0, 4.5, 4.5)
    grid = Grid(-1500.0, -1500.0, 301, 301, 10.0, 10.0)
    found = all_samples(Triangles(square, lens), grid)
    assert len(np.unique(found.cell)) * 100 == pytest.approx(2000 * 2000, rel=0.01)


def test_weights_are_those_of_the_point_seen() -> None:
    corners = np.array([[(0.1, 0.2, 1.0), (1.0, 0.1, 3.0), (0.2, 0.9, 2.0)]])
    expected = np.array([0.2, 0.5, 0.3])
    (pixel,) = LENS.project([expected @ corners[0]])
    weights = Triangles(corners, LENS).weights(np.array([0]), pixel[:1], pixel[1:])
    np.testing.assert_allclose(weights[0], expected, rtol=1e-9)
