"""Triggers on two bodies, or a body and a point: how far, how fast, how soon."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from simgen.records.behaviour import Trigger
from simgen.simulation import measures
from simgen.simulation.bodies import Body
from simgen.simulation.stage import Stage
from simgen.simulation.triggers.modifiers import Look


def bounds(trigger: Trigger, unit: str) -> tuple[float, float]:
    """Return (above, below) of a trigger, infinite where not given."""
    above, below = trigger.optional(f"above_{unit}"), trigger.optional(f"below_{unit}")
    return (-inf if above is None else above), (inf if below is None else below)


def distance(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """How far one is from the other, by the metric asked for."""
    del children
    above, below = bounds(trigger, "m")
    free = trigger.flag("free") if trigger.has("free") else True
    metric = trigger.text("metric", "euclid")
    if metric == "euclid" and free:
        return _pair(trigger, stage, lambda a, b: _free_within(a, b, above, below))
    measure = _MEASURES[metric]
    return _pair(trigger, stage, lambda a, b: above < measure(a, b, free) < below)


_MEASURES: dict[str, Callable[[Body, Body, bool], float]] = {
    "euclid": lambda a, b, free: measures.free_distance_m(a, b) if free else measures.middle_distance_m(a, b),
    "longitudinal": lambda a, b, free: measures.along_m(a, b, free=free),
    "lateral": lambda a, b, free: measures.across_m(a, b, free=free),
}


def ttc(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """The time to collision is below a bound."""
    del children
    below = trigger.number("below_s")
    return _pair(trigger, stage, lambda a, b: measures.ttc_s(a, b, below) < below)


def headway(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """The headway is below a bound."""
    del children
    below = trigger.number("below_s")
    return _pair(trigger, stage, lambda a, b: measures.headway_s(a, b) < below)


def closing_speed(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """The closing speed lies within bounds."""
    del children
    above, below = bounds(trigger, "mps")
    return _pair(trigger, stage, lambda a, b: above < measures.closing_speed_mps(a, b) < below)


def _free_within(a: Body, b: Body, above: float, below: float) -> bool:
    if measures.least_distance_m(a, b) >= below:
        return False
    return above < measures.free_distance_m(a, b) < below


def _pair(trigger: Trigger, stage: Stage, holds: Callable[[Body, Body], bool]) -> Look:
    """Look at a pair; false while one of them is not there."""
    a, b, current = stage.target(trigger, "from"), stage.target(trigger, "to"), stage.bodies.current
    return lambda: a.present and b.present and holds(current(a), current(b))
