from __future__ import annotations

import numpy as np
import pytest

from simgen.assets.procedural import build_environment, describe_environment, environment_names
from simgen.errors import AssetError
from simgen.records.asset import AssetRef


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
    with pytest.raises(AssetError, match="a light map has no parameters, got 'seed'"):
        describe_environment(AssetRef("procedural/softbox", (("seed", 1),)))
