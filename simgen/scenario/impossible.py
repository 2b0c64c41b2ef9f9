"""What can never be: conditions that cannot be met in the time there is, bodies told what they cannot do."""

from __future__ import annotations

from collections.abc import Iterator

from simgen.scenario.bounds import highest, lowest
from simgen.scenario.mistakes import Location
from simgen.scenario.names import Finding, base_name
from simgen.scenario.spec import (
    BehaviourSpec,
    CaptureSpec,
    DartOut,
    Distance,
    FaultSpec,
    Flee,
    FollowLead,
    Headway,
    OrbitAround,
    Scenario,
    SyncArrival,
    TimeToCollision,
    TriggerSpec,
)
from simgen.scenario.spec.triggers import ClosingSpeed
from simgen.scenario.values import MAX_FRAMES
from simgen.scenario.walk import models

_BETWEEN_TWO = (Distance, TimeToCollision, Headway, ClosingSpeed)


def check_possible(scenario: Scenario) -> Iterator[Finding]:
    """Yield the findings about what cannot happen, however it is drawn."""
    for location, name, tree in behaviours(scenario):
        yield from _check_own_aim(location, name, tree)
    yield from _check_static(scenario)
    for name, fault in scenario.faults.items():
        yield from _check_window(("faults", name), fault, scenario.capture)
    yield from _check_delays(scenario)
    yield from _check_episode_size(scenario)
    yield from _check_pixels(scenario)


def behaviours(scenario: Scenario) -> Iterator[tuple[Location, str, BehaviourSpec]]:
    """Yield place, actor and tree of every behaviour: of actors, then of events."""
    for name, actor in scenario.actors.items():
        if actor.behaviour is not None:
            yield ("actors", name, "behaviour"), name, actor.behaviour
    for name, event in scenario.events.items():
        for index, action in enumerate(event.actions):
            if action.do is not None:
                yield (
                    ("events", name, "actions", index, "do", "behaviour"),
                    action.do.actor,
                    action.do.behaviour,
                )


# -- time ----------------------------------------------------------------------------------------------------------


def check_trigger_in_time(
    location: Location, trigger: TriggerSpec, duration: float | None
) -> Iterator[Finding]:
    """Yield why a condition comes too late for the episode, unless a part of it is told of already."""
    if trigger.random_hazard is not None and highest(trigger.random_hazard.rate) == 0.0:
        yield (*location, "random_hazard", "rate"), "is 0: it can never happen"
    if duration is None or any(_earliest_s(part) > duration for part in _parts(trigger)):
        return
    if trigger.time is not None and lowest(trigger.time.at) > duration:
        message = f"can never happen: {_ends(duration)}"
        yield (*location, "time", "at"), message
    elif lowest(trigger.hold) > duration:
        message = f"can never happen: the episode lasts capture.duration ({duration} s)"
        yield (*location, "hold"), message
    elif _earliest_s(trigger) > duration:
        yield location, f"cannot happen before {_earliest_s(trigger):g} s; {_ends(duration)}"


def _ends(duration: float) -> str:
    return f"the episode ends at capture.duration ({duration} s)"


def _parts(trigger: TriggerSpec) -> list[TriggerSpec]:
    alone = [] if trigger.not_ is None else [trigger.not_]
    return [*(trigger.all or ()), *(trigger.any or ()), *(trigger.then or ()), *alone]


def _earliest_s(trigger: TriggerSpec) -> float:
    """Return an instant before which a trigger cannot be true: a bound, not an estimate."""
    starts = [_earliest_s(part) for part in trigger.all or trigger.any or trigger.then or ()]
    first = 0.0
    if trigger.time is not None:
        first = max(lowest(trigger.time.at), 0.0)
    elif trigger.then:
        first = sum(starts)
    elif starts:
        first = max(starts) if trigger.all else min(starts)
    return first + max(lowest(trigger.hold), 0.0) + max(lowest(trigger.delay), 0.0)


def _check_window(location: Location, fault: FaultSpec, capture: CaptureSpec) -> Iterator[Finding]:
    if highest(fault.duration) == 0.0:
        yield (*location, "duration"), "is 0: the fault would touch no frame"
        return
    if fault.event is not None:
        return  # counted from its trigger
    end = None if capture.duration is None else highest(capture.duration)
    if end is not None and lowest(fault.start) > end:
        yield (*location, "start"), f"can never happen: {_ends(end)}"
    elif highest(fault.start) + highest(fault.duration) <= 0.0 and fault.rate is None:
        yield (*location, "start"), "can never happen: the fault is over before time 0"


def _check_delays(scenario: Scenario) -> Iterator[Finding]:
    if scenario.capture.duration is None:
        return
    end = highest(scenario.capture.duration)
    for name, event in scenario.events.items():
        for index, action in enumerate(event.actions):
            if lowest(action.delay) > end:
                yield ("events", name, "actions", index, "delay"), f"can never happen: {_ends(end)}"


def _check_episode_size(scenario: Scenario) -> Iterator[Finding]:
    capture = scenario.capture
    if capture.duration is None:
        return
    rate = capture.rate if capture.dense is None else capture.dense.rate
    frames = (highest(capture.duration, 0.0) * highest(rate, 0.0) + 1) * len(scenario.sensors)
    if frames > MAX_FRAMES:
        message = f"frames x sensors may be {frames:g}; at most {MAX_FRAMES} a scene are allowed"
        yield ("capture", "duration"), f"{message}: use more scenes"


# -- bodies --------------------------------------------------------------------------------------------------------


def check_two_bodies(location: Location, trigger: TriggerSpec) -> Iterator[Finding]:
    """Yield measures between a body and itself."""
    for key, form in trigger.given:
        if isinstance(form, _BETWEEN_TWO) and form.from_ == form.to:
            yield (*location, key, "to"), f"is the body itself: '{form.to}'"


def _check_own_aim(location: Location, name: str, tree: BehaviourSpec) -> Iterator[Finding]:
    """Yield behaviours that refer to the very body that behaves."""
    for at, model in models(tree, location):
        aims: dict[str, object] = {}
        if isinstance(model, FollowLead):
            aims = {"lead": model.lead}
        elif isinstance(model, Flee):
            aims = {"from": model.from_}
        elif isinstance(model, DartOut):
            aims = {"toward": model.toward}
        elif isinstance(model, OrbitAround):
            aims = {"center": model.center}
        elif isinstance(model, SyncArrival):
            aims = {"with": model.with_, "point": model.point}
        for key, aim in aims.items():
            if aim == name:
                yield (*at, key), f"is the actor itself: '{name}'"


def _check_static(scenario: Scenario) -> Iterator[Finding]:
    """Yield what is asked of bodies that never move."""
    never = {name for name, group in scenario.bodies.items() if group.motion == "static"}
    remedy = "is static and never moves; give it another motion"
    for location, name, tree in behaviours(scenario):
        if base_name(name) in never and tree.idle is None:
            yield location, f"'{name}' {remedy}"
    for name, event in scenario.events.items():
        for index, action in enumerate(event.actions):
            if action.impulse is not None and base_name(action.impulse.on) in never:
                place: Location = ("events", name, "actions", index, "impulse", "on")
                yield place, f"'{action.impulse.on}' {remedy}"


def _check_pixels(scenario: Scenario) -> Iterator[Finding]:
    """As many pixels as an event must show are in the picture."""
    for name, event in scenario.events.items():
        for index, wish in enumerate(event.expect_visible):
            camera = scenario.sensors.get(wish.sensor)
            if camera is None:
                continue
            pixels = highest(camera.width) * highest(camera.height)
            if lowest(wish.min_px) > pixels:
                place: Location = ("events", name, "expect_visible", index, "min_px")
                yield (
                    place,
                    f"a picture of '{wish.sensor}' has {pixels:g} pixels, got {lowest(wish.min_px):g}",
                )
