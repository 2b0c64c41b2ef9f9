"""Looks up what a scenario names beyond itself: assets and their parameters, packs, classes, surfaces, signs.

All of it is told before anything is drawn, each with its place. What an expression makes is known only when drawn,
and is checked then.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from simgen.assets import AssetLibrary
from simgen.assets.procedural import SIGNS, SURFACES, check_parameter, environment_names, names, parameters_of
from simgen.errors import AssetError, did_you_mean
from simgen.records.asset import AssetRef, ParamValue
from simgen.scenario.distributions import Choice, Discrete, ScalarDistribution
from simgen.scenario.mistakes import Location
from simgen.scenario.spec import AssetQuery, ObjectGroup, ProceduralAsset, Scenario, TextureSpec
from simgen.scenario.walk import models, texts

Finding = tuple[Location, str]

_SURFACE_FIELDS = ("surface", "floor_surface", "wall_surface")
_ROAD_WORDS = {
    "centre": ("dashed", "solid"),
    "guard_rail": ("none", "left", "right", "both"),
    "sign": ("none", *SIGNS),
}
_TABLE, _BIN = ("table", "size_m"), ("bin", "size_m")
_MEASURES = {  # of each world: the model that has it, and its parameter there, whose limits hold
    "empty": {"size": ("floor", "size_m")},
    "tabletop": {"width": _TABLE, "depth": _TABLE, "height": _TABLE},
    "bin": {"width": _BIN, "depth": _BIN, "height": _BIN, "wall": ("bin", "wall_m")},
    "warehouse": {
        "bays": ("rack", "bays"),
        "levels": ("rack", "levels"),
        "bay_width": ("rack", "bay_width_m"),
        "level_height": ("rack", "level_height_m"),
        "rack_depth": ("rack", "depth_m"),
    },
    "road": {
        "length": ("road", "length_m"),
        "bend": ("road", "bend_rad"),
        "slope": ("road", "slope"),
        "lane_width": ("road", "lane_width_m"),
        "edge": ("road", "edge_m"),
        "shoulder": ("road_shoulder", "shoulder_m"),
        "verge": ("road_ground", "verge_m"),
        "meadow": ("road_ground", "outer_m"),
    },
}


def unknown_names(scenario: Scenario, library: AssetLibrary) -> list[Finding]:
    """Return (where, what is wrong) of all that a scenario names or measures and that the models it is made of lack."""
    lookup = _Lookup(library)
    found: list[Finding] = []
    for section, groups in (("objects", scenario.objects), ("actors", scenario.actors)):
        for name, group in groups.items():
            found += lookup.group((section, name), group)
    found += lookup.light_map(scenario)
    found += _surfaces(scenario)
    found += _road_words(scenario)
    found += _measures(scenario)
    return found


class _Lookup:
    """Yields names that are in no catalogue, each with its place in the scenario."""

    def __init__(self, library: AssetLibrary) -> None:
        self._library = library

    def group(self, at: Location, group: ObjectGroup) -> Iterator[Finding]:
        """Yield what a body names that is in no catalogue."""
        if group.category is not None:
            yield from self._category((*at, "category"), group.category)
        here = (*at, "asset")
        if isinstance(group.asset, AssetQuery):
            wrong = list(self._query(here, group.asset))
            yield from wrong or self._nothing_found(here, group.asset)
        elif isinstance(group.asset, ProceduralAsset):
            asset_id = f"procedural/{group.asset.procedural.removeprefix('procedural/')}"
            wrong = list(self._model((*here, "procedural"), asset_id))
            yield from wrong or _params((*here, "params"), asset_id, group.asset.params)
        else:
            for place, asset_id in texts(here, group.asset):
                yield from self._model(place, asset_id)

    def light_map(self, scenario: Scenario) -> Iterator[Finding]:
        """Yield what the environment names that is no light map."""
        environment = scenario.environment
        at: Location = ("environment", "map")
        for place, asset_id in texts(at, environment.map):
            info = self._described(asset_id)
            if info is None:
                yield place, self._no_asset(asset_id)
            elif info != "environment":
                yield place, f"'{asset_id}' is a model, not a light map; see 'simgen assets list'"
            else:
                yield from _params(("environment", "params"), asset_id, environment.params)

    def _query(self, at: Location, query: AssetQuery) -> Iterator[Finding]:
        """Yield packs, categories and ids of a query that are nowhere."""
        for place, pack in _words((*at, "pack"), query.pack):
            try:
                self._library.find(pack=pack)
            except AssetError as error:
                yield place, str(error)
        for place, category in _words((*at, "category"), query.category):
            yield from self._category(place, category)
        for index, asset_id in enumerate(query.ids):
            place = (*at, "ids", index)
            if "*" not in asset_id:
                yield from self._model(place, asset_id)
            elif not self._library.find(ids=[asset_id]):
                yield place, self._no_asset(asset_id)

    def _nothing_found(self, at: Location, query: AssetQuery) -> Iterator[Finding]:
        """Yield a query that no asset answers."""
        found = self._library.find(
            pack=query.pack,
            category=query.category,
            tags=query.tags,
            ids=query.ids,
            min_size_m=_number(query.min_size),
            max_size_m=_number(query.max_size),
        )
        if not found:
            asked = ", ".join(
                f"{key} {value}" for key, value in query.model_dump(exclude_defaults=True).items()
            )
            yield at, f"no asset has {asked or 'any id'}; widen the query, see 'simgen assets list'"

    def _category(self, at: Location, name: str) -> Iterator[Finding]:
        try:
            self._library.taxonomy.by_name(name)
        except AssetError as error:
            yield at, str(error)

    def _model(self, at: Location, asset_id: str) -> Iterator[Finding]:
        category = self._described(asset_id)
        if category is None:
            yield at, self._no_asset(asset_id)
        elif category == "environment":
            yield at, f"'{asset_id}' is a light map, not a model; use it as `environment: map:`"

    def _described(self, asset_id: str) -> str | None:
        """Return the category of an asset, None where there is no such asset."""
        try:
            return self._library.describe(AssetRef(asset_id)).category
        except AssetError:
            return None

    def _no_asset(self, asset_id: str) -> str:
        made = (f"procedural/{name}" for name in (*names(), *environment_names()))
        stored = (info.asset_id for info in (*self._library.find(), *self._library.find_environments()))
        return f"no asset '{asset_id}';{did_you_mean(asset_id, [*made, *stored])} see 'simgen assets list'"


def _words(at: Location, value: str | list[str] | None) -> Iterator[tuple[Location, str]]:
    if isinstance(value, str):
        yield at, value
    for index, word in enumerate(value if isinstance(value, list) else ()):
        yield (*at, index), word


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _params(at: Location, asset_id: str, params: Mapping[str, object]) -> Iterator[Finding]:
    for name, value in params.items():
        try:
            for possible in _possible(value):
                check_parameter(asset_id, name, possible)
        except AssetError as error:
            yield (*at, name), str(error)


def _possible(value: object) -> list[ParamValue | None]:
    """Return values that a parameter may take, None for one that is not known before it is drawn."""
    if isinstance(value, bool | int | float | str):
        return [value]
    if isinstance(value, Choice | Discrete):
        return [item if isinstance(item, int | float | str) else None for item in value.listed]
    if isinstance(value, ScalarDistribution):
        return [end if math.isfinite(end) else None for end in value.support]
    if isinstance(value, list | tuple):
        ends = [_possible(part) for part in cast("Iterable[object]", value)]
        numbers = [tuple(part[k] for part in ends) for k in (0, -1)]
        known = [all(isinstance(v, int | float) for v in vector) for vector in numbers]
        return [
            cast("tuple[float, ...]", vector) if is_known else None
            for vector, is_known in zip(numbers, known, strict=True)
        ]
    return [None]


def _surfaces(scenario: Scenario) -> Iterator[Finding]:
    for name in _SURFACE_FIELDS:
        yield from _one_of("surface", ("world", name), getattr(scenario.world, name, None), SURFACES)
    for at, model in models(scenario):
        if isinstance(model, TextureSpec):
            yield from _one_of("surface", (*at, "kind"), model.kind, SURFACES)


def _road_words(scenario: Scenario) -> Iterator[Finding]:
    if scenario.world.kind == "road":
        for name, known in _ROAD_WORDS.items():
            yield from _one_of(name, ("world", name), getattr(scenario.world, name), known)


def _measures(scenario: Scenario) -> Iterator[Finding]:
    world = scenario.world
    for field, (model, name) in _MEASURES[world.kind].items():
        [allowed] = [p for p in parameters_of(f"procedural/{model}") if p.name == name]
        for value in _possible(getattr(world, field)):
            if isinstance(value, int | float) and not allowed.low <= value <= allowed.high:
                message = f"{value:g} is out of range: a {model} can have {allowed.low:g} to {allowed.high:g}"
                yield ("world", field), message


def _one_of(what: str, at: Location, value: object, known: tuple[str, ...]) -> Iterator[Finding]:
    for place, word in texts(at, value):
        if word not in known:
            yield place, f"no {what} '{word}';{did_you_mean(word, known)} known: {', '.join(known)}"
