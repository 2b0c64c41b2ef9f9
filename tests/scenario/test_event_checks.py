"""Events, behaviours and faults that cannot be meant are told before anything is drawn, with place and remedy."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simgen.scenario import load_text
from simgen.scenario.spec import Scenario

Problems = Callable[..., list[str]]
ROAD = """\
simgen: "1"
name: toy
params: {speed: 10}
paths: {lane: {points: [[0, 0, 0], [100, 0, 0]]}}
actors:
  ego:
    asset: procedural/box
    place: {along: {path: lane}}
    behaviour: {follow_path: {speed: 10}}
  deer:
    asset: procedural/box
    count: 2
    place: {along: {path: lane, s: 50}}
objects:
  crate:
    asset: procedural/box
    place: {at: {position: [0, 0, 3]}}
  wall:
    asset: procedural/box
    motion: static
    place: {at: {position: [0, 9, 0]}}
sensors:
  cam: {mount: {on: ego, position: [1, 0, 1]}}
lights:
  beam: {mount: {on: ego}, intensity: 9 kcd}
events:
  leap:
    probability: 0.01
    source: assumed
    trigger: {time: {at: 2}}
    actions: [{remove: {object: deer}}]
capture: {when: start, duration: 8, rate: 10}
"""


def test_the_toy_loads() -> None:
    assert list(load_text(ROAD).events) == ["leap"]


def fault(fields: str) -> str:
    """The toy's name, and a fault of its camera."""
    return f"name: toy\nfaults: {{dirt: {{sensor: cam, black: {{}}, probability: 0.1, source: assumed, {fields}}}}}\n"


MISTAKES = [
    # what an actor cannot know, and a label that cannot appear
    (
        "place: {along: {path: lane}}",
        "place: {at: {position: [0, 0, 0]}}",
        "actors.ego.behaviour.follow_path.path: is needed: 'ego' was not placed along a path",
    ),
    (
        "source: assumed",
        "source: assumed\n    label: a\n    expect_label: b",
        "events.leap.expect_label: frames will be labelled 'a', so it can never appear",
    ),
    # triggers that cannot happen, or are no trigger
    (
        "{time: {at: 2}}",
        "{time: {at: 9}}",
        "events.leap.trigger.time.at: can never happen: the episode ends at",
    ),
    (
        "{time: {at: 2}}",
        "{time: {at: 2}, hold: 9}",
        "events.leap.trigger.hold: can never happen: the episode lasts",
    ),
    (
        "{time: {at: 2}}",
        "{speed: {of: ego, below: 0}}",
        "events.leap.trigger.speed.below: can never happen: nothing",
    ),
    (
        "{time: {at: 2}}",
        "{speed: {of: ego}}",
        "events.leap.trigger.speed: needs a bound: below, above or both",
    ),
    (
        "{time: {at: 2}}",
        "{speed: {of: ego, below: 1, above: 2}}",
        "events.leap.trigger.speed.below: must be above 'above' (2.0), else it can never happen, got 1.0",
    ),
    (
        "{time: {at: 2}}",
        "{edge: rising}",
        "events.leap.trigger: needs one of time, distance, ttc, headway, closing_sp",
    ),
    (
        "{time: {at: 2}}",
        "{time: {at: 2}, all: []}",
        "events.leap.trigger: has 2 of these, time and all; keep one",
    ),
    ("{time: {at: 2}}", "{all: []}", "events.leap.trigger.all: is empty; it needs at least one"),
    ("{time: {at: 2}}", "{param: '${spede} > 2'}", "events.leap.trigger.param: unknown param '${spede}'"),
    ("{time: {at: 2}}", "{param: '${speed} >'}", "events.leap.trigger.param: "),
    (
        "{time: {at: 2}}",
        "{time: {at: {uniform: [9, 10]}}}",
        "events.leap.trigger.time.at: can never happen: the episode ends at",
    ),
    (
        "{time: {at: 2}}",
        "{time: {at: 6}, delay: 3}",
        "events.leap.trigger: cannot happen before 9 s; the episode ends at",
    ),
    (
        "{time: {at: 2}}",
        "{then: [{time: {at: 2}, hold: 3}, {standstill: {of: ego}, hold: 4}]}",
        "events.leap.trigger: cannot happen before 9 s; the episode ends at",
    ),
    (
        "{time: {at: 2}}",
        "{all: [{time: {at: 2}}, {any: [{time: {at: 4}, hold: 4}, {time: {at: 5}, hold: 5}]}]}",
        "events.leap.trigger.all[1].any[1]: cannot happen before 10 s; the episode",
    ),
    (
        "{time: {at: 2}}",
        "{random_hazard: {rate: 0}}",
        "events.leap.trigger.random_hazard.rate: is 0: it can never happen",
    ),
    (
        "{time: {at: 2}}",
        "{ttc: {from: ego, to: ego, below: 2}}",
        "events.leap.trigger.ttc.to: is the body itself: 'ego'",
    ),
    (
        "{remove: {object: deer}}",
        "{remove: {object: deer}, delay: 9}",
        "events.leap.actions[0].delay: can never happen: the episode ends at",
    ),
    # what bodies cannot do
    (
        "{remove: {object: deer}}",
        "{impulse: {on: wall, impulse: [1, 0, 0]}}",
        "events.leap.actions[0].impulse.on: 'wall' is static and never moves; give it another motion",
    ),
    (
        "behaviour: {follow_path: {speed: 10}}",
        "behaviour: {follow_path: {speed: 10}}\n    motion: static",
        "actors.ego.behaviour: 'ego' is static and never moves",
    ),
    (
        "{follow_path: {speed: 10}}",
        "{serial: [{idle: {}}, {flee: {from: ego, speed: 9, distance: 9}}]}",
        "actors.ego.behaviour.serial[1].flee.from: is the actor itself: 'ego'",
    ),
    (
        "{follow_path: {speed: 10}}",
        "{follow_lead: {lead: ego, speed: 10}}",
        "actors.ego.behaviour.follow_lead.lead: is the actor itself: 'ego'",
    ),
    (
        "asset: procedural/box\n    place: {at",
        "attached_to: crate\n    asset: procedural/box\n    place: {at",
        "objects.crate.attached_to: bodies are attached to each other in a circle: crate -> crate",
    ),
    # names
    (
        "{time: {at: 2}}",
        "{ttc: {from: ego, to: dear, below: 2}}",
        "events.leap.trigger.ttc.to: unknown object or region 'dear'; did you mean 'deer'?",
    ),
    (
        "{time: {at: 2}}",
        "{ttc: {from: ego, to: deer, below: 2}}",
        "events.leap.trigger.ttc.to: 'deer' is a group; name one member, for example 'deer[0]'",
    ),
    (
        "{time: {at: 2}}",
        "{event: {name: leep}}",
        "events.leap.trigger.event.name: unknown event 'leep'; did you mean 'l",
    ),
    (
        "{time: {at: 2}}",
        "{visible: {sensor: cma, object: ego}}",
        "events.leap.trigger.visible.sensor: unknown sensor 'cma'; did you mean 'cam'?",
    ),
    (
        "{time: {at: 2}}",
        "{python: {call: near}}",
        "events.leap.trigger.python.call: expected a Python object as 'module:",
    ),
    (
        "{time: {at: 2}}",
        "{python: {call: 'no_such_moves:near'}}",
        "events.leap.trigger.python.call: Python finds no module 'no_such_moves' of 'no_such_moves:near'; put its file",
    ),
    (
        "{remove: {object: deer}}",
        "{remove: {object: der}}",
        "events.leap.actions[0].remove.object: unknown object 'der'",
    ),
    (
        "{remove: {object: deer}}",
        "{}",
        "events.leap.actions[0]: needs one of do, impulse, release, spawn, remove, light",
    ),
    (
        "{remove: {object: deer}}",
        "{do: {actor: crate, behaviour: {idle: {}}}}",
        "events.leap.actions[0].do.actor: 'crate' is an object; only actors behave: move it to actors",
    ),
    (
        "{remove: {object: deer}}",
        "{do: {actor: eggo, behaviour: {idle: {}}}}",
        "events.leap.actions[0].do.actor: unknown actor 'eggo'; did you mean 'ego'?",
    ),
    (
        "{remove: {object: deer}}",
        "{light: {name: bean, state: on}}",
        "events.leap.actions[0].light.name: unknown light",
    ),
    (
        "{remove: {object: deer}}",
        "{spawn: {object: deer}}",
        "events.leap.actions[0].spawn.object: is there from the start; give it 'present: false'",
    ),
    (
        "{remove: {object: deer}}",
        "{release: {object: deer}}",
        "events.leap.actions[0].release.object: is not attached; give it 'attached_to'",
    ),
    (
        "{follow_path: {speed: 10}}",
        "{follow_path: {path: lain, speed: 10}}",
        "actors.ego.behaviour.follow_path.path: unkn",
    ),
    (
        "{follow_path: {speed: 10}}",
        "{serial: []}",
        "actors.ego.behaviour.serial: is empty; it needs at least one",
    ),
    (
        "{follow_path: {speed: 10}}",
        "{dart_out: {speed: 9, distance: 5}}",
        "actors.ego.behaviour.dart_out: needs one of toward, heading",
    ),
    (
        "{follow_path: {speed: 10}}",
        "{for: {time: 2, behaviour: {idlee: {}}}}",
        "actors.ego.behaviour.for.behaviour.idlee: unknown key 'idlee'; did you mean 'idle'?",
    ),
    (
        "objects:\n  crate:",
        "objects:\n  ego:",
        "actors.ego: 'ego' is also the name of an object; both share one",
    ),
    ("{mount: {on: ego}, inten", "{mount: {on: egg}, inten", "lights.beam.mount.on: unknown object 'egg'"),
    ("{mount: {on: ego}, inten", "{inten", "lights.beam: needs one of mount, fixed"),
    ("9 kcd}", "9 kcd, inner: 1, outer: 0.5}", "lights.beam.outer: must be above inner (1), got 0.5"),
    ("mount: {on: ego, position: [1, 0, 1]}", "far: 9", "sensors.cam: needs one of orbit, fixed, mount"),
    (
        "name: toy\n",
        "name: toy\ncounterfactual: lepa\n",
        "counterfactual: unknown event 'lepa'; did you mean 'leap'?",
    ),
    # chances
    (
        "probability: 0.01",
        "probability: 1.5",
        "events.leap.probability: 1.5 is out of range: must be at least 0 and at m",
    ),
    (
        "probability: 0.01",
        "rate: 1 /s\n    probability: 0.1",
        "events.leap: has probability and rate; keep one",
    ),
    ("    probability: 0.01\n", "", "events.leap: needs one of probability, rate, distance_rate"),
    (
        "probability: 0.01",
        "probability: 0\n    mode: forced",
        "events.leap.probability: is 0: what never happens cannot",
    ),
    (
        "probability: 0.01",
        "mode: {tilted: 1}\n    probability: 0.1",
        "events.leap.mode.tilted: must lie between 0 and 1",
    ),
    (
        "probability: 0.01",
        "mode: forcd\n    probability: 0.1",
        "events.leap.mode: 'forcd' is not one of natural, forced",
    ),
    ("    source: assumed\n", "", "events.leap.source: is required but missing"),
    (
        "source: assumed",
        "source: assumed\n    expect_visible: [{sensor: cam, object: ego, min_px: 307201}]",
        "events.leap.expect_visible[0].min_px: a picture of 'cam' has 307200 pixels, got 307201",
    ),
    # faults
    ("name: toy\n", fault("start: 9, duration: 1"), "faults.dirt.start: can never happen: the episode ends"),
    (
        "name: toy\n",
        fault("start: -2, duration: 1"),
        "faults.dirt.start: can never happen: the fault is over",
    ),
    ("name: toy\n", fault("duration: 0"), "faults.dirt.duration: is 0: the fault would touch no frame"),
    # capture
    ("duration: 8", "duration: 800000", "capture.duration: frames x sensors may be 8e+06; at most 100000 a"),
    (", duration: 8", ", duration: 8, frames: 3", "capture.frames: has both frames and duration; keep one"),
    (", rate: 10", "", "capture.rate: an episode with a duration needs a frame rate, for example 10"),
    ("when: start, ", "", "capture.when: an episode with a duration begins at time 0: write when: start"),
    (
        "rate: 10}",
        "rate: 10, dense: {event: leap, rate: 24}}",
        "capture.dense.rate: 24 is no multiple of capture.rate (10)",
    ),
    (
        "rate: 10}",
        "rate: 10, dense: {event: leap, rate: 50}}",
        "capture.dense.rate: 50 does not divide physics.step_rate",
    ),
    ("rate: 10}", "rate: 10, dense: {event: leep, rate: 30}}", "capture.dense.event: unknown event 'leep'"),
    (
        "name: toy\n",
        "name: toy\nphysics: {behaviour_rate: 50}\n",
        "physics.behaviour_rate: 50 does not divide",
    ),
]


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES)
def test_one_mistake_gives_one_message(problems: Problems, old: str, new: str, message: str) -> None:
    assert old in ROAD
    [found] = problems(ROAD.replace(old, new, 1))
    assert found.split(" ", 1)[1].startswith(message)


def test_a_rate_needs_the_length_of_the_episode(problems: Problems) -> None:
    text = ROAD.replace("probability: 0.01", "rate: 1 /h").replace(
        "when: start, duration: 8, rate: 10", "frames: 2"
    )
    [found] = problems(text)
    assert "events.leap.rate: a rate needs the length of the episode: set capture.duration" in found


def waiting(first: str, second: str) -> str:
    """Two events, each with a trigger."""
    events = "".join(
        f"  {name}: {{probability: 0.1, source: assumed, trigger: {trigger}}}\n"
        for name, trigger in (("a", first), ("b", second))
    )
    head, _, tail = ROAD.partition("events:\n")
    return f"{head}events:\n{events}capture:{tail.partition('capture:')[2]}"


def test_events_that_wait_for_each_other_are_a_circle(problems: Problems) -> None:
    for_b = "{then: [{time: {at: 1}}, {event: {name: b}}]}"
    [found] = problems(waiting(for_b, "{all: [{event: {name: a, state: over}}]}"))
    assert "trigger: events wait for each other in a circle: a -> b -> a" in found


def test_an_event_that_waits_for_itself_is_a_circle(problems: Problems) -> None:
    [found] = problems(waiting("{event: {name: a}}", "{time: {at: 1}}"))
    assert "events.a.trigger: events wait for each other in a circle: a -> a" in found


def test_a_wait_in_every_branch_is_a_circle(problems: Problems) -> None:
    both = "{any: [{event: {name: b}}, {event: {name: b}, hold: 1}]}"
    [found] = problems(waiting(both, "{event: {name: a}}"))
    assert "events.a.trigger: events wait for each other in a circle: a -> b -> a" in found


@pytest.mark.parametrize(("key", "state"), [("onset", "active"), ("onset", "over"), ("end", "over")])
def test_a_phase_that_waits_for_itself_is_a_circle(problems: Problems, key: str, state: str) -> None:
    waits = f"source: assumed\n    {key}: {{event: {{name: leap, state: {state}}}}}"
    [found] = problems(ROAD.replace("source: assumed", waits, 1))
    assert f"events.leap.{key}: events wait for each other in a circle: leap -> leap" in found


def test_an_end_may_wait_for_the_own_beginning() -> None:
    waits = "source: assumed\n    end: {event: {name: leap, state: active}, hold: 1}"
    assert load_text(ROAD.replace("source: assumed", waits, 1)).events


def test_a_circle_of_attachments_names_all_in_it(problems: Problems) -> None:
    text = ROAD.replace("  crate:\n", "  crate:\n    attached_to: wall\n").replace(
        "  wall:\n", "  wall:\n    attached_to: crate\n"
    )
    [found] = problems(text)
    assert (
        "objects.crate.attached_to: bodies are attached to each other in a circle: crate -> wall -> crate"
        in found
    )


@pytest.mark.parametrize(
    "first",
    [
        "{any: [{event: {name: b}}, {time: {at: 1}}]}",
        "{not: {event: {name: b}}}",
        "{event: {name: b, state: armed}}",
    ],
)
def test_a_way_around_the_other_event_is_no_circle(first: str) -> None:
    assert load_text(waiting(first, "{event: {name: a}}")).events


def test_a_behaviour_of_too_many_parts_is_refused(problems: Problems) -> None:
    steps = ", ".join(["{idle: {}}"] * 600)
    [found] = problems(ROAD.replace("{follow_path: {speed: 10}}", f"{{serial: [{steps}]}}"))
    assert "actors.ego.behaviour: has more than 1000 parts; write the behaviour in Python" in found


def test_python_builds_the_same_scenario() -> None:
    yaml = load_text(ROAD)
    assert Scenario.model_validate(yaml.model_dump(by_alias=True)) == yaml
