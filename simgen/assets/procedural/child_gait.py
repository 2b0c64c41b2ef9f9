"""The skeleton of a child, and how it walks and runs; all amplitudes are assumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simgen.assets.procedural.gaits import KEYS, Step, angle_of, bent, skin_of, wave
from simgen.assets.procedural.noise import smoothstep
from simgen.geometry import FloatArray
from simgen.records.asset import Skin

Line = Sequence[tuple[float, float, float]]

HIPS, TRUNK, HEAD = range(3)
ARMS, LEGS = (3, 5), (7, 10)  # first joints of the left and the right one
JOINTS = 13
_NAMES = (
    *("hips", "trunk", "head"),
    *(f"{side}_arm_{part}" for side in ("left", "right") for part in ("upper", "lower")),
    *(f"{side}_leg_{part}" for side in ("left", "right") for part in ("upper", "lower", "foot")),
)
_PARENTS = (-1, 0, 1, 1, 3, 1, 5, 0, 7, 8, 0, 10, 11)
_TRUNK_PLACES = ((0.0, 0.0, 0.56), (0.0, 0.0, 0.6), (0.0, 0.0, 0.93))
_TOES_M = 0.13  # ahead of the ankle: about them the foot turns when the heel rises


@dataclass(frozen=True, slots=True)
class _Pace:
    """How the parts of the body go.

    Attributes:
        full_speed_mps: from which the motion is full.
        step: of the left foot; the right one's is half a cycle later.
        heel_rad: by how much the foot tips before it leaves the ground.
        arm_rad: swing of the arms.
        elbow_rad: by how much they are bent.
        lean_rad: of the trunk.
        bob_m: the body rises and falls by so much, twice in a cycle.
        sink_m: and is lower by so much than at rest.
    """

    full_speed_mps: float
    step: Step
    heel_rad: float
    arm_rad: float
    elbow_rad: float
    lean_rad: float
    bob_m: float
    sink_m: float


PACES = {
    "run": _Pace(1.5, Step(1.5, 0.32, 0.2, 0.0), 0.7, 0.75, 1.5, 0.16, 0.022, 0.03),
    "walk": _Pace(0.5, Step(0.75, 0.6, 0.06, 0.0), 0.5, 0.4, 0.35, 0.03, 0.008, 0.018),
}


@lru_cache(maxsize=len(PACES))
def skeleton(pose: str, arms: tuple[Line, Line], legs: tuple[Line, Line]) -> Skin:
    """Return the skeleton of a child that stands on these legs, with the gait of a pose.

    Args:
        pose: a key of `PACES`.
        arms: shoulder, elbow and hand of the left and the right one.
        legs: hip, knee and ankle.
    """
    pace = PACES[pose]
    shift, turns = np.zeros((KEYS, 2)), np.zeros((KEYS, JOINTS))
    # Highest between the steps of a run, over the leg that bears it at a walk.
    rise = pace.step.duty / 2 + (0.25 if pace.step.duty < 0.5 else 0.0)
    shift[:, 1] = pace.bob_m * wave(rise, 2) - pace.sink_m
    turns[:, HIPS] = 0.3 * pace.lean_rad
    turns[:, TRUNK] = pace.lean_rad
    turns[:, HEAD] = 0.4 * pace.lean_rad
    places = list(_TRUNK_PLACES)
    for k, arm in enumerate(arms):
        swing = pace.arm_rad * wave(0.5 * k)  # back when the leg of its side is ahead
        turns[:, ARMS[k]] = swing
        turns[:, ARMS[k] + 1] = swing - pace.elbow_rad * (1.0 - 0.2 * wave(0.5 * k))
        places += arm[:2]
    for k, leg in enumerate(legs):
        turns[:, LEGS[k] : LEGS[k] + 3] = _leg_turns(leg, shift, pace, 0.5 * k)
        places += leg
    return skin_of(_NAMES, _PARENTS, places, turns, shift, (pace.step.stride_m, pace.full_speed_mps))


def _leg_turns(leg: Line, shift: FloatArray, pace: _Pace, phase: float) -> FloatArray:
    """Return (keys, 3) the turns of thigh, shin and foot from rest."""
    rest = [np.array([x, z]) for x, _, z in leg]
    thigh, shin = (float(np.linalg.norm(rest[k + 1] - rest[k])) for k in range(2))
    at_rest = [float(angle_of(rest[k], rest[k + 1])) for k in range(2)]
    hip = rest[0] + shift
    step = Step(pace.step.stride_m, pace.step.duty, pace.step.lift_m, phase)
    tip = _heel(step, pace.heel_rad)
    ankle = step.foot(float(rest[0][0]), float(rest[2][1]))
    ankle[:, 1] += _TOES_M * np.sin(tip)
    knee = bent(hip, ankle, thigh, shin, forward=True)
    return np.column_stack([angle_of(hip, knee) - at_rest[0], angle_of(knee, ankle) - at_rest[1], tip])


def _heel(step: Step, most_rad: float) -> FloatArray:
    """Return (keys,) by how much the heel is up: from the middle of a stance until the foot is ahead."""
    rising = smoothstep(0.55 * step.duty, step.duty, step.since())
    return most_rad * rising * (1.0 - smoothstep(0.25, 0.95, step.swing()))
