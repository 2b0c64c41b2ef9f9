"""Depth maps hold all that they are of, hardly wider than it, and stay where they are as bodies move a little."""

from __future__ import annotations

import numpy as np
import pytest

from simgen.geometry import FloatArray, Vec3, spread_directions
from simgen.rendering.raster.shadow_grids import (
    SUN_TILE,
    level_around,
    level_from_world,
    soft_clips,
    soft_grid,
    sun_grid,
    sun_level,
)

SEEDS = range(5)
TOWARDS: list[Vec3] = [(0.0, 0.0, 1.0), (0.6, 0.0, 0.8), (-0.48, 0.8, 0.36)]


def scattered(seed: int) -> FloatArray:
    """Return (40, 3) points somewhere, from a hand's width to a road's length apart."""
    rng = np.random.default_rng(seed)
    size = 10 ** rng.uniform(-1, 2)
    return rng.uniform(-0.5, 0.5, (40, 3)) * size * (1.0, rng.uniform(0.1, 1.0), 0.2) + rng.uniform(-9, 9, 3)


def seen_at(T_clip_world: FloatArray, points_m: FloatArray) -> FloatArray:
    return points_m @ T_clip_world[:3, :3].T + T_clip_world[:3, 3]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("towards", TOWARDS)
@pytest.mark.parametrize(("is_far", "most"), [(False, 1.2), (True, 1.35)])
def test_the_map_of_a_sun_holds_all_points_and_is_hardly_wider(
    seed: int, towards: Vec3, is_far: bool, most: float
) -> None:
    near, deep = scattered(seed), scattered(seed + 100) + scattered(seed)
    grid = sun_grid(towards, near, np.concatenate([near, deep]), is_far=is_far)
    at = seen_at(grid.tile_from_world, near)[:, :2]
    # `shadow.glsl` reads up to 0.495 of the width from the middle.
    assert np.abs(at).max() < 0.99
    width = float(np.ptp(near @ grid.sides.T, axis=0).max())
    assert width < grid.texel_m * SUN_TILE < most * width
    depths = seen_at(grid.tile_from_world, np.concatenate([near, deep]))[:, 2]
    assert depths.min() >= 0
    assert depths.max() <= 1


@pytest.mark.parametrize("seed", SEEDS)
def test_the_maps_of_the_surroundings_hold_all_things_and_are_hardly_wider(seed: int) -> None:
    things, below = scattered(seed), scattered(seed) - (0.0, 0.0, 5.0)
    grid = soft_grid(spread_directions(32), things, np.concatenate([things, below]))
    for clip in soft_clips(grid):
        at = seen_at(clip, np.concatenate([things, below]))
        assert np.abs(at[:40, :2]).max() < 0.99
        assert np.abs(at[:, 2]).max() < 1
        middles = (at[:40, :2].min(axis=0) + at[:40, :2].max(axis=0)) / 2
        assert (np.abs(at[:40, :2]) + np.abs(middles)).max() > 0.85


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("towards", TOWARDS)
def test_a_finer_map_around_things_holds_them_where_it_is_read(seed: int, towards: Vec3) -> None:
    things = scattered(seed)
    grid = sun_grid(towards, things * 3, things * 3)
    level = level_around(grid, things)
    at = seen_at(level_from_world(grid, level), things)[:, :2]
    assert np.abs(at).max() < 0.88  # nearer to its border the next map is read
    assert level.width_m < 1.35 * float(np.ptp(things @ grid.sides.T, axis=0).max())


def test_maps_lie_still_while_a_body_moves_a_little() -> None:
    kept = np.zeros(33)
    for seed in range(40):
        points = scattered(seed)
        after = points.copy()
        after[7] += 1e-3 * np.ptp(points, axis=0).max()
        suns = [sun_grid((0.6, 0.0, 0.8), each, each).tile_from_world for each in (points, after)]
        softs = [soft_clips(soft_grid(spread_directions(32), each, each)) for each in (points, after)]
        kept += np.append((softs[0] == softs[1]).all(axis=(1, 2)), np.array_equal(*suns))
    assert kept[-1] >= 38
    assert kept[:-1].mean() >= 38


def test_a_level_moves_by_whole_texels_and_many_at_once() -> None:
    grid = sun_grid((0.6, 0.0, 0.8), np.eye(3), np.eye(3))
    levels = [sun_level(grid, np.array([0.01 * k, 0.0, 0.0]), 4.0) for k in range(200)]
    steps = np.array([level.center_m for level in levels]) / (8.0 / SUN_TILE)
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-6)
    assert len({tuple(level.center_m) for level in levels}) == 4
    for k, level in enumerate(levels):
        assert np.abs(level.center_m - grid.sides @ (0.01 * k, 0.0, 0.0)).max() <= 8.0 / 32
