"""Suns: direction, unit luminance, and black-body colours against published chromaticities."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest
from pydantic import ValidationError

from simgen.assets.daylight import beam_lux, sky_lux
from simgen.errors import SamplingError, ScenarioError
from simgen.sampling.lights import black_body_rgb, direction
from tests.sampling.scenarios import draw, scenario

XYZ_FROM_RGB = np.linalg.inv(
    np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])
)


# CIE 1931 chromaticity of black bodies, integrated from Planck's law (CIE illuminant A is 2856 K)
@pytest.mark.parametrize(
    ("temperature_k", "x", "y"),
    [(2856, 0.4476, 0.4074), (4000, 0.3805, 0.3768), (6500, 0.3135, 0.3237), (10000, 0.2807, 0.2884)],
)
def test_black_bodies_have_their_published_chromaticity(temperature_k, x, y):
    xyz = XYZ_FROM_RGB @ black_body_rgb(temperature_k)
    assert xyz[:2] / xyz.sum() == pytest.approx([x, y], abs=2e-3)


@pytest.mark.parametrize("temperature_k", [1667, 1900, 2222, 4000, 5800, 25000])
def test_every_colour_has_luminance_one(temperature_k):
    rgb = np.array(black_body_rgb(temperature_k))
    assert rgb @ (0.2126, 0.7152, 0.0722) == pytest.approx(1.0)
    assert rgb.min() >= 0


def test_hotter_is_bluer():
    ratios = [black_body_rgb(t)[2] / black_body_rgb(t)[0] for t in range(1700, 25000, 300)]
    assert np.all(np.diff(ratios) > 0)


def test_azimuth_runs_from_x_to_y_and_elevation_up():
    assert direction(0, 0) == pytest.approx((1, 0, 0))
    assert direction(pi / 2, 0) == pytest.approx((0, 1, 0))
    assert direction(1.0, pi / 2) == pytest.approx((0, 0, 1))


def test_a_sun_is_drawn_in_si():
    suns = {
        "key": {
            "azimuth": "90 deg",
            "elevation": "45 deg",
            "illuminance": "1200 lux",
            "angular_diameter": "3 deg",
        }
    }
    sun = draw(scenario(suns=suns)).scene.suns[0]
    assert sun.direction_world == pytest.approx((0, 0.5**0.5, 0.5**0.5))
    assert (sun.illuminance_lux, sun.angular_diameter_rad) == pytest.approx((1200, pi / 60))


def test_a_temperature_outside_the_fit_is_refused():
    sun = {"azimuth": 0, "elevation": 1, "illuminance": 1}
    with pytest.raises(ValidationError, match="900 is out of range: must be at least 1667 and at most 25000"):
        scenario(suns={"key": {**sun, "color_temperature": 900}})
    told = r"suns\.key\.color_temperature: .*900.* at least 1667"
    with pytest.raises(SamplingError, match=told):
        draw(scenario(suns={"key": {**sun, "color_temperature": "${t}"}}, params={"t": 900}))


def test_panels_and_fog_are_drawn_in_si():
    fixed = {"position": [0, 0, 3], "look_at": [0, 0, 0]}
    panels = {"ceiling": {"fixed": fixed, "flux": "4 klm", "width": "120 cm", "height": 0.6, "on": False}}
    fog = {"visibility": "0.2 km", "scale_height": "500 cm", "base": "1 m"}
    scene = draw(scenario(panels=panels, fog=fog)).scene
    (panel,) = scene.panels
    assert (panel.flux_lm, panel.width_m, panel.height_m, panel.on) == (4000, 1.2, 0.6, False)
    assert panel.pose.matrix()[:3, 0] == pytest.approx((0, 0, -1))  # it shines along its X
    assert scene.fog is not None
    assert (scene.fog.visibility_m, scene.fog.scale_height_m, scene.fog.base_m) == (200, 5, 1)


def test_parameters_of_a_light_map_are_drawn():
    environment = {
        "map": "procedural/sky",
        "params": {"turbidity": {"uniform": [2, 6]}, "sun_elevation_rad": "30 deg"},
    }
    drawn = draw(scenario(environment=environment)).scene.environment.map
    assert drawn is not None
    params = dict(drawn.params)
    assert params["sun_elevation_rad"] == pytest.approx(pi / 6)
    assert 2 <= params["turbidity"] <= 6


def test_light_that_is_left_out_is_what_nature_gives_at_that_elevation():
    drawn = draw(
        scenario(
            params={"up": {"uniform": ["5 deg", "9 deg"]}},
            environment={"map": "procedural/sky", "params": {"sun_elevation_rad": "${up}", "turbidity": 3}},
            suns={"sun": {"azimuth": 0, "elevation": "${up}", "turbidity": 3}},
        )
    ).scene
    up = float(dict(drawn.params)["up"])
    assert drawn.environment.illuminance_lux == pytest.approx(sky_lux(up))
    assert drawn.suns[0].illuminance_lux == pytest.approx(beam_lux(up, 3.0))
    assert drawn.suns[0].color_rgb[0] > 1.5 * drawn.suns[0].color_rgb[2]


def test_other_surroundings_give_500_lux_and_other_suns_are_white_by_default():
    suns = {"sun": {"azimuth": 0, "elevation": 1, "illuminance": 10}}
    drawn = draw(scenario(suns=suns, environment={"map": "procedural/overcast"})).scene
    assert drawn.environment.illuminance_lux == 500.0
    assert drawn.suns[0].color_rgb == black_body_rgb(5800.0)


def test_a_drawn_parameter_that_a_light_map_cannot_have_is_told():
    sky = {"map": "procedural/sky", "params": {"sun_elevation_rad": "${high}"}}
    told = r"environment\.params\.sun_elevation_rad: procedural/sky: .* must be a number of -1.5708 to 1.5708, got 9"
    with pytest.raises(ScenarioError, match=told):
        draw(scenario(environment=sky, params={"high": 9}))
