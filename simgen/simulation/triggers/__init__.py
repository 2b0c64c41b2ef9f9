"""Triggers: conditions on the running scene, one small function a kind; `docs/events.md` defines them.

`make_look(trigger, stage)` turns a record into a function that is called once at every step and says whether it holds.
Its memory (holds, edges, counts, what a body has travelled) begins when it is first called. A new kind is one function
in a file of this folder and one line in `KINDS`.
"""

from __future__ import annotations

from simgen.errors import SimulationError, did_you_mean
from simgen.records.behaviour import Trigger
from simgen.simulation.stage import Stage
from simgen.simulation.triggers import chance, combined, custom, distances, motion, sight, state
from simgen.simulation.triggers.modifiers import Look, modified
from simgen.simulation.triggers.modifiers import Maker as Maker

KINDS: dict[str, Maker] = {
    "time": state.time,
    "param": state.param,
    "event": state.event,
    "contact": state.contact,
    "distance": distances.distance,
    "ttc": distances.ttc,
    "headway": distances.headway,
    "closing_speed": distances.closing_speed,
    "speed": motion.speed,
    "standstill": motion.standstill,
    "reach": motion.reach,
    "travelled": motion.travelled,
    "altitude": motion.altitude,
    "visible": sight.visible,
    "occluded": sight.occluded,
    "random_hazard": chance.random_hazard,
    "python": custom.python,
    "all": combined.all_of,
    "any": combined.any_of,
    "not": combined.negated,
    "then": combined.then,
}


def make_look(trigger: Trigger, stage: Stage, *, root: bool = False) -> Look:
    """Return the function that looks at a trigger.

    Args:
        root: of an event's trigger, whose `max_count` counts events and is left to `phases`.

    Raises:
        SimulationError: no such kind, or it speaks of something that is not in the scene.
    """
    if trigger.kind not in KINDS:
        known = ", ".join(sorted(KINDS))
        raise SimulationError(
            f"{trigger.path}: no trigger '{trigger.kind}';{did_you_mean(trigger.kind, KINDS)} known: {known}"
        )
    children = [make_look(child, stage) for child in trigger.children]
    try:
        look = KINDS[trigger.kind](trigger, stage, children)
    except KeyError as error:
        raise SimulationError(f"{trigger.path}: {error.args[0]}") from error
    return modified(look, trigger, stage.clock, root=root)
