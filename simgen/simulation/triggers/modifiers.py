"""What modifies any trigger: `hold`, then `edge`, `delay`, `max_count`. Those not asked for cost nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from simgen.records.behaviour import Trigger
from simgen.simulation.stage import Clock, Stage

Look = Callable[[], bool]
Maker = Callable[
    [Trigger, Stage, list[Look]], Look
]  # (record, stage, its children) -> what is looked at every step


def modified(look: Look, trigger: Trigger, clock: Clock, *, root: bool) -> Look:
    """Return a trigger with its modifiers.

    Args:
        root: leaves `max_count` to the caller.
    """
    if trigger.hold_s > 0.0:
        look = held(look, clock.steps(trigger.hold_s))
    if trigger.edge != "level":
        look = edge(look, rising=trigger.edge == "rising")
    if trigger.delay_s > 0.0:
        look = delayed(look, clock.steps(trigger.delay_s))
    if trigger.max_count and not root:
        look = counted(look, trigger.max_count)
    return look


def held(look: Look, steps: int) -> Look:
    """True once it has been true at each of the steps of that long, both ends included."""
    run = 0

    def after() -> bool:
        nonlocal run
        run = run + 1 if look() else 0
        return run > steps

    return after


def edge(look: Look, *, rising: bool) -> Look:
    """True at the one step at which it became true (false); the first look is none."""
    before: bool | None = None

    def after() -> bool:
        nonlocal before
        now = look()
        changed = before is not None and now != before and now is rising
        before = now
        return changed

    return after


def delayed(look: Look, steps: int) -> Look:
    """The value of so many steps ago; false before."""
    past: deque[bool] = deque([False] * steps)

    def after() -> bool:
        past.append(look())
        return past.popleft()

    return after


def counted(look: Look, most: int) -> Look:
    """False for good after so many changes from false to true are over."""
    before, count = False, 0

    def after() -> bool:
        nonlocal before, count
        now = look()
        count += now and not before
        before = now
        return now and count <= most

    return after
