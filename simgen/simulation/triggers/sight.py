"""Triggers on what a camera could see, by rays against collision shapes."""

from __future__ import annotations

from collections.abc import Callable

from simgen.records.behaviour import Trigger
from simgen.simulation.rays import Sight
from simgen.simulation.stage import Stage
from simgen.simulation.triggers.modifiers import Look


def visible(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """At least this share of the body could be seen."""
    del children
    least, sight = trigger.number("min_fraction"), _sight_of(trigger, stage)
    return lambda: sight().visible_share >= least


def occluded(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """At least this share of what lies in the picture is hidden behind others."""
    del children
    least, sight = trigger.number("min_fraction"), _sight_of(trigger, stage)

    def look() -> bool:
        now = sight()
        return now.in_picture > 0 and now.hidden_share >= least

    return look


def _sight_of(trigger: Trigger, stage: Stage) -> Callable[[], Sight]:
    camera, body = stage.camera(trigger.text("sensor")), stage.bodies.named(trigger.text("object"))
    return lambda: stage.sight(camera, body)
