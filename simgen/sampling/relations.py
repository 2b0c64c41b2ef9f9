"""The placement relations by the name they have in a scenario file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simgen.geometry import Pose
from simgen.sampling import falling, upright
from simgen.sampling.along import along
from simgen.sampling.placing import Item, Placing
from simgen.scenario import spec

_ADVICE = "use fewer or smaller objects, a larger region, or raise sample.place_tries"


def place(ctx: Placing, item: Item) -> Pose | None:
    """Return `T_world_object` of one item, or None when no room was found."""
    name = relation_of(item.place)
    _, relation = _RELATIONS[name]
    return relation(ctx, item, _asked(item.place, name))


def relation_of(asked: spec.Place) -> str:
    """Return the name of the relation that was asked for, as it is written in the file."""
    return next(name for name in _RELATIONS if _asked(asked, name) is not None)


def advice_for(asked: spec.Place) -> str:
    """Return what to try when a relation finds no room."""
    if asked.along is not None:
        return "use fewer of them, or spread s and lateral wider, or raise sample.place_tries"
    spacing = "a smaller min_spacing, " if asked.scatter is not None else ""
    return spacing + _ADVICE


def named_by(asked: spec.Place) -> tuple[str, ...]:
    """Return the names that a placement points at, which must be placed before it."""
    relation = _asked(asked, relation_of(asked))
    keys = ("target", "facing", "from_")
    names = (*(getattr(relation, key, None) for key in keys), asked.facing)
    return tuple(name for name in names if isinstance(name, str))


def _asked(asked: spec.Place, name: str) -> Any:
    return getattr(asked, _RELATIONS[name][0])


# name in the file: (field of `spec.Place`, how it places)
_RELATIONS: dict[str, tuple[str, Callable[[Placing, Item, Any], Pose | None]]] = {
    "at": ("at", upright.at),
    "on": ("on", upright.on),
    "in": ("inside_of", falling.into),
    "inside": ("inside", upright.inside),
    "scatter": ("scatter", upright.scatter),
    "drop": ("drop", falling.drop),
    "stack": ("stack", upright.stack),
    "along": ("along", along),
}
