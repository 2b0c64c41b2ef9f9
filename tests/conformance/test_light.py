"""Light of both renderers against formula, in the same units: what the bench prints is held here."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.records.frame import Frame
from simgen.records.light import Fog
from simgen.records.scene import Scene
from simgen.rendering import make_renderer
from tests.measures.light import (
    GREY_CODE,
    HEADLIGHT_LUX,
    LEFT_AT_VISIBILITY,
    Render,
    back_scattered,
    burley,
    furnace,
    glare,
    glare_by_formula,
    grey_card,
    headlight_lux,
    lamp_lux,
    transmittance,
)
from tests.views import still_view


@pytest.fixture(scope="module", params=["raster", "pathtrace"])
def lit(request: pytest.FixtureRequest, library: AssetLibrary) -> Iterator[Render]:
    """Render a still view; the path tracer with few samples and as they are, so that formulas are met by the mean."""
    options = {"samples": 16, "denoise": False} if request.param == "pathtrace" else {}
    renderer = make_renderer(request.param, **options)

    def draw(scene: Scene) -> Frame:
        with renderer.open(scene, library) as session:
            return session.render(still_view(scene))

    yield draw
    renderer.close()


@pytest.mark.parametrize("roughness", [0.1, 0.3, 0.6, 1.0])
def test_a_white_ball_vanishes_in_a_white_furnace(lit: Render, roughness: float) -> None:
    assert furnace(lit, roughness).mean() == pytest.approx(1.0, abs=0.025)


@pytest.mark.parametrize("distance_m", [1.0, 4.0, 25.0])
def test_a_lamp_gives_its_candela_over_distance_squared(lit: Render, distance_m: float) -> None:
    assert lamp_lux(lit, distance_m, 1000.0) == pytest.approx(1000.0 / distance_m**2, rel=0.01)


def test_a_headlight_gives_at_25_metres_what_its_candela_say(lit: Render) -> None:
    assert headlight_lux(lit) == pytest.approx(HEADLIGHT_LUX, rel=0.01)


@pytest.mark.parametrize("illuminance_lux", [30.0, 80_000.0])
def test_a_metered_grey_card_is_grey_and_sends_back_eighteen_percent(
    lit: Render, illuminance_lux: float
) -> None:
    codes = grey_card(lit, illuminance_lux)
    assert np.ptp(codes) <= 0.5
    assert codes.mean() == pytest.approx(GREY_CODE, rel=0.01)


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_at_the_visibility_range_a_twentieth_gets_through(lit: Render, share: float) -> None:
    left = transmittance(lit, Fog(100.0), share * 100.0)
    assert left == pytest.approx(LEFT_AT_VISIBILITY**share, rel=0.01)


@pytest.mark.parametrize(("eye_deg", "sun_deg"), [(10.0, 20.0), (8.0, 45.0), (60.0, 70.0)])
def test_rough_surfaces_send_light_back_to_where_it_comes_from(
    lit: Render, eye_deg: float, sun_deg: float
) -> None:
    """Within what 4 % of mirror add and take: at most a tenth, where Lambert's law would be off by half."""
    angles = np.radians([eye_deg, sun_deg]).tolist()
    assert back_scattered(lit, *angles) == pytest.approx(burley(*angles), rel=0.1)


@pytest.mark.parametrize("roughness", [0.4, 0.65, 0.9])
def test_a_lamp_low_over_a_black_road_glares_as_much_as_the_formula_says(
    lit: Render, roughness: float
) -> None:
    assert glare(lit, roughness) == pytest.approx(glare_by_formula(roughness), rel=0.1)
