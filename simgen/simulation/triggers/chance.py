"""Triggers by chance, while the scene runs."""

from __future__ import annotations

from simgen.records.behaviour import Trigger
from simgen.simulation.stage import Stage
from simgen.simulation.triggers.modifiers import Look


def random_hazard(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """A Poisson process: the time it has been looked at since it last fired, against a unit exponential."""
    del children
    rate_hz, clock, generator = trigger.number("rate_hz"), stage.clock, stage.generator(trigger.path)
    needed = float(generator.exponential())
    since: int | None = None

    def look() -> bool:
        nonlocal needed, since
        since = clock.step if since is None else since
        fires = rate_hz * (clock.step - since) / clock.rate_hz >= needed
        if fires:
            since, needed = clock.step, float(generator.exponential())
        return fires

    return look
