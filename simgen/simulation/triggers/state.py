"""Triggers on what is already known: the clock, drawn params, phases of events, contacts."""

from __future__ import annotations

from simgen.records.behaviour import Trigger
from simgen.simulation.stage import Stage
from simgen.simulation.triggers.modifiers import Look


def time(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """The clock has reached an instant."""
    del children
    first, clock = stage.clock.steps(trigger.number("at_s")), stage.clock
    return lambda: clock.step >= first


def param(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """A condition on drawn params; sampling decided it."""
    del stage, children
    holds = trigger.flag("holds")
    return lambda: holds


def event(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """An event has reached a phase."""
    del children
    name, phase = trigger.text("name"), trigger.text("state", "triggered")
    return lambda: stage.has_reached(name, phase)


def contact(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """A body touches another, with at least so much impulse so far."""
    del children
    ids = [stage.bodies.named(name).instance_id for name in trigger.texts("of")]
    names = trigger.texts("with") if trigger.has("with") else ()
    others = {stage.bodies.named(name).instance_id for name in names}
    least = trigger.optional("min_impulse_ns") or 0.0
    impacts, attached = stage.impacts, stage.attached

    def counts(body: int, other: int) -> bool:
        return other in others if others else not attached(body, other)

    return lambda: any(
        counts(body, other) and impact.impulse_ns >= least
        for body in ids
        for other, impact in impacts.of(body)
    )
