"""Which Python a scene calls, by the content of its files: a replay with other code would be another scene."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from simgen.python_modules import code_hash
from simgen.records.behaviour import Actor, Behaviour, Trigger
from simgen.records.event import Event


def python_code(actors: Iterable[Actor], events: Iterable[Event]) -> tuple[tuple[str, str], ...]:
    """Return (module, SHA-256 of its file) of all that behaviours and triggers call, by name.

    Modules that are not found are left out: the simulation tells of them.
    """
    nodes = [*_of_actors(actors), *_of_events(events)]
    modules = {node.text("call").partition(":")[0] for node in nodes if node.kind == "python"}
    hashes = ((module, code_hash(module)) for module in sorted(modules))
    return tuple((module, found) for module, found in hashes if found is not None)


def _of_actors(actors: Iterable[Actor]) -> Iterator[Behaviour | Trigger]:
    for actor in actors:
        yield from _behaviours(actor.behaviour)


def _of_events(events: Iterable[Event]) -> Iterator[Behaviour | Trigger]:
    for event in events:
        for trigger in (event.trigger, event.onset, event.end):
            yield from _triggers(trigger)
        for action in event.actions:
            if action.behaviour is not None:
                yield from _behaviours(action.behaviour)


def _behaviours(node: Behaviour) -> Iterator[Behaviour | Trigger]:
    yield node
    yield from _triggers(node.condition)
    for child in node.children:
        yield from _behaviours(child)


def _triggers(node: Trigger | None) -> Iterator[Trigger]:
    if node is not None:
        yield node
        for child in node.children:
            yield from _triggers(child)
