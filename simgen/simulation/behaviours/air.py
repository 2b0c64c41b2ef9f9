"""Behaviours in the air: hover, orbit."""

from __future__ import annotations

from math import atan2, cos, pi, sin

from simgen.geometry import Vec3
from simgen.records.behaviour import Behaviour
from simgen.simulation.behaviours.base import Begin, Leaf, Move, Pilot, along, middle_over, to_point
from simgen.simulation.bodies import STILL
from simgen.simulation.stage import Stage

_APPROACH_MPS = 5.0  # of a body that hovers and is not yet there, assumed
_ON_CIRCLE_M = 1e-6


def _toward(start_m: Vec3, end_m: Vec3, speed_mps: float, dt_s: float) -> Move | None:
    """Return the straight move to a point; None where it is reached already."""
    way = (end_m[0] - start_m[0], end_m[1] - start_m[1], end_m[2] - start_m[2])
    left = (way[0] ** 2 + way[1] ** 2 + way[2] ** 2) ** 0.5
    if left <= _ON_CIRCLE_M:
        return None
    used = min(dt_s, left / speed_mps)
    velocity = along(way, speed_mps / left)
    return Move(along(velocity, used), used, velocity)


class Hover(Leaf):
    """Stays at a place, up and down; goes there first where it is elsewhere."""

    def __init__(self, node: Behaviour, stage: Stage, pilot: Pilot, begin: Begin) -> None:
        del stage, begin
        self._pilot = pilot
        given = node.has("position_m")
        self._place = middle_over(node.vector("position_m"), pilot.body) if given else pilot.position_m
        self._amplitude, self._omega = node.number("amplitude_m"), 2.0 * pi / node.number("period_s")
        self._there, self._passed = False, 0.0

    def advance(self, dt_s: float) -> Move:
        """Stay."""
        if not self._there:
            move = _toward(self._pilot.position_m, self._place, _APPROACH_MPS, dt_s)
            if move is not None:
                return move
            self._there = True
        self._passed += dt_s
        x, y, z = self._place
        up = self._amplitude * sin(self._omega * self._passed)
        climb = self._amplitude * self._omega * cos(self._omega * self._passed)
        return to_point(self._pilot.position_m, (x, y, z + up), dt_s, (0.0, 0.0, climb))


class Orbit(Leaf):
    """A level circle, counter-clockwise, about a point or a body that may move; goes to it first."""

    def __init__(self, node: Behaviour, stage: Stage, pilot: Pilot, begin: Begin) -> None:
        del begin
        self._stage, self._pilot = stage, pilot
        self._center, self._height = stage.target(node, "center"), node.number("height_m")
        self._radius, self._speed = node.number("radius_m"), node.number("speed_mps")
        x, y, _ = self._middle(0.0)
        self._angle = atan2(pilot.position_m[1] - y, pilot.position_m[0] - x)
        self._there = False

    def advance(self, dt_s: float) -> Move:
        """Go on round."""
        if not self._there:
            move = _toward(self._pilot.position_m, self._at(dt_s), self._speed, dt_s)
            if move is not None and move.used_s >= dt_s:
                return move
            self._there = True
            if move is not None:
                return move
        self._angle += self._speed / self._radius * dt_s
        c, s = cos(self._angle), sin(self._angle)
        velocity = (-s * self._speed, c * self._speed, 0.0)
        return to_point(self._pilot.position_m, self._at(dt_s), dt_s, velocity)

    def _middle(self, after_s: float) -> Vec3:
        center = self._stage.bodies.current(self._center)
        (x, y, z), (vx, vy, vz) = center.position_m, center.velocity_mps if center.instance_id else STILL
        return (x + vx * after_s, y + vy * after_s, z + vz * after_s + self._height)

    def _at(self, after_s: float) -> Vec3:
        x, y, z = self._middle(after_s)
        return (x + self._radius * cos(self._angle), y + self._radius * sin(self._angle), z)
