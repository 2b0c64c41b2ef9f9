"""The skeleton of a deer, and how it walks and gallops.

Order and times of the footfalls are those of a walk in lateral sequence and of a gallop with both leads close together
(Hildebrand, "Analysis of asymmetrical gaits", Journal of Mammalogy 58, 1977); all amplitudes are assumed.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simgen.assets.procedural.gaits import (
    KEYS,
    Step,
    along,
    angle_of,
    bent,
    down,
    only,
    skin_of,
    turned_about,
    wave,
)
from simgen.assets.procedural.noise import smoothstep
from simgen.geometry import FloatArray
from simgen.records.asset import Skin

Leg = tuple[tuple[float, float, float], ...]

_LEGS = ("left_fore", "right_fore", "left_hind", "right_hind")
_TRUNK = ("body", "pelvis", "chest", "neck", "head", "tail")
_TRUNK_PARENTS = (-1, 0, 0, 2, 3, 1)
_TRUNK_PLACES = (
    (-0.05, 0.0, 0.92),
    (-0.12, 0.0, 0.92),
    (0.08, 0.0, 0.92),
    (0.44, 0.0, 1.0),
    (0.69, 0.0, 1.39),
    (-0.6, 0.0, 0.95),
)
BODY, PELVIS, CHEST, NECK, HEAD, TAIL = range(6)
JOINTS = len(_TRUNK) + 3 * len(_LEGS)


@dataclass(frozen=True, slots=True)
class _Pace:
    """How the body and the feet of a gait go.

    Attributes:
        full_speed_mps: from which it is full.
        steps: of the feet, in the order of the legs.
        fold_rad: by how much cannons fold back while a foot is carried forward, fore and hind.
        spine_rad: swing of pelvis and of chest.
        bob_m: the body rises and falls by so much.
        sink_m: and is lower by so much than at rest.
        neck_rad: by how much the neck is stretched forward.
        tail_rad: by how much the tail is up.
        waves: how often the body rises in one cycle.
    """

    stride_m: float
    full_speed_mps: float
    steps: tuple[Step, ...]
    fold_rad: tuple[float, float]
    spine_rad: tuple[float, float]
    bob_m: float
    sink_m: float
    neck_rad: float
    tail_rad: float
    waves: int


def _steps(stride_m: float, duty: float, lift_m: float, phases: tuple[float, ...]) -> tuple[Step, ...]:
    return tuple(Step(stride_m, duty, lift_m, phase) for phase in phases)


PACES = {
    "gallop": _Pace(
        3.2, 2.5, _steps(3.2, 0.21, 0.22, (0.56, 0.46, 0.1, 0.0)), (1.3, 0.75), (0.16, 0.1), 0.045, 0.035, 0.3, 1.0, 1
    ),
    "walk": _Pace(
        1.0, 0.5, _steps(1.0, 0.62, 0.07, (0.25, 0.75, 0.0, 0.5)), (0.7, 0.35), (0.02, 0.02), 0.01, 0.03, 0.1, 0.0, 2
    ),
}  # fmt: skip


@lru_cache(maxsize=len(PACES))
def skeleton(pose: str, legs: tuple[Leg, ...]) -> Skin:
    """Return the skeleton of a deer that stands on these legs, with the gait of a pose."""
    pace = PACES[pose]
    shift, turns = np.zeros((KEYS, 2)), np.zeros((KEYS, JOINTS))
    shift[:, 1] = pace.bob_m * wave(0.85, pace.waves) - pace.sink_m
    turns[:, BODY] = -0.4 * pace.spine_rad[1] * wave(0.3)
    turns[:, PELVIS] = -pace.spine_rad[0] * wave(0.95)
    turns[:, CHEST] = -pace.spine_rad[1] * wave(0.3)
    turns[:, NECK] = pace.neck_rad + 0.5 * turns[:, CHEST]
    turns[:, HEAD] = 0.4 * pace.neck_rad
    turns[:, TAIL] = pace.tail_rad + turns[:, PELVIS]
    places, parents = list(_TRUNK_PLACES), list(_TRUNK_PARENTS)
    for k, leg in enumerate(legs):
        base, trunk = len(_TRUNK) + 3 * k, CHEST if k < 2 else PELVIS
        hip = turned_about(_xz(leg[0]), _xz(_TRUNK_PLACES[trunk]), turns[:, trunk]) + shift
        hip += _carried(trunk, turns)
        turns[:, base : base + 3] = _leg_turns(leg, hip, pace.steps[k], pace.fold_rad[k // 2], k >= 2)
        places += leg[:3]
        parents += [trunk, base, base + 1]
    names = [*_TRUNK, *(f"{leg}_{part}" for leg in _LEGS for part in ("upper", "middle", "lower"))]
    return skin_of(names, parents, places, turns, shift, (pace.stride_m, pace.full_speed_mps))


def _carried(trunk: int, turns: FloatArray) -> FloatArray:
    """Return (keys, 2) by how much the turning of the body carries the pivot of pelvis or chest."""
    body, pivot = _xz(_TRUNK_PLACES[BODY]), _xz(_TRUNK_PLACES[trunk])
    return turned_about(pivot, body, turns[:, BODY]) - pivot


def _leg_turns(leg: Leg, hip: FloatArray, step: Step, fold_rad: float, hind: bool) -> FloatArray:
    """Return (keys, 3) the turns of the parts of a leg from rest."""
    rest = [_xz(point) for point in leg]
    upper, middle, lower = (float(np.linalg.norm(b - a)) for a, b in itertools.pairwise(rest))
    foot = step.foot(float(rest[0][0]), float(rest[3][1]))
    at_rest = [float(angle_of(a, b)) for a, b in itertools.pairwise(rest)]
    swing = step.swing()
    cannon = at_rest[2] + 0.8 * angle_of(hip, foot) + fold_rad * np.sin(np.pi * swing**0.8)
    hock = foot - down(cannon, lower)
    knee = bent(hip, hock, upper, middle, forward=hind)
    angles = np.column_stack([angle_of(hip, knee), angle_of(knee, hock), cannon])
    return angles - np.array(at_rest)


def _xz(point: tuple[float, float, float]) -> FloatArray:
    return np.array([point[0], point[2]])


def torso_weights(points_m: FloatArray) -> FloatArray:
    """Return weights (n, joints) of the trunk: pelvis behind, chest before, the body between them."""
    x = points_m[:, 0]
    weights = np.zeros((len(points_m), JOINTS))
    weights[:, PELVIS] = smoothstep(0.0, -0.32, x)
    weights[:, CHEST] = smoothstep(-0.12, 0.28, x)
    weights[:, BODY] = np.maximum(1.0 - weights[:, PELVIS] - weights[:, CHEST], 0.0)
    return weights / weights.sum(axis=1, keepdims=True)


def neck_weights(points_m: FloatArray, line_m: FloatArray) -> FloatArray:
    """Return weights (n, joints) of the neck, which ends in chest and head."""
    middle = np.concatenate([line_m[:1], line_m[1:3].mean(axis=0, keepdims=True), line_m[-1:]])
    ends = np.concatenate([middle[:1] - 0.3 * (middle[1] - middle[0]), middle, middle[-1:]])
    ends[-1] = middle[-1] + 0.3 * (middle[-1] - middle[-2])
    return along(points_m, ends, (CHEST, NECK, NECK, HEAD), JOINTS, blend=0.5)


def leg_weights(points_m: FloatArray, k: int, line_m: FloatArray) -> FloatArray:
    """Return weights (n, joints) of one of the four legs."""
    base = len(_TRUNK) + 3 * k
    return along(points_m, line_m, (base, base + 1, base + 2), JOINTS)


def rigid_weights(points_m: FloatArray, joint: int) -> FloatArray:
    """Return weights (n, joints) of what one joint of the trunk moves."""
    return only(points_m, joint, JOINTS)


def hoof_weights(points_m: FloatArray, k: int) -> FloatArray:
    """Return weights (n, joints) of the hoof of one of the four legs."""
    return only(points_m, len(_TRUNK) + 3 * k + 2, JOINTS)
