"""Behaviours: what actors do between physics steps, one small class a kind; `docs/events.md` defines them.

A behaviour is asked what it does with the next stretch of time (`advance`) and answers with a `Move`. A new kind is one
class in a file of this folder and one line in `KINDS`.
"""

from __future__ import annotations

from simgen.errors import SimulationError, did_you_mean
from simgen.records.behaviour import Behaviour
from simgen.simulation.behaviours import air, composed, crossing, custom, lanes, roaming, simple
from simgen.simulation.behaviours.base import Maker, Move, Pilot, Running
from simgen.simulation.stage import Stage

KINDS: dict[str, Maker] = {
    "idle": simple.Idle,
    "constant_velocity": simple.ConstantVelocity,
    "accelerate_to": simple.SpeedChange,
    "brake": simple.Brake,
    "follow_path": lanes.FollowPath,
    "follow_lead": lanes.FollowLead,
    "lane_change": lanes.LaneChange,
    "waypoints": roaming.Waypoints,
    "flee": roaming.Flee,
    "wander": roaming.Wander,
    "cross": crossing.Cross,
    "dart_out": crossing.DartOut,
    "sync_arrival": crossing.SyncArrival,
    "hover": air.Hover,
    "orbit": air.Orbit,
    "python": custom.PythonBehaviour,
    "serial": composed.Serial,
    "parallel": composed.Parallel,
    "until": composed.Until,
    "for": composed.For,
    "repeat": composed.Repeat,
}


def begin(behaviour: Behaviour, stage: Stage, pilot: Pilot) -> Running:
    """Begin a behaviour now.

    Raises:
        SimulationError: no such kind, or it speaks of something that is not in the scene.
    """
    if behaviour.kind not in KINDS:
        hint, known = did_you_mean(behaviour.kind, KINDS), ", ".join(sorted(KINDS))
        raise SimulationError(f"{behaviour.path}: no behaviour '{behaviour.kind}';{hint} known: {known}")
    try:
        return KINDS[behaviour.kind](behaviour, stage, pilot, lambda part: begin(part, stage, pilot))
    except KeyError as error:
        raise SimulationError(f"{behaviour.path}: {error.args[0]}") from error


def has_conditions(behaviour: Behaviour) -> bool:
    """Whether a part of it may be ended by a condition, so that it must be looked at at every step."""
    return behaviour.condition is not None or any(has_conditions(child) for child in behaviour.children)


__all__ = ["KINDS", "Move", "Pilot", "Running", "begin", "has_conditions"]
