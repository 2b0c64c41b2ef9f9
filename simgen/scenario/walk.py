"""Finds what a scenario names: expressions and asset ids, each with the place it stands at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, cast, get_args, get_origin

from pydantic import BaseModel

from simgen.scenario.distributions import Choice, Discrete
from simgen.scenario.expressions import Expression
from simgen.scenario.mistakes import Location
from simgen.scenario.spec import AssetQuery, ObjectGroup, ProceduralAsset, Refers, Scenario, Thing
from simgen.scenario.vectors import Hsv


def expressions(value: object, location: Location = ()) -> Iterator[tuple[Location, Expression]]:
    """Yield every expression of a model and where it stands."""
    if isinstance(value, Expression):
        yield location, value
    elif isinstance(value, Hsv):
        yield from expressions((value.hue, value.saturation, value.value), (*location, "hsv"))
    elif isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            yield from expressions(getattr(value, name), (*location, info.alias or name))
    elif isinstance(value, dict):
        for name, item in cast("dict[str, object]", value).items():
            yield from expressions(item, (*location, name))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(cast("list[object]", value)):
            yield from expressions(item, (*location, index))


def models(value: object, location: Location = ()) -> Iterator[tuple[Location, BaseModel]]:
    """Yield every model in a value, itself included, and where it stands; outer ones first."""
    if isinstance(value, BaseModel):
        yield location, value
        for name, info in type(value).model_fields.items():
            yield from models(getattr(value, name), (*location, info.alias or name))
    elif isinstance(value, dict):
        for name, item in cast("dict[str, object]", value).items():
            yield from models(item, (*location, name))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(cast("list[object]", value)):
            yield from models(item, (*location, index))


def named(value: object, location: Location = ()) -> Iterator[tuple[Location, Thing, str]]:
    """Yield every text in a value that is marked by `spec.Refers`, with where it stands and what it names."""
    for at, model in models(value, location):
        for name, info in type(model).model_fields.items():
            thing = _refers((info.annotation, *info.metadata))
            given = getattr(model, name)
            here = (*at, info.alias or name)
            if thing is not None and isinstance(given, str):
                yield here, thing, given
            elif thing is not None and isinstance(given, list):
                texts = enumerate(cast("list[object]", given))
                for n, text in texts:
                    if isinstance(text, str):
                        yield (*here, n), thing, text


def _refers(annotation: object) -> Thing | None:
    """Return what the texts of a field name: its mark may stand inside of lists and alternatives."""
    if isinstance(annotation, Refers):
        return annotation.to
    inner = annotation if isinstance(annotation, tuple) else get_args(annotation)
    if get_origin(annotation) is Literal:
        return None
    for part in cast("tuple[object, ...]", inner):
        thing: Thing | None = _refers(part)
        if thing is not None:
            return thing
    return None


def asset_ids(scenario: Scenario) -> list[tuple[Location, str]]:
    """Return every asset id that a scenario names, and where; ids made by expressions are left out."""
    found: list[tuple[Location, str]] = []
    for section, groups in (("objects", scenario.objects), ("actors", scenario.actors)):
        for name, group in groups.items():
            found.extend(_ids_of_group((section, name, "asset"), group))
    found.extend(texts(("environment", "map"), scenario.environment.map))
    return found


def _ids_of_group(location: Location, group: ObjectGroup) -> list[tuple[Location, str]]:
    if isinstance(group.asset, AssetQuery):
        return [((*location, "ids", index), asset_id) for index, asset_id in enumerate(group.asset.ids)]
    if isinstance(group.asset, ProceduralAsset):
        return [((*location, "procedural"), f"procedural/{group.asset.procedural}")]
    return list(texts(location, group.asset))


def texts(location: Location, value: object) -> Iterator[tuple[Location, str]]:
    """Yield the texts that a field may take, and where each stands; none of an expression."""
    if isinstance(value, str):
        yield location, value
    if isinstance(value, Choice | Discrete):
        for index, item in enumerate(value.listed):
            yield (*location, value.kind, index), str(item)
