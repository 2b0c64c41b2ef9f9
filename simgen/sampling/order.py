"""In which order groups are placed: by name, but what is pointed at comes first."""

from __future__ import annotations

from collections.abc import Mapping

from simgen.errors import Problem, ScenarioError
from simgen.sampling.objects import section_of
from simgen.sampling.relations import named_by
from simgen.scenario import spec


def placement_order(groups: Mapping[str, spec.ObjectGroup]) -> tuple[str, ...]:
    """Return the names of all groups, each after the groups its placement points at, else in order of name.

    A group whose name sorts last is placed last, so that adding it moves nothing.

    Raises:
        ScenarioError: groups point at each other in a circle.
    """
    done: dict[str, None] = {}
    for name in groups:
        _visit(name, groups, done, ())
    return tuple(done)


def _visit(
    name: str, groups: Mapping[str, spec.ObjectGroup], done: dict[str, None], trail: tuple[str, ...]
) -> None:
    if name in done:
        return
    if name in trail:
        circle = " -> ".join((*trail[trail.index(name) :], name))
        message = (
            f"groups are placed relative to each other in a circle: {circle}; place one of them by a region"
        )
        raise ScenarioError([Problem(f"{section_of(groups[name])}.{name}.place", message)])
    for target in named_by(groups[name].place):
        other = target.split("[")[0]
        if other in groups:
            _visit(other, groups, done, (*trail, name))
    done[name] = None
