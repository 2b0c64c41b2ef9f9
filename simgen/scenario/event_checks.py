"""What only the whole scenario can tell of actors, events, faults and lamps: names, chances, what cannot happen."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from typing import cast

from simgen.python_modules import module_file
from simgen.scenario.bounds import highest, is_below
from simgen.scenario.circles import check_circles
from simgen.scenario.impossible import (
    behaviours,
    check_possible,
    check_trigger_in_time,
    check_two_bodies,
)
from simgen.scenario.mistakes import Location
from simgen.scenario.names import Finding, Names, base_name, condition_findings, told
from simgen.scenario.spec import (
    CaptureSpec,
    Chance,
    DartOut,
    FollowLead,
    FollowPath,
    OneOf,
    Scenario,
    Thing,
    Tilted,
    TriggerSpec,
)
from simgen.scenario.walk import models, named

MAX_NODES = 1000  # models in one event or behaviour
_CALL = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


def check_events(scenario: Scenario, names: Names) -> Iterator[Finding]:
    """Yield the findings about everything that acts or happens."""
    yield from _check_namespace(scenario)
    for location, part in _parts(scenario):
        yield from _check_part(scenario, location, part, names)
    for section, chances in (("events", scenario.events), ("faults", scenario.faults)):
        for name, chance in cast("Mapping[str, Chance]", chances).items():
            yield from _check_chance((section, name), chance, scenario)
    if scenario.counterfactual is not None:
        problem = names.unknown("event", scenario.counterfactual, names.events)
        yield from told(("counterfactual",), problem)
    yield from _check_labels(scenario)
    yield from _check_homes(scenario)
    yield from check_circles(scenario)
    yield from check_possible(scenario)
    yield from _check_presence(scenario, names)
    yield from _check_lights(scenario)
    yield from _check_capture(scenario)


def _parts(scenario: Scenario) -> Iterator[tuple[Location, object]]:
    """Yield the parts of a scenario whose names and forms are checked here, each with its location."""
    yield ("capture", "dense"), scenario.capture.dense
    for section in ("lights", "panels", "events", "faults", "paths"):
        for name, part in getattr(scenario, section).items():
            yield (section, name), part
    for name, sensor in scenario.sensors.items():
        yield ("sensors", name, "mount"), sensor.mount
    for name, actor in scenario.actors.items():
        yield ("actors", name, "behaviour"), actor.behaviour
    for section, groups in (("objects", scenario.objects), ("actors", scenario.actors)):
        for name, group in groups.items():
            yield (section, name, "place", "along"), group.place.along


def _check_part(scenario: Scenario, location: Location, part: object, names: Names) -> Iterator[Finding]:
    """The size of a tree, its forms, its triggers and the names in it."""
    for count, (at, model) in enumerate(models(part, location)):
        if count > MAX_NODES:
            yield location, f"has more than {MAX_NODES} parts; write the behaviour in Python"
            return
        if isinstance(model, OneOf):
            yield from _check_forms(at, model)
        if isinstance(model, TriggerSpec):
            yield from _check_trigger(at, model, scenario.capture)
        if isinstance(model, DartOut) and (model.toward is None) == (model.heading is None):
            yield (
                at,
                "needs one of toward, heading"
                if model.toward is None
                else "has both toward and heading; keep one",
            )
    for at, thing, text in named(part, location):
        yield from _check_reference(at, thing, text, names)


def _check_forms(location: Location, model: OneOf) -> Iterator[Finding]:
    given = [key for key, _ in model.given]
    if not given:
        yield location, f"needs one of {', '.join(model.forms())}"
    elif len(given) > 1:
        yield location, f"has {len(given)} of these, {' and '.join(given)}; keep one"
    elif isinstance(model.given[0][1], list) and not model.given[0][1]:
        yield (*location, given[0]), "is empty; it needs at least one"


def _check_reference(location: Location, thing: Thing, text: str, names: Names) -> Iterator[Finding]:
    """A name in an event or behaviour means something of the kind that is meant there."""
    if thing == "condition":
        yield from condition_findings(location, text, names)
    elif thing == "call":
        if not _CALL.fullmatch(text):
            yield location, f"expected a Python object as 'module:name', got '{text}'"
        else:
            yield from _check_module(location, text)
    elif thing in ("body", "bodies", "spot"):
        member = thing != "bodies"
        yield from told(location, names.object_problem(text, or_region=thing == "spot", member=member))
    elif thing == "actor":
        yield from told(location, _actor_problem(text, names))
    elif thing == "path":
        if names.world_known:
            yield from told(location, names.unknown("path or lane", text, names.paths))
    else:
        known = {"sensor": names.sensors, "lamp": names.lamps, "event": names.events}[thing]
        what = {"sensor": "sensor", "lamp": "light", "event": "event"}[thing]
        yield from told(location, names.unknown(what, text, known))


def _check_module(location: Location, text: str) -> Iterator[Finding]:
    """Tell of a module that Python would not find; nothing of it is run."""
    module = text.partition(":")[0]
    if module not in sys.modules and module_file(module) is None:
        hint = "put its file where Python finds it, for example with PYTHONPATH"
        yield location, f"Python finds no module '{module}' of '{text}'; {hint}"


def _actor_problem(text: str, names: Names) -> str | None:
    base = text.split("[", maxsplit=1)[0]
    if base in names.objects and base not in names.actors:
        return f"'{base}' is an object; only actors behave: move it to actors"
    if base not in names.actors:
        return names.unknown("actor", text, names.actors)
    return names.object_problem(text, member=True)


def _check_namespace(scenario: Scenario) -> Iterator[Finding]:
    for name in scenario.actors:
        if name in scenario.objects:
            yield ("actors", name), f"'{name}' is also the name of an object; both share one namespace"
    for section, others in (("lights", scenario.suns), ("panels", {**scenario.suns, **scenario.lights})):
        for name in getattr(scenario, section):
            if name in others or name == "environment":
                yield (section, name), f"'{name}' is also the name of another light"


def _check_chance(location: Location, chance: Chance, scenario: Scenario) -> Iterator[Finding]:
    """One way to be drawn, and a mode that goes with it."""
    ways = ("probability", "rate", "distance_rate")
    given = [key for key in ways if getattr(chance, key) is not None]
    if len(given) != 1:
        yield location, f"has {' and '.join(given)}; keep one" if given else f"needs one of {', '.join(ways)}"
    if chance.rate is not None and scenario.capture.duration is None:
        yield (*location, "rate"), "a rate needs the length of the episode: set capture.duration"
    if isinstance(chance.mode, Tilted):
        yield from _check_tilt((*location, "mode"), chance.mode)
    if chance.probability == 0 and chance.mode not in ("natural", "off"):
        yield (
            (*location, "probability"),
            "is 0: what never happens cannot be made; use mode: off or a probability",
        )


def _check_tilt(location: Location, mode: Tilted) -> Iterator[Finding]:
    if mode.defensive == 0 and mode.tilted in (0, 1):
        word = "forced" if mode.tilted else "off"
        message = (
            f"must lie between 0 and 1 (or write mode: {word}, or add defensive: 0.05), got {mode.tilted}"
        )
        yield (*location, "tilted"), message
    if mode.defensive == 1:
        yield (*location, "defensive"), "1 is mode: natural"


def _check_trigger(location: Location, trigger: TriggerSpec, capture: CaptureSpec) -> Iterator[Finding]:
    """A measure has a bound, bounds that can be met, two bodies, and comes within the episode."""
    for key, form in trigger.given:
        low, high = getattr(form, "above", None), getattr(form, "below", None)
        bounded = any(name in ("above", "below") for name in getattr(type(form), "model_fields", {}))
        if bounded and low is None and high is None:
            yield (*location, key), "needs a bound: below, above or both"
        elif is_below(high, low, or_equal=True):
            yield (
                (*location, key, "below"),
                f"must be above 'above' ({low}), else it can never happen, got {high}",
            )
        elif bounded and high == 0 and key != "altitude":
            yield (*location, key, "below"), "can never happen: nothing is below 0"
    yield from check_two_bodies(location, trigger)
    end = None if capture.duration is None else highest(capture.duration)
    yield from check_trigger_in_time(location, trigger, end)


def _check_labels(scenario: Scenario) -> Iterator[Finding]:
    for name, event in scenario.events.items():
        if event.expect_label is not None and event.label not in (None, event.expect_label):
            message = (
                f"frames will be labelled '{event.label}', so it can never appear; leave one of them out"
            )
            yield ("events", name, "expect_label"), message


def _check_homes(scenario: Scenario) -> Iterator[Finding]:
    """Tell of actors that shall follow the path they were placed along, and were not placed along one."""
    for location, name, tree in behaviours(scenario):
        actor = scenario.actors.get(base_name(name))
        if actor is not None and actor.place.along is None:
            for at, model in models(tree, location):
                if isinstance(model, FollowPath | FollowLead) and model.path is None:
                    yield (*at, "path"), f"is needed: '{name}' was not placed along a path"


def _check_presence(scenario: Scenario, names: Names) -> Iterator[Finding]:
    """What is spawned was absent, what is released was attached, and attached to a body that is there."""
    for name, event in scenario.events.items():
        for index, action in enumerate(event.actions):
            location: Location = ("events", name, "actions", index)
            if action.spawn is not None:
                group = scenario.bodies.get(action.spawn.object.split("[")[0])
                if group is not None and group.present:
                    yield (*location, "spawn", "object"), "is there from the start; give it 'present: false'"
            if action.release is not None:
                group = scenario.bodies.get(action.release.object.split("[")[0])
                if group is not None and group.attached_to is None:
                    yield (*location, "release", "object"), "is not attached; give it 'attached_to'"
    for section, groups in (("objects", scenario.objects), ("actors", scenario.actors)):
        for name, group in groups.items():
            if group.attached_to is not None:
                yield from told(
                    (section, name, "attached_to"), names.object_problem(group.attached_to, member=True)
                )


def _check_lights(scenario: Scenario) -> Iterator[Finding]:
    for section, lamps in (("lights", scenario.lights), ("panels", scenario.panels)):
        for name, lamp in lamps.items():
            if (lamp.mount is None) == (lamp.fixed is None):
                which = "has both mount and fixed; keep one" if lamp.mount else "needs one of mount, fixed"
                yield (section, name), which
    for name, lamp in scenario.lights.items():
        if is_below(lamp.outer, lamp.inner, or_equal=True):
            yield ("lights", name, "outer"), f"must be above inner ({lamp.inner:g}), got {lamp.outer:g}"


def _check_capture(scenario: Scenario) -> Iterator[Finding]:
    """An episode has a frame rate that all its other rates go with, and no count of frames beside."""
    capture = scenario.capture
    if capture.duration is not None:
        if "frames" in capture.model_fields_set and capture.frames != 1:
            yield ("capture", "frames"), "has both frames and duration; keep one"
        if capture.rate == 0:
            yield ("capture", "rate"), "an episode with a duration needs a frame rate, for example 10"
        if capture.when != "start":
            yield ("capture", "when"), "an episode with a duration begins at time 0: write when: start"
    if capture.dense is not None:
        yield from _check_dense(scenario)
    steps, rate = scenario.physics.step_rate, scenario.physics.behaviour_rate
    if scenario.actors and isinstance(steps, int) and isinstance(rate, int) and steps % rate:
        yield ("physics", "behaviour_rate"), f"{rate} does not divide physics.step_rate ({steps})"


def _check_dense(scenario: Scenario) -> Iterator[Finding]:
    capture, steps = scenario.capture, scenario.physics.step_rate
    dense = capture.dense.rate if capture.dense else 0
    if capture.duration is None:
        yield ("capture", "dense"), "needs the length of the episode: set capture.duration"
    if isinstance(dense, int) and isinstance(capture.rate, int) and capture.rate and dense % capture.rate:
        yield ("capture", "dense", "rate"), f"{dense} is no multiple of capture.rate ({capture.rate})"
    if isinstance(dense, int) and isinstance(steps, int) and dense and steps % dense:
        yield ("capture", "dense", "rate"), f"{dense} does not divide physics.step_rate ({steps})"
