"""Crashes: the instant at which a driven body meets something that it cannot just push, and becomes dynamic.

Looked for before every step, so that two bodies that crash do so with their own masses and velocities, and
momentum is kept. Bodies that cannot meet before behaviours choose again are left out at little cost.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import cos, hypot, pi, sqrt

import numpy as np

from simgen.geometry import Vec3
from simgen.simulation import measures
from simgen.simulation.attachments import Attachments
from simgen.simulation.bodies import Body
from simgen.simulation.parts import PartBoxes
from simgen.simulation.protocol import Gap, Touch
from simgen.simulation.stage import Stage

_PUSHED_SHARE = 0.1  # a body below this share of its own mass is pushed and does not stop it, assumed
_GROUND_COS = cos(pi / 4)  # a contact whose normal points up by more than 45 degrees is ground
_STEP_SHARE = 0.1  # of its height: what it steps or rolls over, assumed
_TOUCH_M = 0.0005
_CLOSING_MPS = 1e-3  # slower than this nothing meets
_FALL_MPS2 = 10.0  # by which a dynamic body may change its velocity unforeseen, more than gravity's


class Crashes:
    """Finds the bodies that must become dynamic before the next step."""

    def __init__(self, stage: Stage, attachments: Attachments) -> None:
        self._stage, self._attachments = stage, attachments
        self._all, self._boxes = list(stage.bodies), PartBoxes(stage.scene, stage.library)
        self._sort()
        self._pairs: list[tuple[Body, Body]] = []
        self._known_until = -1

    def forget(self) -> None:
        """Look again who may meet: something has appeared, gone or changed its mind."""
        self._known_until = -1
        self._sort()

    def _sort(self) -> None:
        self._movable = [body for body in self._all if body.mode not in ("static", "absent")]
        static = np.array([body.mode == "static" for body in self._all], dtype=bool)
        self._fixed = static[self._boxes.owners]

    def find(self, stride: int) -> list[Touch]:
        """Return who meets in the coming step; a driven body among them must become dynamic before it."""
        clock = self._stage.clock
        if clock.step > self._known_until:
            steps = stride - clock.step % stride
            self._pairs = list(self._may_meet(steps * clock.step_s))
            self._known_until = clock.step + steps - 1
        met = (self._meeting(a, b) for a, b in self._pairs)
        return [touch for touch in met if touch is not None]

    def stopped(self, touches: Iterable[Touch]) -> list[Body]:
        """Return the driven bodies of these meetings, or what carries them, in order of instance id."""
        numbered, root = self._stage.bodies.numbered, self._attachments.root
        met = [(root(numbered(touch.a)), root(numbered(touch.b))) for touch in touches]
        pairs = [*met, *((b, a) for a, b in met)]
        found = {
            a.instance_id: a for a, b in pairs if a.mode == "driven" and a.mass_kg > 0.0 and _stops(a, b)
        }
        return [found[key] for key in sorted(found)]

    # -- who may meet --------------------------------------------------------------------------------------------

    def _may_meet(self, within_s: float) -> list[tuple[Body, Body]]:
        movers = [self._stage.bodies.current(body) for body in self._movable]
        pushing = [row for row, body in enumerate(movers) if body.mode != "dynamic"]
        if not pushing:
            return []
        position = np.array([body.position_m for body in movers])
        reach = np.array([body.reach_m for body in movers]) + _TOUCH_M / 2
        reach += within_s * np.array([body.speed_mps for body in movers]) + _FALL_MPS2 * within_s * within_s
        offset = position[pushing, None] - position[None]
        near = np.einsum("ijk,ijk->ij", offset, offset) <= (reach[pushing, None] + reach[None]) ** 2
        rows, columns = np.nonzero(near)
        found = ((pushing[row], k) for row, k in zip(rows.tolist(), columns.tolist(), strict=True))
        pairs = [(movers[row], movers[k]) for row, k in found if self._counts(row, k, movers)]
        moving = [
            movers[row] for row in pushing if movers[row].mass_kg > 0.0 and any(movers[row].velocity_mps)
        ]
        return pairs + self._static_near(moving, within_s)

    def _counts(self, row: int, other: int, movers: list[Body]) -> bool:
        a, b = movers[row], movers[other]
        if row == other or self._attachments.root(a) is self._attachments.root(b):
            return False
        if b.mode == "dynamic":
            return _stops(self._attachments.root(a), b)
        return row < other

    def _static_near(self, moving: list[Body], within_s: float) -> list[tuple[Body, Body]]:
        if not moving:
            return []
        boxes = np.array([_lifted(body) for body in moving])
        way = np.array([body.velocity_mps for body in moving]) * within_s
        low, high = (
            boxes[:, 0] + np.minimum(way, 0.0) - _TOUCH_M,
            boxes[:, 1] + np.maximum(way, 0.0) + _TOUCH_M,
        )
        rows, parts = np.nonzero(self._boxes.meeting(low, high) & self._fixed)
        found = set(zip(rows.tolist(), self._boxes.owners[parts].tolist(), strict=True))
        return [(moving[row], self._all[other]) for row, other in sorted(found)]

    # -- whether they do -----------------------------------------------------------------------------------------

    def _meeting(self, a: Body, b: Body) -> Touch | None:
        a, b = self._stage.bodies.current(a), self._stage.bodies.current(b)
        if not (a.present and b.present):
            return None
        (ax, ay, az), (bx, by, bz) = a.velocity_mps, b.velocity_mps
        relative = (ax - bx, ay - by, az - bz)
        step_s = self._stage.clock.step_s
        way = sqrt(relative[0] ** 2 + relative[1] ** 2 + relative[2] ** 2) * step_s + _TOUCH_M
        if b.mode != "static" and not self._boxes_near(a, b, way):
            return None
        for body in (a, b):
            if body.mode in ("driven", "carried"):
                self._stage.world.drive(body.instance_id, body.motion)
        for gap in self._stage.world.gaps(a.instance_id, b.instance_id, way):
            closing = _closing(gap, relative)
            if (
                closing > _CLOSING_MPS
                and gap.distance_m <= closing * step_s + _TOUCH_M
                and not _ground(gap, a, b)
            ):
                low, high = sorted((a.instance_id, b.instance_id))
                return Touch(low, high, 0.0, closing, gap.point_m)
        return None

    def _boxes_near(self, a: Body, b: Body, way_m: float) -> bool:
        return measures.least_distance_m(a, b) <= way_m and measures.free_distance_m(a, b) <= way_m


def _stops(a: Body, b: Body) -> bool:
    """Whether `b` is too heavy to be just pushed by `a`; what has no mass of its own cannot be pushed."""
    return b.mode == "static" or b.mass_kg == 0.0 or b.mass_kg >= _PUSHED_SHARE * a.mass_kg


def _closing(gap: Gap, relative_mps: tuple[float, float, float]) -> float:
    """Return how fast a gap closes; its normal points from the second body to the first."""
    nx, ny, nz = gap.normal
    return -(relative_mps[0] * nx + relative_mps[1] * ny + relative_mps[2] * nz)


def _ground(gap: Gap, a: Body, b: Body) -> bool:
    """Whether what `a` meets carries it, or is so low that it goes over it."""
    if gap.normal[2] > _GROUND_COS:
        return True
    return b.mode == "static" and gap.point_m[2] < a.bottom_m + _STEP_SHARE * 2.0 * a.extent((0.0, 0.0, 1.0))


def _lifted(body: Body) -> tuple[Vec3, Vec3]:
    """Return the bounds of a body without its lowest part, whichever way it is turned about the vertical."""
    x, y, z = body.position_m
    up = body.half_m[2] if body.upright else body.extent((0.0, 0.0, 1.0))
    side = hypot(body.half_m[0], body.half_m[1]) if body.upright else body.reach_m
    return (x - side, y - side, z - up * (1.0 - 2.0 * _STEP_SHARE)), (x + side, y + side, z + up)
