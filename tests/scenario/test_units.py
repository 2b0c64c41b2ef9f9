"""A number with a unit becomes SI, and a wrong unit is refused with the ones that are allowed."""

from __future__ import annotations

import math

import pytest

from simgen.scenario import units
from simgen.scenario.mistakes import Mistakes
from simgen.scenario.units import Dimension, parse_quantity


@pytest.mark.parametrize(
    ("text", "dimension", "si"),
    [
        ("35 km/h", units.SPEED, 35 / 3.6),
        ("60 deg", units.ANGLE, math.pi / 3),
        ("60°", units.ANGLE, math.pi / 3),
        ("0.5 turn", units.ANGLE, math.pi),
        ("1.2 m", units.LENGTH, 1.2),
        ("3 cm", units.LENGTH, 0.03),
        ("3cm", units.LENGTH, 0.03),
        ("-2.5e1 mm", units.LENGTH, -0.025),
        (".5 in", units.LENGTH, 0.0127),
        ("500 lux", units.ILLUMINANCE, 500.0),
        ("2 klx", units.ILLUMINANCE, 2000.0),
        ("0.5 kg", units.MASS, 0.5),
        ("250 ms", units.TIME, 0.25),
        ("1200 rpm", units.ANGULAR_SPEED, 1200 * math.tau / 60),
        ("25 %", units.FRACTION, 0.25),
        ("9.81 m/s^2", units.ACCELERATION, 9.81),
        ("7", units.LENGTH, 7.0),
    ],
)
def test_quantity_becomes_si(text: str, dimension: Dimension, si: float) -> None:
    assert parse_quantity(text, dimension) == pytest.approx(si, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "dimension", "message"),
    [
        ("3 kg", units.LENGTH, "'3 kg': 'kg' is a unit of mass; allowed for a length: m, cm, mm, km, in, ft"),
        (
            "35 kmh",
            units.SPEED,
            "'35 kmh': 'kmh' is not a known unit; allowed for a speed: m/s, km/h, cm/s, mm/s, mph;"
            " did you mean 'km/h'?",
        ),
        ("3 m", units.PLAIN, "'3 m' has a unit, but a plain number has none; write the bare number"),
        (
            "three",
            units.MASS,
            "'three' is not a mass; write a bare SI number or a text such as '3 kg' (units: kg, g, t, lb)",
        ),
        ("", units.COUNT, "'' is not a whole number; write a bare number, for example 3"),
    ],
)
def test_wrong_unit_lists_the_allowed_ones(text: str, dimension: Dimension, message: str) -> None:
    with pytest.raises(Mistakes) as caught:
        parse_quantity(text, dimension)
    assert str(caught.value) == message


def test_no_unit_of_a_param_is_ambiguous() -> None:
    spellings = [unit for dimension in units.MEASURED for unit in dimension.units]
    assert len(spellings) == len(set(spellings)) == len(units.ANY.units)
