"""Behaviours off the road: waypoints, flee, wander."""

from __future__ import annotations

from math import atan2, copysign, cos, hypot, sin

from simgen.geometry import Vec3
from simgen.records.behaviour import Behaviour
from simgen.simulation import measures
from simgen.simulation.behaviours.base import (
    Begin,
    Leaf,
    Move,
    Pilot,
    along,
    change_speed,
    level_direction,
    middle_over,
)
from simgen.simulation.behaviours.footing import Footing, level_speed_mps
from simgen.simulation.bodies import STILL, turn_between
from simgen.simulation.stage import Stage

_TURN_BACK_RADPS = 1.0  # a body that went too far turns back at least this fast, assumed


class Waypoints(Leaf):
    """Straight from point to point."""

    def __init__(self, node: Behaviour, stage: Stage, pilot: Pilot, begin: Begin) -> None:
        del stage, begin
        flat = [float(part) for part in _numbers(node)]
        feet = [(flat[k], flat[k + 1], flat[k + 2]) for k in range(0, len(flat), 3)]
        self._pilot, self._speed = pilot, node.number("speed_mps")
        self._points = [middle_over(foot, pilot.body) for foot in feet]

    def advance(self, dt_s: float) -> Move:
        """Go to the next point."""
        if not self._points:
            return Move(STILL, 0.0, self._pilot.velocity_mps, done=True)
        (x, y, z), (gx, gy, gz) = self._pilot.position_m, self._points[0]
        way = (gx - x, gy - y, gz - z)
        left = (way[0] ** 2 + way[1] ** 2 + way[2] ** 2) ** 0.5
        if left > self._speed * dt_s:
            velocity = along(way, self._speed / left)
            return Move(along(velocity, dt_s), dt_s, velocity)
        self._points.pop(0)
        velocity = along(way, self._speed / left) if left > 0.0 else self._pilot.velocity_mps
        return Move(way, left / self._speed, velocity, done=not self._points)


def _numbers(node: Behaviour) -> tuple[float | str, ...]:
    points = node.value("points_m")
    if not isinstance(points, tuple):
        raise KeyError(f"'points_m' of '{node.kind}' lists no numbers: {points!r}")
    return points


class Flee(Leaf):
    """Away from a body, until it is far enough."""

    def __init__(self, node: Behaviour, stage: Stage, pilot: Pilot, begin: Begin) -> None:
        del begin
        self._stage, self._pilot = stage, pilot
        self._threat = stage.bodies.named(node.text("from"))
        self._top, self._rate = node.number("speed_mps"), node.number("acceleration_mps2")
        self._far, self._footing = node.number("distance_m"), Footing(stage, pilot)

    def advance(self, dt_s: float) -> Move:
        """Run on."""
        threat, pilot = self._stage.bodies.current(self._threat), self._pilot
        if not threat.present or measures.middle_distance_m(threat, pilot.body) >= self._far:
            return Move(STILL, 0.0, pilot.velocity_mps, done=True)
        away = level_direction(threat.position_m, pilot.position_m) or pilot.direction()
        change = change_speed(level_speed_mps(pilot.velocity_mps), self._top, self._rate, dt_s)
        self._footing.go(change.way_m)
        velocity = self._footing.on_ground(along(away, change.speed_mps))
        way = self._footing.on_ground(along(away, change.way_m))
        return Move(way, dt_s, velocity, acceleration_mps2=self._rate)


class Wander(Leaf):
    """About a place, turning at random."""

    def __init__(self, node: Behaviour, stage: Stage, pilot: Pilot, begin: Begin) -> None:
        del begin
        self._pilot, self._generator = pilot, stage.generator(node.path)
        self._speed, self._spread = node.number("speed_mps"), node.number("turn_radps")
        self._radius, self._home = node.number("radius_m"), pilot.position_m
        self._heading, self._rate, self._left = pilot.heading_rad, 0.0, 0.0
        self._footing = Footing(stage, pilot)

    def advance(self, dt_s: float) -> Move:
        """Go on, on an arc."""
        if self._left <= 1e-9:
            self._rate, self._left = self._spread * float(self._generator.standard_normal()), 1.0
        used = min(dt_s, self._left)
        self._left -= used
        turn = self._turn(used)
        middle = self._heading + turn / 2
        self._heading += turn
        velocity: Vec3 = (self._speed * cos(self._heading), self._speed * sin(self._heading), 0.0)
        way = (self._speed * used * cos(middle), self._speed * used * sin(middle), 0.0)
        self._footing.go(self._speed * used)
        return Move(self._footing.on_ground(way), used, self._footing.on_ground(velocity))

    def _turn(self, dt_s: float) -> float:
        (x, y, _), (hx, hy, _) = self._pilot.position_m, self._home
        if hypot(x - hx, y - hy) <= self._radius:
            return self._rate * dt_s
        off = turn_between(self._heading, atan2(hy - y, hx - x))  # to the way home
        most = max(abs(self._rate), _TURN_BACK_RADPS, self._speed / self._radius) * dt_s
        return off if abs(off) <= most else copysign(most, off)
