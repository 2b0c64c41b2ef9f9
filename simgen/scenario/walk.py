"""Finds what a scenario names: expressions and asset ids, each with the place it stands at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import cast

from pydantic import BaseModel

from simgen.errors import Problem, did_you_mean
from simgen.scenario.distributions import Choice, Discrete
from simgen.scenario.expressions import Expression
from simgen.scenario.faults import Location
from simgen.scenario.spec import AssetQuery, ObjectGroup, ProceduralAsset, Scenario
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


def check_assets(
    scenario: Scenario,
    exists: Callable[[str], bool],
    known: Iterable[str],
    problem_at: Callable[[Location, str], Problem],
) -> list[Problem]:
    """Return a problem for every asset named by id that does not exist.

    Args:
        scenario: a loaded scenario.
        exists: whether an id, possibly with `*` wildcards, names at least one asset.
        known: ids to suggest from.
        problem_at: makes the problem of a place, see `load.Loaded.problem`.
    """
    listed = list(known)
    problems: list[Problem] = []
    for location, asset_id in asset_ids(scenario):
        if not exists(asset_id):
            hint = did_you_mean(asset_id, listed)
            message = f"no asset '{asset_id}';{hint} see 'simgen assets list'"
            problems.append(problem_at(location, message))
    return problems


def asset_ids(scenario: Scenario) -> list[tuple[Location, str]]:
    """Return every asset id that a scenario names, and where; ids made by expressions are left out."""
    found: list[tuple[Location, str]] = []
    for name, group in scenario.objects.items():
        found.extend(_ids_of_group(("objects", name, "asset"), group))
    if scenario.environment.map is not None:
        found.extend(_ids_of_text(("environment", "map"), scenario.environment.map))
    return found


def _ids_of_group(location: Location, group: ObjectGroup) -> list[tuple[Location, str]]:
    if isinstance(group.asset, AssetQuery):
        return [((*location, "ids", index), asset_id) for index, asset_id in enumerate(group.asset.ids)]
    if isinstance(group.asset, ProceduralAsset):
        return [((*location, "procedural"), f"procedural/{group.asset.procedural}")]
    return _ids_of_text(location, group.asset)


def _ids_of_text(location: Location, value: object) -> list[tuple[Location, str]]:
    if isinstance(value, str):
        return [(location, value)]
    if isinstance(value, Choice | Discrete):
        return [((*location, value.kind, index), str(item)) for index, item in enumerate(value.listed)]
    return []
