"""Regions: drawn places stay inside, are spread evenly, and bad bounds are refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from simgen.records.lane import Lane
from simgen.rng import keyed_generator
from simgen.worlds.lane_graph import s_of
from simgen.worlds.regions import BoxRegion, DiscRegion, StripRegion

BOX = BoxRegion((-1.0, 0.0, 0.75), (1.0, 0.5, 0.75))
DISC = DiscRegion((1.0, 2.0, 0.0), 0.5)
ARC = np.linspace(0.0, 1.2, 40)
BENT = Lane(
    "bent",
    tuple(
        zip((60 * np.sin(ARC)).tolist(), (60 * (1 - np.cos(ARC))).tolist(), (2 * ARC).tolist(), strict=True)
    ),
)
STRIP = StripRegion(BENT, -1.0, 3.0)


def draws(region, reach, n=2000):
    rng = keyed_generator("test", "regions")
    return np.array([region.draw_xy(rng, reach) for _ in range(n)])


def test_a_box_keeps_the_whole_footprint_inside():
    xy = draws(BOX, (0.2, 0.1))
    assert np.all(np.abs(xy[:, 0]) <= 0.8)
    assert np.all((xy[:, 1] >= 0.1) & (xy[:, 1] <= 0.4))


def test_a_box_is_filled_evenly():
    xy = draws(BOX, (0.2, 0.1))
    assert stats.kstest(xy[:, 0], stats.uniform(-0.8, 1.6).cdf).pvalue > 1e-3
    assert stats.kstest(xy[:, 1], stats.uniform(0.1, 0.3).cdf).pvalue > 1e-3


def test_a_disc_is_filled_evenly():
    r = np.linalg.norm(draws(DISC, (0.0, 0.0)) - (1.0, 2.0), axis=1)
    assert stats.kstest((r / 0.5) ** 2, stats.uniform.cdf).pvalue > 1e-3


def test_a_disc_keeps_the_half_diagonal_from_its_rim():
    r = np.linalg.norm(draws(DISC, (0.3, 0.3)) - (1.0, 2.0), axis=1)
    assert r.max() <= 0.5 - np.hypot(0.3, 0.3)


@pytest.mark.parametrize("region", [BOX, DISC], ids=["box", "disc"])
def test_what_is_too_large_has_no_place(region):
    assert region.draw_xy(keyed_generator("x"), (2.0, 2.0)) is None


def test_a_bare_surface_bounds_only_x_and_y():
    assert BOX.contains([(0.0, 0.2, 5.0)])
    assert not BOX.contains([(0.0, 0.2, 5.0), (1.1, 0.2, 0.75)])


def test_a_box_with_height_bounds_all_three():
    room = BoxRegion((0, 0, 0), (1, 1, 1))
    assert room.contains([(0.5, 0.5, 0.9)])
    assert not room.contains([(0.5, 0.5, 1.1)])


def test_areas():
    assert BOX.area_m2 == pytest.approx(1.0)
    assert DISC.area_m2 == pytest.approx(np.pi / 4)


def test_swapped_corners_are_refused():
    with pytest.raises(ValueError, match=r"box_min \(1, 0, 0\) must not exceed box_max \(0, 1, 1\)"):
        BoxRegion((1, 0, 0), (0, 1, 1))


def test_a_disc_without_radius_is_refused():
    with pytest.raises(ValueError, match=r"radius must be positive, got 0.0 m"):
        DiscRegion((0, 0, 0), 0.0)


def test_a_strip_follows_its_lane_and_is_filled_evenly():
    places = np.array([s_of(BENT, (x, y, 0.0)) for x, y in draws(STRIP, (0.0, 0.0), 500)])
    length = STRIP.area_m2 / 4.0
    assert stats.kstest(places[:, 0], stats.uniform(0.0, length).cdf).pvalue > 1e-3
    assert stats.kstest(places[:, 1], stats.uniform(-1.0, 4.0).cdf).pvalue > 1e-3


def test_a_strip_keeps_the_whole_footprint_inside():
    for x, y in draws(STRIP, (0.6, 0.4), 50):
        corners = [(x + a, y + b, 0.0) for a in (-0.6, 0.6) for b in (-0.4, 0.4)]
        assert STRIP.contains(corners, tolerance_m=0.02)


def test_a_strip_rises_with_its_lane():
    x, y, z = STRIP.center_m
    assert z == pytest.approx(1.2, abs=0.01)
    assert STRIP.surface_at((x, y)) == pytest.approx(z, abs=1e-6)
    low, high = STRIP.bounds_m
    assert low[2] == 0.0
    assert high[2] == pytest.approx(2.4)


def test_a_strip_has_no_room_for_what_is_wider():
    assert STRIP.draw_xy(keyed_generator("wide"), (2.5, 2.5)) is None


def test_a_strip_with_swapped_borders_is_refused():
    with pytest.raises(ValueError, match="swap them"):
        StripRegion(BENT, 1.0, -1.0)
