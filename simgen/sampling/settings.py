"""From one node that a user wrote (a trigger, a behaviour, an action, a fault) to drawn values with units."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from pydantic import BaseModel

from simgen.records.settings import Settings, Value
from simgen.sampling.cast import Cast
from simgen.sampling.slots import Slot, slots_of
from simgen.scenario import spec


def settings_of(cast_: Cast, model: BaseModel, path: str) -> Settings:
    """Return the values of a model's fields, drawn, in SI, with the unit in the name.

    What was not given is left out; so are the models below it, which have records of their own.

    Args:
        cast_: what names stand for, and the random numbers.
        model: one form of a trigger, behaviour, action or fault.
        path: where it stands in the scenario; a field's stream is `path.field`.

    Raises:
        ScenarioError: it names a body that this scene does not have.
        SamplingError: a value cannot be drawn.
    """
    return tuple(_settings(cast_, model, path))


def _settings(cast_: Cast, model: BaseModel, path: str) -> Iterator[tuple[str, Value]]:
    for slot in slots_of(type(model)):
        value = getattr(model, slot.field)
        if value is None or value in ([], {}) or _is_tree(value):
            continue
        place = f"{path}.{slot.key}"
        if isinstance(value, dict):
            yield from _arguments(cast_, slot, cast("dict[str, object]", value), place)
        elif slot.thing == "spot" and isinstance(value, str):
            yield from _spot(cast_, slot, value, place, as_area=isinstance(model, spec.Reach))
        elif slot.thing is not None and slot.thing != "spot":
            yield _named(cast_, slot, value, place)
        else:
            yield slot.name, _drawn(cast_, slot, value, place)


def _is_tree(value: object) -> bool:
    first = cast("list[object]", value)[0] if isinstance(value, list) else value
    return isinstance(first, BaseModel)


def _drawn(cast_: Cast, slot: Slot, value: object, path: str) -> Value:
    draws = cast_.draws
    if slot.written is None:
        return cast("bool | str", value)
    if slot.is_listed:
        points = enumerate(cast("list[object]", value))
        return tuple(x for k, point in points for x in draws.vector(point, f"{path}[{k}]"))
    if slot.is_vector:
        return draws.vector(value, path)
    if slot.is_text:
        return draws.text(value, path)
    return draws.count(value, path) if slot.is_whole else draws.number(value, path)


def _spot(cast_: Cast, slot: Slot, name: str, path: str, *, as_area: bool) -> Iterator[tuple[str, Value]]:
    """A named place: a body stays a name, for it moves; a region becomes its middle, or its corners."""
    if name not in cast_.regions:
        yield slot.key, cast_.body(name, path)
    elif as_area:
        low, high = cast_.extent(name)
        yield f"{slot.key}_min_m", low
        yield f"{slot.key}_max_m", high
    else:
        yield f"{slot.key}_m", cast_.middle(name)


def _named(cast_: Cast, slot: Slot, value: object, path: str) -> tuple[str, Value]:
    if slot.thing == "bodies":
        return slot.key, _group(cast_, value, path)
    if slot.thing in ("body", "actor"):
        return slot.key, cast_.body(str(value), path)
    return slot.key, str(value)


def _group(cast_: Cast, value: object, path: str) -> Value:
    if isinstance(value, list):
        names = enumerate(cast("list[str]", value))
        return tuple(member for k, name in names for member in cast_.bodies(name, f"{path}[{k}]"))
    members = cast_.bodies(str(value), path)
    return members[0] if members == (value,) else members


def _arguments(cast_: Cast, slot: Slot, given: dict[str, object], path: str) -> Iterator[tuple[str, Value]]:
    """What a Python call is given."""
    draws = cast_.draws
    for name, value in given.items():
        place = f"{path}.{name}"
        key = f"{slot.key}.{name}"
        if isinstance(value, bool):
            yield key, value
        elif isinstance(value, list | tuple):
            parts = enumerate(cast("list[object]", value))
            yield key, tuple(draws.number(part, f"{place}[{k}]") for k, part in parts)
        else:
            yield key, draws.scalar(value, place)
