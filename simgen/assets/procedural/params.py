"""Parameters of procedural models: declared once, checked by name, kind and range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from simgen.errors import AssetError, did_you_mean
from simgen.geometry import Vec3
from simgen.records.asset import AssetRef, ParamValue

Kind = Literal["size", "length", "number", "count", "choice"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a family.

    Attributes:
        kind: `size` is three metres (x, y, z), `length` metres, `number` any other number (its unit is in the name),
            `count` a whole number, `choice` a word.
        low: smallest allowed value (of each component of a size).
        high: largest allowed value.
        choices: allowed words of a `choice`.
    """

    name: str
    kind: Kind
    default: ParamValue
    low: float = 0.0
    high: float = 0.0
    choices: tuple[str, ...] = ()


def size(default: Vec3, low: float, high: float) -> Parameter:
    """Declare `size_m`, the extent (x, y, z) of the model."""
    return Parameter("size_m", "size", default, low, high)


def length(name: str, default: float, low: float, high: float) -> Parameter:
    """Declare one length in metres."""
    return Parameter(name, "length", default, low, high)


def number(name: str, default: float, low: float, high: float) -> Parameter:
    """Declare a number that is no length; its unit, if any, is in the name."""
    return Parameter(name, "number", default, low, high)


def count(name: str, default: int, low: int, high: int) -> Parameter:
    """Declare a whole number."""
    return Parameter(name, "count", default, low, high)


def seed() -> Parameter:
    """Declare `seed`, which picks print, colour and wear."""
    return count("seed", 0, 0, 2**31 - 1)


def choice(name: str, default: str, choices: tuple[str, ...]) -> Parameter:
    """Declare a word out of a list."""
    return Parameter(name, "choice", default, choices=choices)


@dataclass(frozen=True, slots=True)
class Values:
    """Checked parameters of one model.

    Attributes:
        place: asset id, for messages.
        values: every declared parameter, given or default.
    """

    place: str
    values: Mapping[str, ParamValue]

    def vector(self, name: str = "size_m") -> Vec3:
        """Return three metres."""
        value = self.values[name]
        assert isinstance(value, tuple)  # noqa: S101 - parse() has checked the kind
        return (value[0], value[1], value[2])

    def number(self, name: str) -> float:
        """Return a length in metres, or another number."""
        value = self.values[name]
        assert isinstance(value, float)  # noqa: S101
        return value

    def whole(self, name: str) -> int:
        """Return a whole number."""
        value = self.values[name]
        assert isinstance(value, int)  # noqa: S101
        return value

    def word(self, name: str) -> str:
        """Return a word."""
        value = self.values[name]
        assert isinstance(value, str)  # noqa: S101
        return value

    def require(self, holds: bool, message: str) -> None:
        """Refuse a combination of parameters.

        Raises:
            AssetError: `holds` is false; says the message after the asset's id.
        """
        if not holds:
            raise AssetError(f"{self.place}: {message}")


def parse(ref: AssetRef, parameters: tuple[Parameter, ...]) -> Values:
    """Return the checked values of a reference.

    Raises:
        AssetError: an unknown parameter, a wrong kind or a value out of range; the message names what is allowed.
    """
    values: dict[str, ParamValue] = {parameter.name: parameter.default for parameter in parameters}
    for name, value in ref.params:
        values[name] = _checked(ref.asset_id, declared(ref.asset_id, name, parameters), value)
    return Values(ref.asset_id, values)


def check_one(asset_id: str, name: str, value: ParamValue | None, parameters: tuple[Parameter, ...]) -> None:
    """Check one parameter by itself; of one whose `value` is not known yet (None) the name.

    Raises:
        AssetError: as in `parse`.
    """
    parameter = declared(asset_id, name, parameters)
    if value is not None:
        _checked(asset_id, parameter, value)


def declared(asset_id: str, name: str, parameters: tuple[Parameter, ...]) -> Parameter:
    """Return the parameter of that name.

    Raises:
        AssetError: there is none; the message names those that there are.
    """
    found = {parameter.name: parameter for parameter in parameters}
    if not found:
        raise AssetError(f"{asset_id}: takes no parameters, got '{name}'; remove it")
    if name not in found:
        known = ", ".join(found)
        raise AssetError(f"{asset_id}: no parameter '{name}';{did_you_mean(name, found)} known: {known}")
    return found[name]


def _checked(place: str, parameter: Parameter, value: ParamValue) -> ParamValue:
    check = {"size": _size, "length": _length, "number": _length, "count": _count, "choice": _choice}[
        parameter.kind
    ]
    checked = check(parameter, value)
    if checked is None:
        raise AssetError(f"{place}: {parameter.name} must be {_allowed(parameter, value)}, got {value!r}")
    return checked


def _allowed(parameter: Parameter, value: ParamValue) -> str:
    bounds = f"{parameter.low:g} to {parameter.high:g}"
    if parameter.kind == "size":
        return f"three lengths (x, y, z) of {bounds} m"
    if parameter.kind == "length":
        return f"{bounds} m"
    if parameter.kind == "number":
        return f"a number of {bounds}"
    if parameter.kind == "count":
        return f"a whole number from {int(parameter.low)} to {int(parameter.high)}"
    hint = did_you_mean(value, parameter.choices) if isinstance(value, str) else ""
    return (
        f"one of {', '.join(parameter.choices)};{hint}" if hint else f"one of {', '.join(parameter.choices)}"
    )


def _size(parameter: Parameter, value: ParamValue) -> ParamValue | None:
    if not isinstance(value, tuple) or len(value) != 3:
        return None
    if not all(_is_number(v) and parameter.low <= v <= parameter.high for v in value):
        return None
    return tuple(float(v) for v in value)


def _length(parameter: Parameter, value: ParamValue) -> ParamValue | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if parameter.low <= value <= parameter.high else None


def _count(parameter: Parameter, value: ParamValue) -> ParamValue | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not float(value).is_integer():
        return None
    return int(value) if parameter.low <= value <= parameter.high else None


def _choice(parameter: Parameter, value: ParamValue) -> ParamValue | None:
    return value if isinstance(value, str) and value in parameter.choices else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
