"""Triggers on what a camera could see, by rays against collision shapes."""

from __future__ import annotations

from simgen.records.behaviour import Trigger
from simgen.simulation.rays import Sight
from simgen.simulation.stage import Stage
from simgen.simulation.triggers.modifiers import Look


def visible(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """At least this share of the body could be seen."""
    del children
    least = trigger.number("min_fraction")
    return lambda: _sight(trigger, stage).visible_share >= least


def occluded(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """At least this share of what lies in the picture is hidden behind others."""
    del children
    least = trigger.number("min_fraction")

    def look() -> bool:
        sight = _sight(trigger, stage)
        return sight.in_picture > 0 and sight.hidden_share >= least

    return look


def _sight(trigger: Trigger, stage: Stage) -> Sight:
    return stage.sight(trigger.text("sensor"), trigger.text("object"))
