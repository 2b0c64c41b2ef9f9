"""What waits for itself, by way of others: events that wait for each other, bodies attached to each other."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from functools import reduce
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import TypeVar, cast

from simgen.scenario.names import Finding, base_name
from simgen.scenario.spec import Scenario, TriggerSpec

Phase = tuple[str, str]  # event, state
Node = TypeVar("Node", bound=Hashable)
_MADE_BY = {
    "triggered": "trigger",
    "active": "onset",
    "over": "end",
}  # phase of an event: its key in the file


def check_circles(scenario: Scenario) -> Iterator[Finding]:
    """Yield the first circle of events and the first of attachments."""
    yield from _check_events(scenario)
    yield from _check_attachments(scenario)


def _check_events(scenario: Scenario) -> Iterator[Finding]:
    """Tell of phases of events that each wait for the other."""
    graph: dict[Phase, set[Phase]] = {}
    for name, event in scenario.events.items():
        graph[name, "triggered"] = _needed(event.trigger)
        graph[name, "active"] = {(name, "triggered")} | _needed(event.onset)
        graph[name, "over"] = {(name, "active")} | _needed(event.end)
    circle = _circle(graph)
    if circle:
        names = [name for name, _ in circle]
        shown = [name for k, name in enumerate(names) if k == 0 or name != names[k - 1]]
        shown = shown if len(shown) > 1 else [*shown, *shown]
        waits = [(name, state) for (name, state), on in pairwise(circle) if on[0] != name]
        name, state = waits[0] if waits else _self_wait(circle)
        message = f"events wait for each other in a circle: {' -> '.join(shown)}"
        yield ("events", name, _MADE_BY[state]), message


def _self_wait(circle: list[Phase]) -> Phase:
    """Return which phase of the one event in a circle waits for one that is not before it."""
    order = tuple(_MADE_BY)
    return next(a for a, b in pairwise(circle) if order.index(b[1]) >= order.index(a[1]))


def _needed(trigger: TriggerSpec | None) -> set[Phase]:
    """Return the phases without which a trigger cannot fire: of `any`, those that all branches need."""
    if trigger is None:
        return set()
    if trigger.event is not None:
        return set() if trigger.event.state == "armed" else {(trigger.event.name, trigger.event.state)}
    if trigger.any:
        return reduce(set.intersection, (_needed(part) for part in trigger.any))
    parts = [*(trigger.all or ()), *(trigger.then or ())]
    return set[Phase]().union(*(_needed(part) for part in parts))


def _check_attachments(scenario: Scenario) -> Iterator[Finding]:
    graph = {
        name: {base_name(group.attached_to)} if group.attached_to is not None else set[str]()
        for name, group in scenario.bodies.items()
    }
    circle = _circle(graph)
    if circle:
        section = "actors" if circle[0] in scenario.actors else "objects"
        message = f"bodies are attached to each other in a circle: {' -> '.join(circle)}"
        yield (section, circle[0], "attached_to"), message


def _circle(graph: Mapping[Node, set[Node]]) -> list[Node]:
    """Return a circle of a graph, each node before one that it needs, the first again at the end; empty if none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as cycle:
        found = cast("list[Node]", cycle.args[1])[::-1][:-1]
        first = min(range(len(found)), key=lambda k: list(graph).index(found[k]))
        return [*found[first:], *found[: first + 1]]
    return []
