"""How each field of a scenario model is stored among the settings of a record: under which name, drawn how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast, get_args, get_origin

from pydantic import BaseModel

from simgen.scenario.spec import Refers, Thing
from simgen.scenario.values import Written
from simgen.scenario.vectors import read_vector

# unit that follows the name of a setting, by dimension; those left out (fractions, counts, plain) keep the bare name
SUFFIXES = {
    "length": "_m",
    "angle": "_rad",
    "speed": "_mps",
    "acceleration": "_mps2",
    "angular speed": "_radps",
    "time": "_s",
    "rate": "_hz",
    "impulse": "_ns",
}


@dataclass(frozen=True, slots=True)
class Slot:
    """One field of a model.

    Attributes:
        field: attribute of the model.
        key: as files have it.
        thing: what a text of it names, None where it names nothing.
        written: how its value is written, None for words, truth values and models.
        is_listed: whether it lists such values.
    """

    field: str
    key: str
    thing: Thing | None
    written: Written | None
    is_listed: bool = False

    @property
    def name(self) -> str:
        """Name of the setting: the key, followed by its unit."""
        if self.written is None or self.written.reader.dimension is None:
            return self.key
        return self.key + SUFFIXES.get(self.written.reader.dimension.name, "")

    @property
    def is_vector(self) -> bool:
        """Whether a value of it is a vector."""
        return self.written is not None and self.written.read is read_vector

    @property
    def is_text(self) -> bool:
        """Whether a value of it is a text."""
        return self.written is not None and self.written.reader.dimension is None

    @property
    def is_whole(self) -> bool:
        """Whether a value of it is a whole number."""
        return self.written is not None and self.written.reader.limits.whole


@lru_cache(maxsize=256)
def slots_of(model: type[BaseModel]) -> tuple[Slot, ...]:
    """Return the fields of a model in the order of its definition."""
    return tuple(_slot(name, model) for name in model.model_fields)


def _slot(name: str, model: type[BaseModel]) -> Slot:
    info = model.model_fields[name]
    marks = list(_marks((info.annotation, *info.metadata)))
    things: list[Thing] = [mark.to for mark in marks if isinstance(mark, Refers)]
    written = [mark for mark in marks if isinstance(mark, Written)]
    listed = bool(written) and get_origin(info.annotation) is list
    thing = things[0] if things else None
    return Slot(name, info.alias or name, thing, written[0] if written else None, listed)


def _marks(annotation: object) -> Iterator[Refers | Written]:
    """Yield the marks in an annotation: they may stand inside of lists and alternatives."""
    if isinstance(annotation, Refers | Written):
        yield annotation
        return
    if get_origin(annotation) is Literal:
        return
    inner = annotation if isinstance(annotation, tuple) else get_args(annotation)
    for part in cast("tuple[object, ...]", inner):
        yield from _marks(part)
