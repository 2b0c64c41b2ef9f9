"""Events and faults of a scene: their draws, and all that they may do."""

from __future__ import annotations

from itertools import chain

from simgen.records.event import Event, Expected, Fault
from simgen.records.settings import Settings
from simgen.sampling.cast import Cast
from simgen.sampling.chances import Arming
from simgen.sampling.settings import settings_of
from simgen.sampling.trees import action_of, trigger_of
from simgen.scenario import spec
from simgen.scenario.expressions import references
from simgen.scenario.walk import expressions, named


def event_of(cast: Cast, name: str, given: spec.EventSpec, arming: Arming) -> Event:
    """Return one event: whether it is armed is already drawn, all else is drawn here.

    Raises:
        ScenarioError: it speaks of what this scene does not have.
    """
    path = f"events.{name}"
    starts = {"trigger": given.trigger, "onset": given.onset, "end": given.end}
    trees = {
        key: None if tree is None else trigger_of(cast, tree, f"{path}.{key}", root=key == "trigger")
        for key, tree in starts.items()
    }
    return Event(
        name=name,
        label=given.label or given.expect_label or name,
        label_expected=given.expect_label is not None,
        source=given.source,
        mode=arming.mode,
        probability=arming.probability,
        sampled_probability=arming.sampled_probability,
        armed=arming.armed,
        actions=tuple(action_of(cast, act, f"{path}.actions[{k}]") for k, act in enumerate(given.actions)),
        armed_from_s=arming.from_s,
        visible_expected=tuple(
            _expected(cast, wish, f"{path}.expect_visible[{k}]")
            for k, wish in enumerate(given.expect_visible)
        ),
        actors=_actors(cast, given, path),
        params=_params(cast, given),
        **trees,
    )


def _expected(cast: Cast, given: spec.ExpectVisible, path: str) -> Expected:
    objects = cast.bodies(given.object, f"{path}.object")
    return Expected(given.sensor, objects, cast.draws.count(given.min_px, f"{path}.min_px"))


def _actors(cast: Cast, given: spec.EventSpec, path: str) -> tuple[str, ...]:
    """Return the names of all bodies that the trigger and the actions speak of."""
    told = chain(named(given.trigger), named(given.actions))
    bodies = [
        name
        for _, thing, name in told
        if thing in ("body", "bodies", "actor") or (thing == "spot" and name not in cast.regions)
    ]
    return tuple(sorted({member for name in bodies for member in cast.bodies(name, path)}))


def _params(cast: Cast, given: spec.EventSpec) -> Settings:
    """Return the drawn params that any value or condition of an event refers to."""
    names = {name for _, expression in expressions(given) for name in expression.references}
    for _, thing, text in named(given):
        if thing == "condition":
            names.update(references(text))
    return tuple((name, cast.draws.params[name]) for name in sorted(names))


def fault_of(cast: Cast, name: str, given: spec.FaultSpec, arming: Arming) -> Fault:
    """Return one fault of a sensor; with a rate and no event it starts counting from the rate's arrival."""
    path = f"faults.{name}"
    kind, form = given.form
    start = cast.draws.number(given.start, f"{path}.start")
    return Fault(
        name=name,
        sensor=given.sensor,
        kind=kind,
        settings=settings_of(cast, form, f"{path}.{kind}"),
        source=given.source,
        mode=arming.mode,
        probability=arming.probability,
        sampled_probability=arming.sampled_probability,
        armed=arming.armed,
        start_s=start if given.event is not None else arming.from_s + start,
        duration_s=cast.draws.number(given.duration, f"{path}.duration"),
        event=given.event or "",
        clean_twin=given.clean_twin,
    )
