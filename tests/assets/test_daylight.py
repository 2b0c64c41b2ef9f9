"""Natural light against published values."""

from __future__ import annotations

from math import radians, sin

import pytest

from simgen.assets.daylight import STARLIGHT_LUX, air_mass, beam_color, beam_lux, sky_lux


def test_a_high_sun_under_a_clear_sky_gives_a_hundred_kilolux_on_the_level() -> None:
    """CIE and WMO give 90 to 120 klx; Janiczek and DeYoung's table 127 klx for the zenith."""
    total = beam_lux(radians(70), 2.2) * sin(radians(70)) + sky_lux(radians(70))
    assert 90_000 < total < 127_000


@pytest.mark.parametrize(
    ("elevation_deg", "lux"),
    [(-6.0, 3.4), (-12.0, 0.008), (-18.0, 6.5e-4)],
    ids=["civil", "nautical", "astronomical"],
)
def test_each_twilight_ends_at_its_known_illuminance(elevation_deg: float, lux: float) -> None:
    """3.4, 0.008 and 0.0006 lux: e.g. Seidelmann, "Explanatory supplement to the astronomical almanac", 1992."""
    assert sky_lux(radians(elevation_deg)) == pytest.approx(lux, rel=0.1)


def test_the_night_sky_does_not_depend_on_how_deep_the_sun_is() -> None:
    assert sky_lux(radians(-19)) == sky_lux(radians(-80)) == STARLIGHT_LUX


@pytest.mark.parametrize("edge_deg", [0.0, -0.8, -5.0, -12.0, -18.0])
def test_the_light_changes_without_steps(edge_deg: float) -> None:
    below, above = (sky_lux(radians(edge_deg + d)) for d in (-1e-3, 1e-3))
    assert below == pytest.approx(above, rel=0.08)


def test_a_low_sun_shines_through_more_air_weaker_and_redder() -> None:
    assert air_mass(radians(90)) == pytest.approx(1.0, abs=1e-3)
    assert air_mass(0.0) == pytest.approx(38.0, abs=0.5)  # Kasten and Young's own value
    assert beam_lux(radians(5), 2.5) < beam_lux(radians(30), 2.5) < beam_lux(radians(30), 2.0)
    assert beam_lux(radians(-1), 2.5) == 0.0
    low, high = beam_color(radians(3), 2.5), beam_color(radians(60), 2.5)
    assert low[0] / low[2] > 3 * high[0] / high[2]
