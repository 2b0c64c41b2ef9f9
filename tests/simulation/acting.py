"""Scenes in which something behaves or happens, in a few words.

    run = play([car((0, 0, 0), do("constant_velocity", speed_mps=10.0))], seconds=2.0)

Bodies are boxes; actors are kinematic, stand with the middle of their underside at `at`, and look along +X.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from simgen.assets import AssetLibrary
from simgen.geometry import FloatArray, Quat, Vec3, quaternion_about_axis
from simgen.records.behaviour import Actor, Behaviour, Trigger
from simgen.records.event import Action, Event
from simgen.records.lane import Lane
from simgen.records.scene import Capture, Physics, Scene, SceneObject
from simgen.records.settings import Settings
from simgen.records.trajectory import Trajectory
from simgen.simulation import simulate
from tests.builders import box, make_scene

FAR: dict[str, Vec3] = {"workspace_min_m": (-999, -999, -999), "workspace_max_m": (999, 999, 999)}
CLOSED_FORM = Physics(engine="kinematic")
LIBRARY = AssetLibrary()


@dataclass(frozen=True)
class Player:
    """A body, and what it does if it is an actor."""

    body: SceneObject
    behaviour: Behaviour | None = None


def settings(**values: Any) -> Settings:
    """Settings; a trailing underscore stands for a Python keyword (`from_`)."""
    return tuple((name.rstrip("_"), value) for name, value in values.items())


def do(
    kind: str, *children: Behaviour, when: Trigger | None = None, path: str = "", **values: Any
) -> Behaviour:
    """A behaviour."""
    return Behaviour(kind, path or f"actors.test.behaviour.{kind}", settings(**values), children, when)


def go(speed_mps: float, heading_rad: float = 0.0) -> Behaviour:
    """Straight on at one speed."""
    return do("constant_velocity", speed_mps=speed_mps, heading_rad=heading_rad)


def on(
    kind: str,
    *children: Trigger,
    edge: Any = "level",
    delay_s: float = 0.0,
    hold_s: float = 0.0,
    max_count: int = 0,
    **values: Any,
) -> Trigger:
    """A trigger."""
    path = f"events.test.trigger.{kind}"
    return Trigger(kind, path, settings(**values), children, edge, delay_s, hold_s, max_count)


def act(kind: str, behaviour: Behaviour | None = None, delay_s: float = 0.0, **values: Any) -> Action:
    """An action."""
    return Action(kind, f"events.test.actions[0].{kind}", settings(**values), behaviour, delay_s)


def event(name: str = "event", *actions: Action, trigger: Trigger | None = None, **fields: Any) -> Event:
    """An armed event; its trigger fires once unless told otherwise."""
    if trigger is not None and trigger.max_count == 0:
        trigger = replace(trigger, max_count=fields.pop("max_count", 1))
    defaults: dict[str, Any] = {
        "label": name,
        "label_expected": False,
        "source": "assumed",
        "mode": "natural",
        "probability": 1.0,
        "sampled_probability": 1.0,
        "armed": True,
    }
    return Event(name=name, actions=actions, trigger=trigger, **(defaults | fields))


def yaw(angle_rad: float) -> Quat:
    """A turn about the vertical."""
    return quaternion_about_axis((0.0, 0.0, 1.0), angle_rad)


def actor(
    name: str, size_m: Vec3, at: Vec3, behaviour: Behaviour | None, heading_rad: float = 0.0, **fields: Any
) -> Player:
    """A kinematic body that behaves."""
    middle = (at[0], at[1], at[2] + size_m[2] / 2)
    given = {"motion": "kinematic", "quaternion_wxyz": yaw(heading_rad), "name": name} | fields
    return Player(box(size_m, middle, **given), behaviour)


def car(at: Vec3 = (0, 0, 0), behaviour: Behaviour | None = None, name: str = "car", **fields: Any) -> Player:
    """A car of 4 x 2 x 1.5 m and 1500 kg."""
    return actor(name, (4.0, 2.0, 1.5), at, behaviour or do("idle"), **({"mass_kg": 1500.0} | fields))


def deer(
    at: Vec3 = (0, 0, 0), behaviour: Behaviour | None = None, name: str = "deer", **fields: Any
) -> Player:
    """An animal of 1 x 0.5 x 1 m and 50 kg."""
    return actor(name, (1.0, 0.5, 1.0), at, behaviour or do("idle"), **({"mass_kg": 50.0} | fields))


def thing(body: SceneObject) -> Player:
    """A body that does not behave."""
    return Player(body)


def lane(*points_m: Vec3, name: str = "lane", **fields: Any) -> Lane:
    """A line to follow."""
    return Lane(name, points_m, **fields)


def stage(
    players: Sequence[Player],
    events: Sequence[Event] = (),
    seconds: float = 1.0,
    rate_hz: int = 240,
    physics: Physics = CLOSED_FORM,
    capture: Capture | None = None,
    **fields: Any,
) -> Scene:
    """A scene; frames are taken at every physics step unless told otherwise."""
    capture = capture or Capture("start", round(seconds * rate_hz) + 1, rate_hz, seconds)
    scene = make_scene(
        [player.body for player in players], physics=physics, capture=capture, **(FAR | fields)
    )
    actors = tuple(
        Actor(body.name, "", 0.0, player.behaviour)
        for body, player in zip(scene.objects, players, strict=True)
        if player.behaviour is not None
    )
    return replace(scene, actors=actors, events=tuple(events))


def play(players: Sequence[Player], events: Sequence[Event] = (), **fields: Any) -> Trajectory:
    """Simulate."""
    return simulate(stage(players, events, **fields), LIBRARY)


def feet(run: Trajectory, scene_or_height: float, row: int = 0) -> FloatArray:
    """Where the middle of the underside is at each frame, for a body of that height."""
    return run.positions_m[:, row] - np.array([0.0, 0.0, scene_or_height / 2])


def speeds(run: Trajectory, row: int = 0) -> FloatArray:
    """Speed of a body at each frame."""
    return np.linalg.norm(run.linear_velocities_mps[:, row], axis=1)
