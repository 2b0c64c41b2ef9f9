"""Combinations of triggers. All children are looked at at every step, but for `then`."""

from __future__ import annotations

from simgen.records.behaviour import Trigger
from simgen.simulation.stage import Stage
from simgen.simulation.triggers.modifiers import Look


def all_of(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """All hold."""
    del trigger, stage
    return lambda: all([child() for child in children])  # noqa: C419 - each must be looked at


def any_of(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """At least one holds."""
    del trigger, stage
    return lambda: any([child() for child in children])  # noqa: C419 - each must be looked at


def negated(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """Its one child does not hold."""
    del trigger, stage
    (child,) = children
    return lambda: not child()


def then(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """They have been true one after the other; the next is looked at from one step later on."""
    del trigger, stage
    done = 0

    def look() -> bool:
        nonlocal done
        if done < len(children) and children[done]():
            done += 1
        return done == len(children)

    return look
