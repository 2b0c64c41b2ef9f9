"""The JSON Schema of scenario files, for editors: completion, hover texts and marks while writing."""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Sequence
from typing import Any, cast

from simgen.scenario import units
from simgen.scenario.expressions import Limits
from simgen.scenario.field_comments import comments_of
from simgen.scenario.spec import Scenario
from simgen.scenario.spec.base import Model
from simgen.scenario.units import Dimension
from simgen.scenario.vectors import HUE, NAMED_COLOURS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_DIMENSIONS = {
    "plain": units.PLAIN,
    "count": units.COUNT,
    "fraction": units.FRACTION,
    "length": units.LENGTH,
    "angle": units.ANGLE,
    "mass": units.MASS,
    "time": units.TIME,
    "speed": units.SPEED,
    "angular_speed": units.ANGULAR_SPEED,
    "illuminance": units.ILLUMINANCE,
    "acceleration": units.ACCELERATION,
    "rate": units.RATE,
    "distance_rate": units.DISTANCE_RATE,
    "impulse": units.IMPULSE,
    "intensity": units.INTENSITY,
    "flux": units.FLUX,
    "hue": HUE,
}
_VECTORS = {
    "vector": "length",
    "velocity_vector": "speed",
    "acceleration_vector": "acceleration",
    "impulse_vector": "impulse",
}
Schema = dict[str, Any]
_BARE: Schema = {"type": "number"}


def json_schema() -> Schema:
    """Return the schema (draft 2020-12) of a scenario file.

    It accepts whatever the loader accepts; what only the loader can tell (names that exist, ranges that hang on each
    other) it lets pass.
    """
    schema = Scenario.model_json_schema(by_alias=True, mode="validation")
    schema = cast("Schema", _resolved(schema))
    _explain_fields(schema)
    schema["$schema"] = DIALECT
    schema["title"] = "simgen scenario"
    part = {"type": "string", "description": "A file in the same folder"}
    schema["properties"]["simgen"] = {"enum": ["1", 1], "description": "Version of the format"}
    schema["properties"]["extends"] = {**part, "description": "Start from this file of the same folder"}
    schema["properties"]["include"] = {"anyOf": [part, {"type": "array", "items": part}]}
    schema["$defs"].update(_definitions())
    return schema


def schema_text() -> str:
    """Return `json_schema` as the text of `scenes/scenario.schema.json`."""
    return json.dumps(json_schema(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _resolved(schema: object) -> object:
    """Replace the marks of `values.Written` by references, and tidy what pydantic adds."""
    if isinstance(schema, list):
        return [_resolved(item) for item in cast("list[object]", schema)]
    if not isinstance(schema, dict):
        return schema
    entries = {key: value for key, value in cast("Schema", schema).items() if not _is_noise(key, value)}
    kind = entries.pop("simgen-value", None)
    limits = cast("Limits | None", entries.pop("simgen-limits", None))
    resolved: Schema = {key: _resolved(value) for key, value in entries.items()}
    if isinstance(resolved.get("description"), str):
        resolved["description"] = inspect.cleandoc(resolved["description"])
    if kind is not None:
        resolved["$ref"] = f"#/$defs/{kind}"
        resolved.update(_bounds(limits) if limits and kind in _DIMENSIONS else {})
    return resolved


def _explain_fields(schema: Schema) -> None:
    """Add to every field what is said of it where it is declared."""
    models = {model.__name__: model for model in _descendants(Model)}
    for name, definition in [("Scenario", schema), *schema["$defs"].items()]:
        for field, said in comments_of(models[name]).items() if name in models else ():
            definition["properties"][field]["description"] = said


def _descendants(model: type[Model]) -> list[type[Model]]:
    return [each for child in model.__subclasses__() for each in (child, *_descendants(child))]


def _is_noise(key: str, value: object) -> bool:
    return key == "title" and isinstance(value, str)


def _bounds(limits: Limits) -> Schema:
    """Return bounds of bare numbers; a text, expression or distribution passes them by definition."""
    bounds: Schema = {}
    if limits.minimum > -math.inf:
        bounds["exclusiveMinimum" if limits.above else "minimum"] = limits.minimum
    if limits.maximum < math.inf:
        bounds["exclusiveMaximum" if limits.below else "maximum"] = limits.maximum
    return bounds


def _definitions() -> Schema:
    definitions: Schema = {"expression": _pattern(r"\$\{", "An expression over params, for example ${a} * 2")}
    for name, dimension in _DIMENSIONS.items():
        definitions[f"{name}_literal"] = _literal(dimension, whole=name == "count")
        definitions[f"{name}_distribution"] = _distribution(name)
        definitions[name] = _any(f"{name}_literal", "expression", f"{name}_distribution")
    for name, part in _VECTORS.items():
        definitions[name] = {"anyOf": [_list_of(part, 3), _vector_distribution(part)]}
    definitions.update(_text_definitions())
    definitions["colour"] = _colour()
    return definitions


def _text_definitions() -> Schema:
    texts = {"type": "string"}
    scalars = {"type": ["string", "number"]}
    return {
        "text": {"anyOf": [texts, _keyed("choice", _choice(texts)), _keyed("discrete", _discrete(texts))]},
        "param_literal": scalars,
        "param_distribution": _distribution("param"),
        "param": _any("param_literal", "param_distribution"),
        "param_or_proposal": {"anyOf": [*_any("param_literal", "param_distribution")["anyOf"], _proposal()]},
        "asset_param": {
            "anyOf": [
                {"type": "boolean"},
                {"$ref": "#/$defs/param"},
                {"type": "array", "items": {"$ref": "#/$defs/param"}},
            ]
        },
    }


def _proposal() -> Schema:
    dist: Schema = {"$ref": "#/$defs/param_distribution"}
    share: Schema = {"type": "number", "minimum": 0, "exclusiveMaximum": 1}
    parts: Schema = {"dist": dist, "proposal": dist, "defensive": share}
    return _object(parts, optional=("defensive",))


def _literal(dimension: Dimension, *, whole: bool) -> Schema:
    number: Schema = {"type": "integer" if whole else "number"}
    if not dimension.units:
        return number
    escaped = "|".join(unit.replace("^", r"\^") for unit in dimension.units)
    written = rf"^\s*({_NUMBER}\s*({escaped})?|[0-9]+/[1-9][0-9]*\s*({escaped}))\s*$"
    text = _pattern(written, f"A number with a unit: {dimension.allowed}")
    return {"anyOf": [number, text]}


def _distribution(name: str) -> Schema:
    """Return the schema of a distribution over numbers of one dimension (or texts, for params)."""
    value: Schema = {"$ref": f"#/$defs/{name}_literal"}
    component: Schema = {"anyOf": [value, {"$ref": f"#/$defs/{name}_distribution"}]}
    weights, values, components = _some(_BARE), _some(value), _some(component)
    csv: Schema = {key: {"type": "string"} for key in ("file", "column", "unit", "sha256")}
    alone: Schema = {"type": "array", "prefixItems": [value], "maxItems": 1}
    forms = {
        "const": {"anyOf": [value, _object({"value": value}), alone]},
        "uniform": _arguments({"low": value, "high": value}),
        "int_uniform": _arguments({"low": value, "high": value}),
        "loguniform": _arguments({"low": value, "high": value}),
        "normal": _arguments({"mean": value, "std": value}),
        "truncnormal": _arguments({"mean": value, "std": value, "low": value, "high": value}),
        "lognormal": _arguments({"median": value, "sigma": _BARE}),
        "choice": _choice(value),
        "discrete": _discrete(value),
        "histogram": _arguments({"edges": values, "weights": weights}),
        "mixture": _arguments({"components": components, "weights": weights}, optional=("weights",)),
        "empirical": {"anyOf": [_object({"values": values}), _object(csv, optional=("unit", "sha256"))]},
    }
    return {"anyOf": [_keyed(kind, form) for kind, form in forms.items()]}


def _vector_distribution(part: str) -> Schema:
    value: Schema = {"$ref": f"#/$defs/{part}_literal"}
    point = {"type": "array", "items": value, "minItems": 3, "maxItems": 3}
    sphere = _arguments({"radius": value, "center": point}, optional=("radius", "center"))
    box = _arguments({"box_min": point, "box_max": point})
    disc = _object({"center": point, "radius": value})
    forms = {"on_sphere": sphere, "in_region": {"anyOf": [*box["anyOf"], disc]}, "choice": _choice(point)}
    return {"anyOf": [_keyed(kind, form) for kind, form in forms.items()]}


def _colour() -> Schema:
    text: Schema = {"anyOf": [_pattern("^#[0-9a-fA-F]{6}$", "sRGB"), {"enum": list(NAMED_COLOURS)}]}
    literal: Schema = {"anyOf": [*text["anyOf"], _list_of("fraction_literal", 3)]}
    hue, share = {"$ref": "#/$defs/hue"}, {"$ref": "#/$defs/fraction"}
    hsv = {"type": "array", "prefixItems": [hue, share, share], "minItems": 3, "maxItems": 3}
    forms = [_keyed("hsv", hsv), _keyed("choice", _choice(literal))]
    return {"anyOf": [*text["anyOf"], _list_of("fraction", 3), *forms]}


def _choice(value: Schema) -> Schema:
    pair = _object({"v": value, "w": _BARE}, optional=("w",))
    weights: Schema = {"type": "array", "items": _BARE}
    keyed = _object({"values": _some(value), "weights": weights}, optional=("weights",))
    return {"anyOf": [_some(value), _some(pair), keyed]}


def _discrete(value: Schema) -> Schema:
    pair: Schema = {"type": "array", "prefixItems": [value, _BARE], "minItems": 2, "maxItems": 2}
    weighted: Schema = {"type": "object", "additionalProperties": _BARE, "minProperties": 1}
    return {"anyOf": [weighted, _some(pair)]}


def _some(item: Schema) -> Schema:
    return {"type": "array", "items": item, "minItems": 1}


def _arguments(names: Schema, optional: Sequence[str] = ()) -> Schema:
    """Return the schema of arguments given by position or by key."""
    required = len(names) - len(optional)
    positional = {
        "type": "array",
        "prefixItems": list(names.values()),
        "minItems": required,
        "maxItems": len(names),
    }
    return {"anyOf": [positional, _object(names, optional)]}


def _object(properties: Schema, optional: Sequence[str] = ()) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _keyed(kind: str, body: Schema) -> Schema:
    return _object({kind: body})


def _list_of(name: str, length: int) -> Schema:
    return {"type": "array", "items": {"$ref": f"#/$defs/{name}"}, "minItems": length, "maxItems": length}


def _pattern(pattern: str, description: str) -> Schema:
    return {"type": "string", "pattern": pattern, "description": description}


def _any(*names: str) -> Schema:
    return {"anyOf": [{"$ref": f"#/$defs/{name}"} for name in names]}
