"""Triggers on one body: how fast, how far, how high, where."""

from __future__ import annotations

from math import hypot

from simgen.records.behaviour import Trigger
from simgen.simulation.bodies import Body
from simgen.simulation.stage import Stage
from simgen.simulation.triggers.distances import bounds
from simgen.simulation.triggers.modifiers import Look


def speed(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """The speed lies within bounds."""
    del children
    above, below = bounds(trigger, "mps")
    body, current = stage.bodies.named(trigger.text("of")), stage.bodies.current
    return lambda: body.present and above < current(body).speed_mps < below


def standstill(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """It moves no faster than this."""
    del children
    most = trigger.number("speed_mps")
    body, current = stage.bodies.named(trigger.text("of")), stage.bodies.current
    return lambda: body.present and current(body).speed_mps <= most


def altitude(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """The height of its lowest corner lies within bounds."""
    del children
    above, below = bounds(trigger, "m")
    body, current = stage.bodies.named(trigger.text("of")), stage.bodies.current
    return lambda: body.present and above < current(body).bottom_m < below


def travelled(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """It has moved so far along its way since this was first looked at."""
    del children
    above, step_s = trigger.number("above_m"), stage.clock.step_s
    body, current = stage.bodies.named(trigger.text("of")), stage.bodies.current
    way = -1.0

    def look() -> bool:
        nonlocal way
        way = 0.0 if way < 0.0 else way + current(body).speed_mps * step_s * body.present
        return way > above

    return look


def reach(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """It has come to a point, a body or into a region."""
    del children
    within = trigger.optional("within_m") or 0.0
    body, current = stage.bodies.named(trigger.text("of")), stage.bodies.current
    if trigger.has("point_min_m"):
        low, high = trigger.vector("point_min_m"), trigger.vector("point_max_m")

        def inside() -> bool:
            rows = zip(low, current(body).position_m, high, strict=True)
            return body.present and all(a - within <= value <= b + within for a, value, b in rows)

        return inside
    goal = stage.target(trigger, "point")
    return lambda: body.present and goal.present and _beside(current(body), current(goal)) <= within


def _beside(a: Body, b: Body) -> float:
    return hypot(b.position_m[0] - a.position_m[0], b.position_m[1] - a.position_m[1])
