from __future__ import annotations

from math import radians

import numpy as np
import pytest

from simgen.assets.procedural import (
    build_environment,
    describe_environment,
    environment_names,
    natural_environment_lux,
)
from simgen.errors import AssetError
from simgen.records.asset import AssetRef
from simgen.rendering.light_map import upward_illuminance


def light(name: str) -> np.ndarray:
    return build_environment(AssetRef(f"procedural/{name}")).radiance


@pytest.mark.parametrize("name", environment_names())
def test_a_map_is_finite_positive_and_lit_mostly_from_above(name: str):
    radiance = light(name)
    assert (radiance.shape, radiance.dtype) == ((256, 512, 3), np.float32)
    assert np.isfinite(radiance).all()
    assert radiance.min() >= 0
    weight = np.sin((np.arange(256) + 0.5) / 256 * np.pi)[:, None, None]
    assert (radiance * weight)[:128].sum() > (radiance * weight)[128:].sum()


def test_the_overcast_zenith_is_three_times_the_horizon():
    luminance = light("overcast") @ np.array([0.2126, 0.7152, 0.0722])
    assert luminance[0].mean() / luminance[122].mean() == pytest.approx(3.0, rel=0.15)


def test_the_clear_sky_is_brightest_towards_azimuth_45_elevation_40():
    luminance = light("clear_sky").sum(axis=2)
    row, column = np.unravel_index(int(luminance.argmax()), luminance.shape)
    elevation = 90 - (row + 0.5) / 256 * 180
    azimuth = (column + 0.5) / 512 * 360 - 180
    assert (elevation, azimuth) == (pytest.approx(40, abs=6), pytest.approx(45, abs=6))


def test_softboxes_are_far_brighter_than_the_room():
    radiance = light("softbox").mean(axis=2)
    assert radiance.max() > 10 * np.median(radiance)


def test_a_map_is_made_once_and_cannot_be_written():
    assert light("warehouse") is light("warehouse")
    assert not light("warehouse").flags.writeable


def test_an_unknown_map_gets_the_closest_name():
    with pytest.raises(AssetError, match=r"no light map 'procedural/softbx'; did you mean 'softbox'\?"):
        build_environment(AssetRef("procedural/softbx"))


def test_a_map_takes_no_parameters():
    with pytest.raises(AssetError, match="procedural/softbox: takes no parameters, got 'seed'; remove it"):
        describe_environment(AssetRef("procedural/softbox", (("seed", 1),)))


def sky(elevation_deg: float, **params: float) -> AssetRef:
    given = {"sun_elevation_rad": radians(elevation_deg)} | params
    return AssetRef("procedural/sky", tuple(sorted(given.items())))


@pytest.mark.parametrize("elevation_deg", [80, 20, 2, -3, -8, -15, -30])
@pytest.mark.parametrize("turbidity", [2.0, 10.0])
def test_a_sky_is_finite_and_gives_what_it_gives_in_nature(elevation_deg: float, turbidity: float):
    ref = sky(elevation_deg, turbidity=turbidity, urban_glow_lux=0.001)
    radiance = build_environment(ref).radiance
    assert np.isfinite(radiance).all()
    assert radiance.min() >= 0
    assert upward_illuminance(radiance) == pytest.approx(natural_environment_lux(ref), rel=0.01)


@pytest.mark.parametrize("elevation_deg", [40.0, 10.0, -4.0])
def test_at_the_height_of_the_sun_the_sky_is_brightest_there(elevation_deg: float):
    radiance = build_environment(sky(elevation_deg, sun_azimuth_rad=radians(60))).radiance.sum(axis=2)
    row = radiance[int((90 - max(elevation_deg, 1.0)) / 180 * 256)]
    assert (row.argmax() + 0.5) / 512 * 360 - 180 == pytest.approx(60, abs=3)


def chromaticity(rgb: np.ndarray) -> tuple[float, float]:
    """CIE xy of a linear sRGB colour (IEC 61966-2-1)."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = to_xyz @ rgb
    return x / (x + y + z), y / (x + y + z)


@pytest.mark.parametrize("elevation_deg", [60.0, 35.0, 6.0, -5.0])
def test_a_clear_sky_has_colours_of_daylight(elevation_deg: float):
    """y = -3 x² + 2.87 x - 0.275 (CIE 15); by day the zenith is blue and the horizon whitish."""
    radiance = build_environment(sky(elevation_deg, sun_azimuth_rad=0.0)).radiance.astype(float)
    for row in (5, 60, 100, 124):
        for column in (0, 128, 256):
            x, y = chromaticity(radiance[row, column])
            if 0.24 < x < 0.48:
                assert y == pytest.approx(-3 * x * x + 2.87 * x - 0.275, abs=0.008)
    if elevation_deg > 30.0:
        assert chromaticity(radiance[20, 0])[0] < 0.26
        assert 0.27 < chromaticity(radiance[125, 0])[0] < 0.33


def test_a_clear_sky_is_blue_by_day_and_red_where_the_sun_went_down():
    day = build_environment(sky(50.0, sun_azimuth_rad=0.0)).radiance
    dusk = build_environment(sky(-4.0, sun_azimuth_rad=0.0)).radiance
    assert day[40, 0, 2] > 1.3 * day[40, 0, 0]
    assert dusk[125, 256, 0] > 1.5 * dusk[125, 256, 2]
    assert dusk[10, 0, 2] > 1.5 * dusk[10, 0, 0]


def test_skies_of_different_parameters_are_different_assets():
    assert describe_environment(sky(10.0)).content_hash != describe_environment(sky(11.0)).content_hash
    with pytest.raises(AssetError, match="turbidity must be a number of 2 to 10, got 30"):
        describe_environment(sky(10.0, turbidity=30))


def test_maps_in_relative_units_have_no_natural_illuminance():
    assert natural_environment_lux(AssetRef("procedural/softbox")) is None
