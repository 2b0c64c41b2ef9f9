"""Loads scenario files: every problem of a file at once, each with its line, column and what to try."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from simgen import resources
from simgen.errors import Problem, ScenarioError, UsageError, did_you_mean
from simgen.scenario.checks import check
from simgen.scenario.compose import PARTS, apply_overrides, read_file, read_mapping, resolve_parts
from simgen.scenario.messages import declared_names, explain, problem_at, suggestion, without_tags
from simgen.scenario.mistakes import Location
from simgen.scenario.spec import Scenario
from simgen.scenario.yaml_tree import Node

MAX_PROBLEMS = 200  # told of one file
_ROUNDS = 6  # of leaving out what is wrong, to look at the rest
_ONLY_THE_FIRST = "so much is wrong that only the first problems are told"


@dataclass(frozen=True)
class Loaded:
    """A scenario and where each part of it stands, so that later checks can point into the file.

    Attributes:
        scenario: the typed model.
        root: tree of the file.
    """

    scenario: Scenario
    root: Node

    def problem(self, location: Location, message: str) -> Problem:
        """Return a problem with the file, line and column of a location."""
        return problem_at(self.root, location, message)


AssetCheck = Callable[[Scenario], Iterable[tuple[Location, str]]]  # where, and what is wrong


def load(path: str | Path, overrides: Sequence[str] = (), assets: AssetCheck | None = None) -> Scenario:
    """Return the scenario of a YAML file.

    Nothing outside of the file's folder is read, and no code in it can run.

    Args:
        path: the file.
        overrides: `a.b.c=value`, each replacing one value.
        assets: what looks up the assets and the like that it names, see `lookups`; None: not checked here.

    Raises:
        ScenarioError: with all problems found.
    """
    return load_tree(path, overrides, assets).scenario


def load_tree(path: str | Path, overrides: Sequence[str] = (), assets: AssetCheck | None = None) -> Loaded:
    """Return `load`'s scenario together with where everything stands."""
    root, problems = read_file(Path(path), str(path))
    return load_node(root, problems, Path(path).parent, overrides, assets)


def load_text(
    text: str, overrides: Sequence[str] = (), *, folder: Path | None = None, file: str = ""
) -> Scenario:
    """Return the scenario of a YAML text.

    Args:
        text: one YAML document.
        overrides: `a.b.c=value`.
        folder: where files it names may be read from; None: nowhere.
        file: name for messages.
    """
    root, problems = read_mapping(text, file)
    return load_node(root, problems, folder, overrides).scenario


def load_named(name: str, overrides: Sequence[str] = (), assets: AssetCheck | None = None) -> Scenario:
    """Return the scenario of a path, or of a bare name among the scenes that simgen ships.

    Raises:
        UsageError: no such file or scene; suggests the closest name.
        ScenarioError: with all problems found.
    """
    return load(find(name), overrides, assets)


def find(name: str) -> Path:
    """Return the path of a scenario given by path or by the bare name of a shipped scene."""
    path = Path(name)
    if path.is_file():
        return path
    if re.fullmatch(r"[A-Za-z0-9_\-]+", name):
        shipped = resources.shipped("scenes") / f"{name}.yaml"
        if shipped.is_file():
            return shipped
    if name and path.is_dir():
        raise UsageError(f"'{name}' is a folder; give a scenario file, for example {path / 'scene.yaml'}")
    scenes = scene_names()
    hint = did_you_mean(path.stem, scenes)
    raise UsageError(
        f"no scenario file or shipped scene '{name}';{hint} scenes: {', '.join(scenes) or 'none'}"
    )


def scene_names() -> list[str]:
    """Return the names of the scenes that simgen ships."""
    return sorted(path.stem for path in resources.shipped("scenes").glob("*.yaml"))


def load_node(
    root: Node | None,
    problems: list[Problem],
    folder: Path | None,
    overrides: Sequence[str] = (),
    assets: AssetCheck | None = None,
) -> Loaded:
    """Return the scenario of a file that was read to a tree.

    Args:
        root: the tree; None if it could not be read.
        problems: what was wrong in reading it.
        folder: where files it names may be read from; None: nowhere.
        overrides: `a.b.c=value`.
        assets: as for `load`.
    """
    if root is None:
        raise ScenarioError(problems)
    root, found = resolve_parts(root, folder)
    problems = [*problems, *found]
    if found:  # without a part of it nothing sensible can be said of the rest
        raise ScenarioError(problems)
    root, found = apply_overrides(root, overrides)
    problems += found
    scenario, found = _validate(root, folder)
    problems += found
    if scenario is not None and assets is not None:
        problems += [problem_at(root, location, message) for location, message in assets(scenario)]
    if problems or scenario is None:
        raise ScenarioError(
            sorted(dict.fromkeys(problems), key=lambda p: (p.file, p.line, p.column, p.place))
        )
    return Loaded(scenario, root)


def _validate(root: Node, folder: Path | None) -> tuple[Scenario | None, list[Problem]]:
    """Return the scenario, without its wrong parts if there are any, and all problems.

    Where fields are wrong they are left out and the rest is checked once more, so that a wrong unit
    does not hide a wrong name elsewhere. None where so much is wrong that nothing is left to check.
    """
    data = cast("dict[str, Any]", root.plain())
    declared = declared_names(data)
    problems: list[Problem] = []
    wrong: list[Location] = []
    for round_ in range(_ROUNDS):
        try:
            scenario = Scenario.model_validate(data, context={"folder": folder}, by_alias=True, by_name=False)
        except ValidationError as reason:
            errors = reason.errors(include_url=False)
            found = explain(errors[:MAX_PROBLEMS], root)
            problems += [problem for place, problem in found if round_ == 0 or not _beside(place, wrong)]
            if len(errors) > MAX_PROBLEMS:
                return None, [*problems, Problem("", f"{root.mark.file}: {_ONLY_THE_FIRST}")]
            wrong += [location for location, _ in found]
            data = _repaired(data, errors)
            continue
        return scenario, problems + _whole_problems(scenario, root, declared, wrong)
    return None, problems


def _whole_problems(
    scenario: Scenario, root: Node, declared: dict[str, set[str]], wrong: list[Location]
) -> list[Problem]:
    """Return what only the whole scenario can tell, except beside places that are known to be wrong."""
    findings = check(scenario, declared, world_known=("world",) not in wrong)
    return [problem_at(root, place, message) for place, message in findings if not _beside(place, wrong)]


def _beside(location: Location, wrong: list[Location]) -> bool:
    """Whether a location lies above or below one that is known to be wrong."""
    return any(location[: len(other)] == other[: len(location)] for other in wrong)


def _repaired(data: dict[str, Any], errors: Sequence[Any]) -> dict[str, Any]:
    """Return the data with typos in keys undone and everything else that is wrong left out."""
    data = copy.deepcopy(data)
    suggested = [suggestion(error, errors) for error in errors]
    for error, meant in zip(errors, suggested, strict=True):
        location = without_tags(error["loc"])
        parent = _at(data, location[:-1])
        if meant is not None and isinstance(parent, dict) and meant[-1] not in (*parent, *PARTS):
            parent[meant[-1]] = parent.pop(location[-1], None)
        elif error["type"] == "missing":
            _leave_out(data, () if location in suggested else location[:-1])
        else:
            _leave_out(data, location)
    return data


def _at(data: Any, location: Location) -> Any:
    for step in location:
        if isinstance(data, dict):
            data = cast("dict[object, Any]", data).get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(cast("list[Any]", data)):
            data = data[step]
        else:
            return None
    return data


def _leave_out(data: Any, location: Location) -> None:
    """Remove the value at a location (inside a list the whole list), and what is empty without it."""
    for depth, step in enumerate(location):
        if isinstance(step, int):
            location = location[:depth]
            break
    parent = _at(data, location[:-1])
    if isinstance(parent, dict) and location:
        cast("dict[object, Any]", parent).pop(location[-1], None)
        if not parent:
            _leave_out(data, location[:-1])
