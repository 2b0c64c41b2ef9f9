"""The types of scenario fields: what a user may write in each, and what it becomes.

After validation a value is a literal in SI units, an `Expression` over params, or a `Distribution`.
`draw` turns it into a number or text; `draw_vector` and `draw_colour` do so for vectors and colours.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError, ValidationInfo
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

from simgen.scenario import units
from simgen.scenario.distributions import Choice, Distribution, Empirical, InBox, InDisc, OnSphere
from simgen.scenario.draw import draw, draw_colour, draw_int, draw_number, draw_params, draw_text, draw_vector
from simgen.scenario.expressions import Expression, Limits
from simgen.scenario.mistakes import Mistakes, each
from simgen.scenario.parse import Reader
from simgen.scenario.proposals import plain_param, read_param
from simgen.scenario.vectors import Hsv, plain_value, plain_vector, read_colour, read_vector

# Bodies of a scene, and any other count; assumed, below the 65,535 that instance ids can count.
MAX_COUNT = 10_000
MAX_IMAGE_SIDE = 8192  # pixels; assumed
MAX_FRAMES = 100_000  # pictures of a scene; assumed: a scene is what is made anew after a crash


def _read_value(raw: object, reader: Reader) -> object:
    return reader.read(raw)


@dataclass(frozen=True)
class Written:
    """How one kind of field is read, written and described; the annotation that makes a field's type.

    Attributes:
        schema: name of its JSON Schema definition, see `scenario.schema`.
        reader: what numbers and texts are allowed.
        read: from what was written to the value.
        plain: from the value to its canonical form.
    """

    schema: str
    reader: Reader
    read: Callable[[object, Reader], object] = _read_value
    plain: Callable[[Any], object] = plain_value

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate with `read`, serialise with `plain`."""
        return core_schema.with_info_plain_validator_function(
            self._validate, serialization=core_schema.plain_serializer_function_ser_schema(self.plain)
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Leave a mark that `scenario.schema` replaces by the definition."""
        mark: dict[str, Any] = {"simgen-value": self.schema}
        limits = self.reader.limits
        if limits != Limits():
            mark["simgen-limits"] = limits
        return mark

    def _validate(self, raw: object, info: ValidationInfo) -> object:
        context = cast("dict[str, Path] | None", info.context)
        folder = context.get("folder") if context else None
        try:
            return self.read(raw, replace(self.reader, folder=folder))
        except Mistakes as wrong:
            details = [_line_error(location, message) for location, message in wrong.details]
            raise ValidationError.from_exception_data("value", details) from wrong


def _line_error(location: tuple[str | int, ...], message: str) -> InitErrorDetails:
    error = PydanticCustomError("value", "{message}", {"message": message})
    return InitErrorDetails(type=error, loc=location, input=None)


def _written(
    schema: str,
    dimension: units.Dimension,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    above: bool = False,
    whole: bool = False,
) -> Written:
    return Written(schema, Reader(dimension, Limits(low, high, above=above, whole=whole)))


def _read_asset_param(raw: object, reader: Reader) -> object:
    if isinstance(raw, bool):
        return raw
    return tuple(each(enumerate(raw), reader.read)) if isinstance(raw, list | tuple) else reader.read(raw)


def _plain_asset_param(value: object) -> object:
    return [plain_value(item) for item in value] if isinstance(value, tuple) else plain_value(value)


_VECTOR = tuple[Any, Any, Any] | list[Any] | OnSphere | InBox | InDisc | Choice
Number = float | str | Expression | Distribution
Words = str | Expression | Distribution

Plain = Annotated[Number, _written("plain", units.PLAIN)]
Positive = Annotated[Number, _written("plain", units.PLAIN, 0.0, above=True)]
NonNegative = Annotated[Number, _written("plain", units.PLAIN, 0.0)]
Fraction = Annotated[Number, _written("fraction", units.FRACTION, 0.0, 1.0)]
Count = Annotated[Number, _written("count", units.COUNT, 0, MAX_COUNT, whole=True)]
PositiveCount = Annotated[Number, _written("count", units.COUNT, 1, MAX_COUNT, whole=True)]
ImageSide = Annotated[Number, _written("count", units.COUNT, 1, MAX_IMAGE_SIDE, whole=True)]
FrameCount = Annotated[Number, _written("count", units.COUNT, 1, MAX_FRAMES, whole=True)]
PixelCount = Annotated[Number, _written("count", units.COUNT, 1, MAX_IMAGE_SIDE**2, whole=True)]
Length = Annotated[Number, _written("length", units.LENGTH)]
PositiveLength = Annotated[Number, _written("length", units.LENGTH, 0.0, above=True)]
NonNegativeLength = Annotated[Number, _written("length", units.LENGTH, 0.0)]
Angle = Annotated[Number, _written("angle", units.ANGLE)]
Elevation = Annotated[Number, _written("angle", units.ANGLE, -math.pi / 2, math.pi / 2)]
FieldOfView = Annotated[Number, _written("angle", units.ANGLE, 0.0, math.radians(175), above=True)]
Mass = Annotated[Number, _written("mass", units.MASS, 0.0, above=True)]
Time = Annotated[Number, _written("time", units.TIME, 0.0)]
PositiveTime = Annotated[Number, _written("time", units.TIME, 0.0, above=True)]
SignedTime = Annotated[Number, _written("time", units.TIME)]
Speed = Annotated[Number, _written("speed", units.SPEED, 0.0)]
PositiveSpeed = Annotated[Number, _written("speed", units.SPEED, 0.0, above=True)]
Acceleration = Annotated[Number, _written("acceleration", units.ACCELERATION, 0.0, above=True)]
AngularSpeed = Annotated[Number, _written("angular_speed", units.ANGULAR_SPEED, 0.0)]
WideAngle = Annotated[Number, _written("angle", units.ANGLE, 0.0, 2 * math.pi, above=True)]
HalfAngle = Annotated[Number, _written("angle", units.ANGLE, 0.0, math.pi)]
Rate = Annotated[Number, _written("rate", units.RATE, 0.0)]
Frequency = Annotated[Number, _written("rate", units.RATE, 0.0, above=True)]
DistanceRate = Annotated[Number, _written("distance_rate", units.DISTANCE_RATE, 0.0)]
Impulse = Annotated[Number, _written("impulse", units.IMPULSE, 0.0)]
Intensity = Annotated[Number, _written("intensity", units.INTENSITY, 0.0)]
Flux = Annotated[Number, _written("flux", units.FLUX, 0.0)]
Turbidity = Annotated[Number, _written("plain", units.PLAIN, 1.0, 20.0)]
ColorTemperature = Annotated[Number, _written("plain", units.PLAIN, 1667.0, 25000.0)]  # where its fit holds
Illuminance = Annotated[Number, _written("illuminance", units.ILLUMINANCE, 0.0)]
Text = Annotated[Words, Written("text", Reader(None))]
Param = Annotated[Number, Written("param_or_proposal", Reader(units.ANY, text=True), read_param, plain_param)]
AssetParam = Annotated[
    Number | bool | list[Any] | tuple[Any, ...],
    Written("asset_param", Reader(units.ANY, text=True), _read_asset_param, _plain_asset_param),
]
Vector3 = Annotated[_VECTOR, Written("vector", Reader(units.LENGTH), read_vector, plain_vector)]
VelocityVector = Annotated[
    _VECTOR, Written("velocity_vector", Reader(units.SPEED), read_vector, plain_vector)
]
AccelerationVector = Annotated[
    _VECTOR, Written("acceleration_vector", Reader(units.ACCELERATION), read_vector, plain_vector)
]
ImpulseVector = Annotated[
    _VECTOR, Written("impulse_vector", Reader(units.IMPULSE), read_vector, plain_vector)
]
Colour = Annotated[
    str | tuple[Any, Any, Any] | list[Any] | Hsv | Choice,
    Written("colour", Reader(units.FRACTION, Limits(0.0, 1.0)), read_colour, plain_vector),
]

__all__ = [
    "Acceleration",
    "AccelerationVector",
    "Angle",
    "AngularSpeed",
    "AssetParam",
    "ColorTemperature",
    "Colour",
    "Count",
    "DistanceRate",
    "Distribution",
    "Elevation",
    "Empirical",
    "Expression",
    "FieldOfView",
    "Flux",
    "Fraction",
    "FrameCount",
    "Frequency",
    "HalfAngle",
    "Illuminance",
    "ImageSide",
    "Impulse",
    "ImpulseVector",
    "Intensity",
    "Length",
    "Mass",
    "NonNegative",
    "NonNegativeLength",
    "Number",
    "Param",
    "PixelCount",
    "Plain",
    "Positive",
    "PositiveCount",
    "PositiveLength",
    "PositiveSpeed",
    "PositiveTime",
    "Rate",
    "SignedTime",
    "Speed",
    "Text",
    "Time",
    "Turbidity",
    "Vector3",
    "VelocityVector",
    "WideAngle",
    "Words",
    "draw",
    "draw_colour",
    "draw_int",
    "draw_number",
    "draw_params",
    "draw_text",
    "draw_vector",
]
