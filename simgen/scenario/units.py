"""Units: a quantity in a file may be a bare SI number or a text such as `"35 km/h"`, converted once at load."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal

from simgen.errors import did_you_mean
from simgen.scenario.mistakes import mistake, show

_DEGREE = math.pi / 180
_KMH = 1000 / 3600
_FOOT = 0.3048  # metres, exact since the international yard of 1959
_INCH = 0.0254  # metres, exact since the international yard of 1959
_POUND = 0.45359237  # kilograms, exact (same agreement)


@dataclass(frozen=True, eq=False)
class Dimension:
    """What a number measures.

    Attributes:
        name: for messages, for example `length`.
        units: factor to SI of every unit that may be written; empty when only bare numbers are allowed.
    """

    name: str
    units: dict[str, float]

    @property
    def a_name(self) -> str:
        """The name with its article."""
        return f"{'an' if self.name[0] in 'aeiou' else 'a'} {self.name}"

    @property
    def allowed(self) -> str:
        """The units as a message lists them."""
        return ", ".join(self.units)


PLAIN = Dimension("plain number", {})
COUNT = Dimension("whole number", {})
FRACTION = Dimension("fraction", {"%": 0.01})
LENGTH = Dimension("length", {"m": 1.0, "cm": 0.01, "mm": 0.001, "km": 1000.0, "in": _INCH, "ft": _FOOT})
ANGLE = Dimension("angle", {"rad": 1.0, "deg": _DEGREE, "°": _DEGREE, "turn": math.tau})
MASS = Dimension("mass", {"kg": 1.0, "g": 0.001, "t": 1000.0, "lb": _POUND})
TIME = Dimension("time", {"s": 1.0, "ms": 0.001, "us": 1e-6, "min": 60.0, "h": 3600.0})
SPEED = Dimension("speed", {"m/s": 1.0, "km/h": _KMH, "cm/s": 0.01, "mm/s": 0.001, "mph": 1609.344 / 3600})
ANGULAR_SPEED = Dimension(
    "angular speed", {"rad/s": 1.0, "deg/s": _DEGREE, "°/s": _DEGREE, "rpm": math.tau / 60}
)
ILLUMINANCE = Dimension("illuminance", {"lux": 1.0, "lx": 1.0, "klux": 1000.0, "klx": 1000.0})

_ACCELERATION = Dimension("acceleration", {"m/s^2": 1.0, "m/s2": 1.0, "m/s²": 1.0})
ACCELERATION = Dimension("acceleration", {**_ACCELERATION.units, "g": 9.80665})  # of a param, "g" is a mass
RATE = Dimension("rate", {"/s": 1.0, "Hz": 1.0, "/min": 1 / 60, "/h": 1 / 3600})
DISTANCE_RATE = Dimension("rate per distance", {"/m": 1.0, "/km": 0.001})
IMPULSE = Dimension("impulse", {"N s": 1.0, "Ns": 1.0, "kg m/s": 1.0})
INTENSITY = Dimension("luminous intensity", {"cd": 1.0, "kcd": 1000.0})
FLUX = Dimension("luminous flux", {"lm": 1.0, "klm": 1000.0})

MEASURED = (
    *(LENGTH, ANGLE, MASS, TIME, SPEED, ANGULAR_SPEED, ILLUMINANCE, FRACTION),
    *(_ACCELERATION, RATE, DISTANCE_RATE, IMPULSE, INTENSITY, FLUX),
)
ANY = Dimension(
    "number", {unit: factor for dimension in MEASURED for unit, factor in dimension.units.items()}
)

_QUANTITY = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S.*?)?\s*", re.ASCII)
_FRACTION = re.compile(r"\s*(\d+)/([1-9]\d*)\s*([^\d\s].*?)\s*", re.ASCII)  # 1/60 s, as on a shutter's dial


def quantity_parts(text: str) -> tuple[float, str] | None:
    """Return number and unit (may be empty) of a text such as `35 km/h`, or None if it is not of that form.

    With a unit the number may be a fraction of whole numbers: `1/60 s`.
    """
    parts = _FRACTION.fullmatch(text)
    if parts:
        return int(parts[1]) / int(parts[2]), parts[3]
    match = _QUANTITY.fullmatch(text)
    return (float(match[1]), match[2] or "") if match else None


def parse_quantity(text: str, dimension: Dimension) -> float:
    """Return the SI value of a number with an optional unit.

    Raises:
        Mistakes: not a number, or not a unit of this dimension; the message lists the allowed units.
    """
    parts = quantity_parts(text)
    if parts is None:
        raise mistake(f"{show(text)} is not {dimension.a_name}; write {_example(dimension)}")
    number, unit = parts
    if not unit:
        return number
    if unit not in dimension.units:
        raise mistake(_wrong_unit(text, unit, dimension))
    # in decimals, as written: 140 cm is 1.4 m, not 1.4000000000000001
    return float(Decimal(repr(number)) * Decimal(repr(dimension.units[unit])))


def _example(dimension: Dimension) -> str:
    if not dimension.units:
        return "a bare number, for example 3"
    unit = next(iter(dimension.units))
    return f"a bare SI number or a text such as '3 {unit}' (units: {dimension.allowed})"


def _wrong_unit(text: str, unit: str, dimension: Dimension) -> str:
    if not dimension.units:
        return f"{show(text)} has a unit, but {dimension.a_name} has none; write the bare number"
    other = next((d.name for d in MEASURED if unit in d.units), None)
    what = f"a unit of {other}" if other else "not a known unit"
    hint = did_you_mean(unit, dimension.units)
    return f"{show(text)}: '{unit}' is {what}; allowed for {dimension.a_name}: {dimension.allowed};{hint}".rstrip(
        ";"
    )
