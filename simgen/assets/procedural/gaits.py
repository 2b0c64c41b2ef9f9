"""How the limbs of animals and people move as they go: feet that stand still on the ground, and joints that follow.

All of it happens in planes of constant y. Angles are about +y, from straight down: positive ones point a limb back.
A foot that bears weight goes back exactly as fast as the body goes forward, so that it does not slide; the joints
above it follow by the law of cosines.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simgen.assets.procedural.noise import smoothstep
from simgen.geometry import FloatArray
from simgen.records.asset import Gait, Skin

KEYS = 24  # poses of one stride; assumed
_NEARLY_STRAIGHT = 0.998  # of its length: what a leg may be stretched to


@dataclass(frozen=True, slots=True)
class Step:
    """How a foot goes in one cycle.

    Attributes:
        stride_m: way of the body in one cycle.
        duty: share of the cycle in which the foot bears weight.
        lift_m: how high it is carried forward.
        phase: when it comes down, as a share of the cycle.
        ahead_m: by how much more it reaches ahead of its hip than behind it.
    """

    stride_m: float
    duty: float
    lift_m: float
    phase: float
    ahead_m: float = 0.0

    def swing(self) -> FloatArray:
        """Return (keys,) how much of its way forward the foot has gone, 0 while it bears weight."""
        return np.maximum(self.since() - self.duty, 0.0) / (1.0 - self.duty)

    def foot(self, hip_x_m: float, ground_m: float) -> FloatArray:
        """Return (keys, 2) where the foot is, x and z in the body's frame, for a hip that is at rest above x."""
        reach, swing = self.stride_m * self.duty / 2, self.swing()
        x = hip_x_m + self.ahead_m + reach - self.stride_m * np.minimum(self.since(), self.duty)
        x = x + 2 * reach * smoothstep(0.0, 1.0, swing)
        return np.column_stack([x, ground_m + self.lift_m * np.sin(np.pi * swing) ** 1.5])

    def since(self) -> FloatArray:
        """Return (keys,) how long ago the foot came down, as a share of the cycle."""
        return (phases() - self.phase) % 1.0


def phases() -> FloatArray:
    """Return (keys,) the places of the keys in the cycle."""
    return np.arange(KEYS) / KEYS


def wave(phase: float, times: int = 1) -> FloatArray:
    """Return (keys,) a cosine that is 1 at a phase of the cycle."""
    return np.cos(2 * np.pi * times * (phases() - phase))


def angle_of(start_m: FloatArray, end_m: FloatArray) -> FloatArray:
    """Return (keys,) the angle of a limb between points (keys, 2) or (2,), x and z."""
    way = np.asarray(end_m) - np.asarray(start_m)
    return np.arctan2(-way[..., 0], -way[..., 1])


def down(angle_rad: FloatArray, length_m: float) -> FloatArray:
    """Return (keys, 2) the way from the start to the end of a limb."""
    return -length_m * np.column_stack([np.sin(angle_rad), np.cos(angle_rad)])


def bent(hip_m: FloatArray, end_m: FloatArray, upper_m: float, lower_m: float, forward: bool) -> FloatArray:
    """Return (keys, 2) where the joint between two limbs lies; out of reach, they stretch towards the end.

    Args:
        hip_m: (keys, 2) where the upper one begins.
        end_m: (keys, 2) where the lower one is to end.
        upper_m: length.
        lower_m: length.
        forward: whether the joint points ahead, as a knee, or behind.
    """
    far = np.linalg.norm(end_m - hip_m, axis=1)
    far = np.clip(far, 1.001 * abs(upper_m - lower_m), _NEARLY_STRAIGHT * (upper_m + lower_m))
    inner = np.arccos(np.clip((upper_m**2 + far**2 - lower_m**2) / (2 * upper_m * far), -1.0, 1.0))
    turn = angle_of(hip_m, end_m) + (-inner if forward else inner)
    return hip_m + down(turn, upper_m)


def turned_about(points_m: FloatArray, pivot_m: FloatArray, angle_rad: FloatArray) -> FloatArray:
    """Return (keys, 2) points (2,) turned about others by angles (keys,)."""
    x, z = (np.asarray(points_m) - np.asarray(pivot_m)).T
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return np.asarray(pivot_m) + np.column_stack([x * c + z * s, -x * s + z * c])


def skin_of(
    names: Sequence[str],
    parents: Sequence[int],
    places_m: Sequence[tuple[float, float, float]],
    turns_rad: FloatArray,
    shift_m: FloatArray,
    pace: tuple[float, float],
) -> Skin:
    """Return a skeleton whose joints turn about y.

    Args:
        names: of the joints.
        parents: of the joints.
        places_m: of the joints at rest.
        turns_rad: (keys, joints) turn of each from rest, all that is above it included.
        shift_m: (keys, 2) of the first joint, x and z.
        pace: way of one cycle, m, and the speed from which on the motion is full, m/s.
    """
    own = turns_rad.copy()
    for k, parent in enumerate(parents):
        if parent >= 0:
            own[:, k] -= turns_rad[:, parent]
    rotations = np.zeros((*own.shape, 4))
    rotations[..., 0], rotations[..., 2] = np.cos(own / 2), np.sin(own / 2)
    shifts = np.zeros((*own.shape, 3))
    shifts[:, 0, 0], shifts[:, 0, 2] = shift_m.T
    rest = np.tile(np.eye(4), (len(names), 1, 1))
    rest[:, :3, 3] = places_m
    return Skin(tuple(names), tuple(parents), rest, Gait(pace[0], pace[1], rotations, shifts))


def along(
    points_m: FloatArray, line_m: FloatArray, joints: Sequence[int], count: int, blend: float = 0.3
) -> FloatArray:
    """Return weights (n, count) of points around a bent line: near a bend both limbs have a share.

    Args:
        points_m: (n, 3).
        line_m: (k, 3) corners.
        joints: k - 1 joints, one for each stretch.
        count: of all joints.
        blend: share of a stretch on both sides of a bend over which it is shared.
    """
    place = _place(points_m, line_m)
    weights = np.zeros((len(points_m), count))
    for k, joint in enumerate(joints):
        start = 1.0 if k == 0 else smoothstep(k - blend, k + blend, place)
        end = 0.0 if k == len(joints) - 1 else smoothstep(k + 1 - blend, k + 1 + blend, place)
        weights[:, joint] += start - end
    return weights


def only(points_m: FloatArray, joint: int, count: int) -> FloatArray:
    """Return weights (n, count) of points that one joint moves."""
    weights = np.zeros((len(points_m), count))
    weights[:, joint] = 1.0
    return weights


def _place(points_m: FloatArray, line_m: FloatArray) -> FloatArray:
    """Return (n,) on which stretch of a line, and where on it, the nearest place to each point is."""
    nearest, place = np.full(len(points_m), np.inf), np.zeros(len(points_m))
    for k, (start, end) in enumerate(itertools.pairwise(line_m)):
        way = end - start
        t = np.clip((points_m - start) @ way / (way @ way), 0.0, 1.0)
        off = np.linalg.norm(points_m - start - t[:, None] * way, axis=1)
        closer = off < nearest
        place[closer], nearest[closer] = k + t[closer], off[closer]
    return place
