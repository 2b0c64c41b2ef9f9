"""Every name that a scenario gives, and what is wrong with a text that is meant to be one of them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from simgen.errors import did_you_mean
from simgen.scenario.expressions import MAX_SUGGESTED, check_condition, references, unknown_reference
from simgen.scenario.mistakes import Location, Mistakes
from simgen.scenario.regions import lane_names, region_names, region_problem
from simgen.scenario.spec import Scenario

Finding = tuple[Location, str]
MEMBER = re.compile(r"(.+)\[(\d+)\]")


@dataclass(frozen=True)
class Names:
    """Every name that may be referred to, right or wrong where it is given (so that one mistake is told once).

    Attributes:
        objects: objects, actors and groups of them.
        counts: number of members of each group whose count is a literal; absent for single objects.
        groups: objects that are groups.
        world_known: whether the world could be read; if not, any name may be a region.
    """

    scenario: Scenario
    objects: frozenset[str]
    params: frozenset[str]
    sensors: frozenset[str]
    world_known: bool = True
    groups: frozenset[str] = frozenset()
    counts: Mapping[str, int] = field(default_factory=dict[str, int])
    actors: frozenset[str] = frozenset()
    lamps: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()

    @staticmethod
    def of(
        scenario: Scenario, declared: Mapping[str, Iterable[str]] | None = None, *, world_known: bool = True
    ) -> Names:
        """Return the names of a scenario; `declared` adds those whose definition could not be read."""
        more = declared or {}
        counted = {name: group.count for name, group in scenario.bodies.items() if group.count is not None}

        def known(*sections: str) -> frozenset[str]:
            return frozenset(
                name for key in sections for name in (*getattr(scenario, key), *more.get(key, ()))
            )

        return Names(
            scenario,
            objects=known("objects", "actors"),
            params=known("params"),
            sensors=known("sensors"),
            world_known=world_known,
            groups=frozenset(counted),
            counts={name: count for name, count in counted.items() if isinstance(count, int)},
            actors=known("actors"),
            lamps=known("suns", "lights", "panels") | {"environment"},
            events=known("events"),
            paths=known("paths") | frozenset(lane_names(scenario.world)),
        )

    def unknown(self, what: str, name: str, known: Iterable[str]) -> str | None:
        """Return why a text is none of the known names of one sort (`what`), or None."""
        if "${" in name:
            return f"'{name}': a name cannot be computed; write the name itself"
        listed = sorted(known)[:MAX_SUGGESTED]
        if name in known:
            return None
        return f"unknown {what} '{name}';{did_you_mean(name, listed)} known: {', '.join(listed) or 'none'}"

    def object_problem(self, name: str, *, or_region: bool = False, member: bool = False) -> str | None:
        """Return why a text names no object (nor, if allowed, a region), or None.

        Args:
            name: as written.
            or_region: regions of the world are allowed too.
            member: one object is needed: a group with a count only by member, `group[0]`.
        """
        if "${" in name:
            return f"'{name}': a name cannot be computed; write the name of an object"
        if or_region and self.region_problem(name) is None:
            return None
        if name in self.objects:
            if member and name in self.groups:
                return f"'{name}' is a group; name one member, for example '{name}[0]'"
            return None
        match = MEMBER.fullmatch(name)
        if match and match[1] in self.objects:
            return self._member_problem(name, match[1], int(match[2]))
        known = sorted(self.objects)[:MAX_SUGGESTED] + (
            region_names(self.scenario.world) if or_region else []
        )
        what = "object or region" if or_region else "object"
        return f"unknown {what} '{name}';{did_you_mean(name, known)} known: {', '.join(known) or 'none'}"

    def _member_problem(self, name: str, group: str, index: int) -> str | None:
        if group not in self.groups and group in self.scenario.bodies:
            return f"'{group}' is a single object without count; write '{group}'"
        count = self.counts.get(group, math.inf)
        return None if index < count else f"'{name}' does not exist: '{group}' has {count} members, from [0]"

    def region_problem(self, region: object) -> str | None:
        """Return why a region's name is wrong, or None."""
        if not self.world_known or not isinstance(region, str):
            return None
        return region_problem(self.scenario.world, region)


def base_name(name: str) -> str:
    """Return the group's name of a member such as `clutter[3]`."""
    match = MEMBER.fullmatch(name)
    return match[1] if match else name


def condition_findings(location: Location, condition: str, names: Names) -> Iterator[Finding]:
    """Yield what is wrong with a condition over params."""
    try:
        check_condition(condition)
    except Mistakes as wrong:
        yield location, str(wrong)
        return
    for name in references(condition):
        if name not in names.params:
            yield location, unknown_reference(name, names.params)


def told(location: Location, problem: str | None) -> Iterator[Finding]:
    """Yield a problem at a location, if there is one."""
    if problem:
        yield location, problem
