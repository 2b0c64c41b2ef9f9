"""What is added to a scenario changes no draw of what was there: on every shipped scene, for every kind of thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from simgen.assets.library import AssetLibrary
from simgen.records.scene import Scene
from simgen.resources import shipped
from simgen.sampling import draw_chances, sample
from simgen.scenario import load
from simgen.scenario.spec import Scenario
from tests.sampling.scenarios import block, scenario

SHIPPED = sorted(path.name for path in shipped("scenes").glob("*.yaml"))
LIBRARY = AssetLibrary()
ADDED = "zz_added"
FAR = {"at": {"position": [0, 0, 40]}}  # far above everything
DRAWN: dict[str, Any] = {"uniform": [0, 1]}


def extended(of: Scenario, section: str, more: dict[str, Any]) -> Scenario:
    """The scenario with one more named part, drawn wherever it can be."""
    parts = getattr(scenario(**{section: {ADDED: more}}), section)
    return of.model_copy(update={section: {**getattr(of, section), ADDED: parts[ADDED]}})


def with_object(of: Scenario) -> Scenario:
    return extended(of, "objects", block(count={"int_uniform": [1, 3]}, place=FAR, friction=DRAWN))


def with_actor(of: Scenario) -> Scenario:
    ways = [{"behaviour": {"idle": {}}}, {"behaviour": {"constant_velocity": {"speed": DRAWN}}}]
    return extended(of, "actors", block(place=FAR, forward=DRAWN, behaviour={"one_of": ways}))


def with_light(of: Scenario) -> Scenario:
    fixed = {"position": {"in_region": {"box_min": [0, 0, 9], "box_max": [1, 1, 9]}}, "look_at": [0, 0, 0]}
    return extended(of, "lights", {"fixed": fixed, "intensity": DRAWN})


def with_sun(of: Scenario) -> Scenario:
    return extended(of, "suns", {"azimuth": DRAWN, "elevation": 1, "illuminance": DRAWN})


def with_sensor(of: Scenario) -> Scenario:
    twin = next(iter(of.sensors.values()))  # known to find its place in this world
    return of.model_copy(update={"sensors": {**of.sensors, ADDED: twin}})


def with_event(of: Scenario) -> Scenario:
    times = {"any": [{"time": {"at": DRAWN}}, {"random_hazard": {"rate": DRAWN}}]}
    actions = [{"environment": {"factor": DRAWN}}]
    chance = {"probability": DRAWN, "source": "assumed", "mode": {"tilted": 0.5, "defensive": 0.1}}
    return extended(of, "events", {**chance, "trigger": times, "actions": actions})


def with_fault(of: Scenario) -> Scenario:
    sensor = next(iter(of.sensors))
    fault = {
        "sensor": "cam",
        "black": {},
        "probability": 0.5,
        "source": "assumed",
        "start": DRAWN,
        "duration": DRAWN,
    }
    grown = extended(of, "faults", fault)
    told = grown.faults[ADDED].model_copy(update={"sensor": sensor})
    return grown.model_copy(update={"faults": {**grown.faults, ADDED: told}})


def with_param(of: Scenario) -> Scenario:
    return extended(of, "params", {"dist": {"normal": [0, 1]}, "proposal": {"normal": [1, 2]}})


def with_path(of: Scenario) -> Scenario:
    point = {"in_region": {"box_min": [5, 0, 0], "box_max": [9, 1, 0]}}
    return extended(of, "paths", {"points": [[0, 0, 0], point]})


ADDITIONS: list[Callable[[Scenario], Scenario]] = [
    with_object,
    with_actor,
    with_light,
    with_sun,
    with_sensor,
    with_event,
    with_fault,
    with_param,
    with_path,
]


def without_added(scene: Scene) -> Scene:
    """The scene less what was added, less ids (which count bodies) and the hash of the file, which must differ."""

    def kept(things: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(thing for thing in things if not thing.name.split("[")[0].endswith(ADDED))

    return replace(
        scene,
        objects=tuple(replace(body, instance_id=1) for body in kept(scene.objects)),
        params=tuple(param for param in scene.params if param[0] != ADDED),
        scenario_hash="",
        **{
            part: kept(getattr(scene, part))
            for part in ("suns", "lights", "cameras", "actors", "events", "faults", "lanes", "factors")
        },
    )


@cache
def shipped_scenario(name: str) -> Scenario:
    return load(shipped("scenes") / name)


@cache
def shipped_scene(name: str) -> Scene:
    return sample(shipped_scenario(name), 11, 3, LIBRARY).scene


@pytest.mark.parametrize("addition", ADDITIONS, ids=lambda addition: addition.__name__)
@pytest.mark.parametrize("name", SHIPPED)
def test_an_addition_changes_no_other_draw_of_a_shipped_scene(
    name: str, addition: Callable[[Scenario], Scenario]
) -> None:
    after = sample(addition(shipped_scenario(name)), 11, 3, LIBRARY).scene
    assert without_added(after) == without_added(shipped_scene(name))


@pytest.mark.parametrize("addition", ADDITIONS, ids=lambda addition: addition.__name__)
@pytest.mark.parametrize("name", SHIPPED)
def test_an_addition_changes_no_other_factor_of_the_weight(
    name: str, addition: Callable[[Scenario], Scenario]
) -> None:
    plain = shipped_scenario(name)
    grown = addition(plain)
    for index in range(4):
        before, after = draw_chances(plain, 3, index), draw_chances(grown, 3, index)
        assert [factor for factor in after.factors if not factor.name.endswith(ADDED)] == list(before.factors)


@pytest.mark.parametrize(
    "addition", [with_param, with_event, with_fault, with_actor, with_light, with_object]
)
def test_what_is_added_is_drawn_indeed(addition: Callable[[Scenario], Scenario]) -> None:
    bare = scenario({"m": block(place=FAR)})
    drawn = {repr(without_ids(sample(addition(bare), 11, index, LIBRARY).scene)) for index in range(3)}
    assert len(drawn) == 3


def without_ids(scene: Scene) -> Scene:
    return replace(scene, index=0)
