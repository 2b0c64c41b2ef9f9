"""Behaviours that need nothing but the body's own velocity: idle, constant_velocity, accelerate_to, brake."""

from __future__ import annotations

from math import cos, sin

from simgen.records.behaviour import Behaviour
from simgen.simulation.behaviours.base import Begin, Leaf, Move, Pilot, along, change_speed, straight
from simgen.simulation.behaviours.lanes import LaneFollower
from simgen.simulation.bodies import STILL
from simgen.simulation.stage import Stage


class Idle(Leaf):
    """Stays where it is."""

    def __init__(self, node: Behaviour, stage: Stage, pilot: Pilot, begin: Begin) -> None:
        del node, stage, pilot, begin

    def advance(self, dt_s: float) -> Move:
        """Stay."""
        return Move(STILL, dt_s, STILL)


class ConstantVelocity(Leaf):
    """Straight on at one speed."""

    def __init__(self, node: Behaviour, stage: Stage, pilot: Pilot, begin: Begin) -> None:
        del stage, begin
        heading = node.optional("heading_rad")
        heading = pilot.heading_rad if heading is None else heading
        self._direction = (cos(heading), sin(heading), 0.0)
        self._speed = node.number("speed_mps")

    def advance(self, dt_s: float) -> Move:
        """Go on."""
        return straight(self._direction, self._speed, dt_s)


class SpeedChange(Leaf):
    """Changes speed along its way, the lanes that it follows or else straight; ends when the new one is reached."""

    def __init__(self, node: Behaviour, stage: Stage, pilot: Pilot, begin: Begin) -> None:
        del begin
        self._pilot = pilot
        self._target = node.number("speed_mps") if node.has("speed_mps") else 0.0
        rate = "deceleration_mps2" if node.kind == "brake" else "acceleration_mps2"
        self._rate = abs(node.number(rate))
        self._direction = pilot.direction()
        self._lane = None if pilot.place is None else LaneFollower(node, stage, pilot, pilot.place.lane)

    def advance(self, dt_s: float) -> Move:
        """Change the speed until it is reached."""
        speed = self._pilot.speed_mps
        change = change_speed(speed, self._target, self._rate, dt_s)
        used = min(change.reached_after_s, dt_s)
        way = change_speed(speed, self._target, self._rate, used).way_m
        done = change.reached_after_s <= dt_s
        if self._lane is not None and used > 0.0:
            move = self._lane.go(way, self._lane.lateral_m, used, change.speed_mps)
        else:
            move = Move(along(self._direction, way), used, along(self._direction, change.speed_mps))
        return move._replace(done=done, acceleration_mps2=self._rate)


class Brake(SpeedChange):
    """Slows down; a body that is slower already is left as it is."""

    def advance(self, dt_s: float) -> Move:
        """Slow down until the speed is reached."""
        if self._pilot.speed_mps <= self._target:
            return Move(STILL, 0.0, self._pilot.velocity_mps, done=True)
        return super().advance(dt_s)
