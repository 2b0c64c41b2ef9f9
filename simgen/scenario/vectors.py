"""Vectors and colours: three numbers, each of which may be drawn, or one distribution over whole vectors."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from simgen.colour import linear_rgb
from simgen.errors import did_you_mean
from simgen.geometry import Vec3
from simgen.scenario.distributions import Choice, Distribution, InBox, InDisc, OnSphere
from simgen.scenario.distributions.discrete import plain_item
from simgen.scenario.expressions import Expression, Limits
from simgen.scenario.forms import FORMS, read_choice, single_key
from simgen.scenario.mistakes import each, mistake, show
from simgen.scenario.parse import Reader, Value
from simgen.scenario.units import Dimension

VectorValue = tuple[Value, Value, Value] | Distribution
HUE = Dimension("hue", {"deg": 1 / 360, "°": 1 / 360, "turn": 1.0, "%": 0.01})
NAMED_COLOURS = {  # CSS Color Module Level 4
    "black": "#000000",
    "silver": "#c0c0c0",
    "gray": "#808080",
    "white": "#ffffff",
    "maroon": "#800000",
    "red": "#ff0000",
    "purple": "#800080",
    "fuchsia": "#ff00ff",
    "green": "#008000",
    "lime": "#00ff00",
    "olive": "#808000",
    "yellow": "#ffff00",
    "navy": "#000080",
    "blue": "#0000ff",
    "teal": "#008080",
    "aqua": "#00ffff",
    "orange": "#ffa500",
    "brown": "#a52a2a",
    "pink": "#ffc0cb",
    "beige": "#f5f5dc",
    "tan": "#d2b48c",
}


@dataclass(frozen=True)
class Hsv:
    """A colour by hue (0..1 is once around), saturation and value of its sRGB-encoded form."""

    hue: Value
    saturation: Value
    value: Value


ColourValue = tuple[Value, Value, Value] | Hsv | Choice


def read_vector(raw: object, reader: Reader) -> VectorValue:
    """Return a vector of three values, or a distribution over vectors.

    Raises:
        Mistakes: every mistake in it.
    """
    if isinstance(raw, Distribution):
        return _check_vector(raw, reader)
    if isinstance(raw, Mapping):
        return _check_vector(_vector_distribution(cast("Mapping[object, object]", raw), reader), reader)
    return _three(raw, reader, "[x, y, z] or a distribution over vectors (on_sphere, in_region, choice)")


def read_colour(raw: object, reader: Reader) -> ColourValue:
    """Return a colour: linear RGB values, HSV values, or a choice of colours.

    Raises:
        Mistakes: every mistake in it.
    """
    if isinstance(raw, Hsv):
        return _hsv((raw.hue, raw.saturation, raw.value), reader)
    if isinstance(raw, Choice):
        return Choice(
            tuple(each(enumerate(raw.values), lambda item: _literal_colour(item, reader))), raw.weights
        )
    if isinstance(raw, Mapping):
        kind, body = single_key(cast("Mapping[object, object]", raw), ("hsv", "choice"))
        if kind == "hsv":
            return each([(kind, body)], lambda three: _hsv(three, reader))[0]
        return each(
            [(kind, body)], lambda items: read_choice(items, lambda item: _literal_colour(item, reader))
        )[0]
    if isinstance(raw, str):
        return colour_from_text(raw)
    return _three(
        raw,
        reader,
        "[r, g, b] in 0..1 (linear), '#rrggbb', a colour name, {hsv: [h, s, v]} or {choice: [...]}",
    )


def colour_from_text(text: str) -> Vec3:
    """Return linear RGB of `#rrggbb` (sRGB) or a colour name."""
    code = NAMED_COLOURS.get(text, text)
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", code):
        hint = did_you_mean(text.lower(), NAMED_COLOURS)
        names = ", ".join(NAMED_COLOURS)
        raise mistake(
            f"{show(text)} is not a colour; write '#rrggbb', [r, g, b] or a name;{hint} names: {names}"
        )
    return linear_rgb(tuple(int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)))


def linear_from_hsv(hue: float, saturation: float, value: float) -> Vec3:
    """Return linear RGB of hue (turns), saturation and value of the sRGB-encoded colour."""
    return linear_rgb(colorsys.hsv_to_rgb(hue % 1.0, saturation, value))


def plain_vector(value: VectorValue | ColourValue) -> object:
    """Return a vector or colour in its canonical form."""
    if isinstance(value, Hsv):
        return {"hsv": [plain_value(part) for part in (value.hue, value.saturation, value.value)]}
    return plain_value(value) if isinstance(value, Distribution) else [plain_value(part) for part in value]


def plain_value(value: object) -> object:
    """Return a value in its canonical form: number, text or single-key mapping."""
    return value.text if isinstance(value, Expression) else plain_item(value)


def _three(raw: object, reader: Reader, wanted: str) -> tuple[Value, Value, Value]:
    if not isinstance(raw, list | tuple) or len(cast("list[object]", raw)) != 3:
        raise mistake(f"expected {wanted}, got {show(raw)}")
    x, y, z = each(enumerate(cast("list[object]", raw)), reader.read)
    return (x, y, z)


def _literal_three(raw: object, reader: Reader) -> Vec3:
    values = _three(raw, reader, "[x, y, z]")
    if not all(isinstance(value, int | float) for value in values):
        raise mistake(f"a choice lists plain vectors, got {show(raw)}")
    return cast("Vec3", values)


def _literal_colour(raw: object, reader: Reader) -> Vec3:
    return colour_from_text(raw) if isinstance(raw, str) else _literal_three(raw, reader)


def _hsv(raw: object, reader: Reader) -> Hsv:
    if not isinstance(raw, list | tuple) or len(cast("list[object]", raw)) != 3:
        raise mistake(f"expected [hue, saturation, value], each in 0..1, got {show(raw)}")
    hue_reader = replace(reader, dimension=HUE, limits=Limits())
    parts = [(n, (part, reader if n else hue_reader)) for n, part in enumerate(cast("list[object]", raw))]
    hue, saturation, value = each(
        parts,
        lambda pair: cast("tuple[object, Reader]", pair)[1].read(cast("tuple[object, Reader]", pair)[0]),
    )
    return Hsv(hue, saturation, value)


def _vector_distribution(raw: Mapping[object, object], reader: Reader) -> Distribution:
    kind, body = single_key(raw, FORMS)
    if kind == "choice":
        return each(
            [(kind, body)], lambda items: read_choice(items, lambda item: _literal_three(item, reader))
        )[0]
    return reader.distribution(raw)


def _check_vector(given: Distribution, reader: Reader) -> Distribution:
    if isinstance(given, Choice):
        return Choice(
            tuple(each(enumerate(given.listed), lambda item: _literal_three(item, reader))), given.weights
        )
    if not isinstance(given, OnSphere | InBox | InDisc):
        raise mistake(
            f"{given.kind} does not give a vector; use on_sphere, in_region or choice, "
            f"or a list of three values: [{{{given.kind}: ...}}, 0, 0]"
        )
    return given
