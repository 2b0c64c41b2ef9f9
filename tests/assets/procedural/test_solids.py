from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simgen.assets import procedural
from simgen.assets.procedural import solids
from simgen.worlds.world import ref

lengths = st.floats(0.01, 10.0)


@given(lengths, lengths, lengths)
def test_a_box_measures_its_product(x: float, y: float, z: float):
    part = solids.box_part((x, y, z), (1.0, 2.0, 3.0))
    assert part.volume_m3 == pytest.approx(x * y * z)
    np.testing.assert_allclose(part.centroid_m, (1, 2, 3))


@given(st.integers(3, 32), lengths, lengths)
def test_a_prism_measures_its_polygon_by_its_height(n: int, radius: float, height: float):
    part = solids.prism_part(solids.circle(radius, n), 0.0, height)
    assert part.volume_m3 == pytest.approx(n / 2 * np.sin(2 * np.pi / n) * radius**2 * height)
    assert part.centroid_m[2] == pytest.approx(height / 2)


@given(st.floats(0.1, 1.0), st.floats(0.1, 1.0), lengths)
def test_a_frustum_agrees_with_its_hull(bottom: float, top: float, height: float):
    closed = solids.frustum_part(solids.circle(bottom, 12), solids.circle(top, 12), 0.5, 0.5 + height)
    measured = solids.hull_part(closed.vertices_m)
    assert closed.volume_m3 == pytest.approx(measured.volume_m3, rel=1e-9)
    np.testing.assert_allclose(closed.centroid_m, measured.centroid_m, atol=1e-9 * max(1, height))


def test_a_ring_measures_the_difference_of_two_polygons():
    parts = solids.ring_parts(solids.circle(2.0, 24), solids.circle(1.0, 24), 0.0, 0.5)
    volume, middle = solids.total(parts)
    assert volume == pytest.approx(12 * np.sin(2 * np.pi / 24) * (4 - 1) * 0.5)
    np.testing.assert_allclose(middle, (0, 0, 0.25), atol=1e-12)


def test_a_bin_is_its_box_less_its_inside():
    asset = procedural.build(ref("bin", size_m=(0.6, 0.4, 0.25), wall_m=0.01))
    assert asset.collision.volume_m3 == pytest.approx(0.6 * 0.4 * 0.25 - 0.58 * 0.38 * 0.24)
    assert len(asset.collision.hulls_m) == 5


def test_a_eur_pallet_weighs_about_25_kg():
    info = procedural.describe(ref("pallet"))
    assert info.size_m == (1.2, 0.8, 0.144)
    assert info.mass_kg == pytest.approx(25.0, abs=2.5)


def test_a_rack_carries_its_decks_where_it_says():
    asset = procedural.build(ref("rack", bays=3, levels=2, bay_width_m=2.0, level_height_m=1.5, depth_m=1.0))
    size = procedural.rack_size_m(3, 2, 2.0, 1.5, 1.0)
    assert asset.model.size_m == size
    decks = [h for h in asset.collision.hulls_m if np.isclose(np.ptp(h[:, 1]), 1.0)]
    assert len(decks) == 6
    tops = sorted({round(float(h[:, 2].max() + size[2] / 2), 9) for h in decks})
    assert tops == pytest.approx([procedural.deck_top_m(0, 1.5), procedural.deck_top_m(1, 1.5)])
    middles = sorted({round(float(h[:, 0].mean()), 9) for h in decks})
    assert middles == pytest.approx(procedural.bay_centers_m(3, 2.0))


def test_a_table_stands_on_four_legs():
    asset = procedural.build(ref("table", size_m=(1.4, 0.9, 0.75)))
    on_floor = [h for h in asset.collision.hulls_m if np.isclose(h[:, 2].min(), -0.375)]
    assert (len(asset.collision.hulls_m), len(on_floor)) == (5, 4)


@pytest.mark.parametrize("name", ["mug", "bowl", "plate", "bin"])
def test_open_vessels_let_things_in_from_above(name: str):
    asset = procedural.build(ref(name))
    off_center = asset.model.size_m[0] / 2 - 0.041 if name == "mug" else 0.0  # its handle sticks out along +x
    middle = np.array([-off_center, 0.0, 0.0])
    above_floor = middle + np.array([0.0, 0.0, asset.model.size_m[2] * 0.3])
    for hull in asset.collision.hulls_m:
        low, high = hull.min(axis=0), hull.max(axis=0)
        assert not np.all((above_floor > low) & (above_floor < high))


def test_a_nut_and_a_washer_have_a_hole_that_a_bolt_passes():
    for name in ("nut", "washer"):
        hulls = procedural.build(ref(name)).collision.hulls_m
        reach = min(np.linalg.norm(hull[:, :2], axis=1).min() for hull in hulls)
        assert reach >= 0.006 - 1e-9
