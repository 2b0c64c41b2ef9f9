"""Wet surfaces: darker by formula, smoother, and under a film that mirrors."""

from __future__ import annotations

import pytest

from simgen.assets.procedural.registry import build
from simgen.assets.procedural.wetness import wet_albedo, wetted
from simgen.records.asset import AssetRef, Material


def test_half_of_what_a_dark_surface_diffuses_is_left_and_white_stays_bright():
    """By hand, Lekner and Dorf with n = 1.33: 0.934 * 0.528 d / (1 - 0.472 d)."""
    assert wet_albedo(0.1) == pytest.approx(0.934 * 0.528 * 0.1 / (1 - 0.0472), rel=1e-3)
    assert wet_albedo(1.0) == pytest.approx(0.934, rel=1e-9)


def test_a_dry_surface_is_what_it_was():
    material = Material()
    assert wetted(material, 0.0) is material


def test_pores_fill_first_then_a_film_grows_and_smooths():
    grey = Material(base_color_rgb=(0.1, 0.1, 0.1), roughness=0.9)
    damp, soaked, wet = (wetted(grey, share) for share in (0.25, 0.5, 1.0))
    darkness = [m.base_color_rgb[0] for m in (grey, damp, soaked, wet)]
    assert darkness == sorted(darkness, reverse=True)
    assert soaked.base_color_rgb == pytest.approx((0.0517,) * 3, abs=2e-4)
    assert wet.base_color_rgb == soaked.base_color_rgb
    assert (damp.coat, soaked.coat, wet.coat) == (0.0, 0.0, 1.0)
    assert wet.coat_roughness < 0.1 < soaked.coat_roughness
    assert wet.roughness < grey.roughness


@pytest.mark.parametrize("family", ["road", "road_marking", "road_shoulder"])
def test_a_wet_road_is_darker_than_a_dry_one_and_has_the_same_shape(family: str):
    dry, wet = (
        build(AssetRef(f"procedural/{family}", (("length_m", 60.0), *given)))
        for given in ((), (("wet", 1.0),))
    )
    assert wet.model.size_m == dry.model.size_m
    for before, after in zip(dry.model.materials, wet.model.materials, strict=True):
        assert max(after.base_color_rgb) < max(before.base_color_rgb)
        assert after.base_color_map is before.base_color_map
    assert (max(m.coat for m in wet.model.materials) > 0.9) == (family != "road_shoulder")
