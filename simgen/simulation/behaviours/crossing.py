"""Behaviours that put something in the way: cross, dart_out, sync_arrival."""

from __future__ import annotations

from math import cos, hypot, inf, sin

from simgen.geometry import Vec3
from simgen.records.behaviour import Behaviour
from simgen.simulation.behaviours.base import (
    EPSILON_S,
    NEAR_M,
    Begin,
    Leaf,
    Move,
    Pilot,
    along,
    change_speed,
    level_direction,
    middle_over,
    straight,
    time_for,
)
from simgen.simulation.behaviours.footing import Footing, level_speed_mps
from simgen.simulation.behaviours.lanes import lane_named
from simgen.simulation.bodies import STILL, Body
from simgen.simulation.stage import Stage


class Cross(Leaf):
    """Straight over a path to the other side, as high above it as where it began."""

    def __init__(self, node: Behaviour, stage: Stage, pilot: Pilot, begin: Begin) -> None:
        del begin
        lane = stage.lanes[lane_named(node, stage, pilot)]
        s, lateral = lane.s_of(pilot.foot_m)
        here = lane.point_at(s)
        angle = node.number("angle_rad")
        side = -1.0 if lateral > 0.0 else 1.0
        heading = here.heading_rad + side * angle
        self._direction = (cos(heading), sin(heading), 0.0)
        self._left = (abs(lateral) + node.number("beyond_m")) / abs(sin(angle))
        self._speed = node.number("speed_mps")
        slope = here.slope * cos(angle)  # rise over its own way
        self._velocity = (
            self._direction[0] * self._speed,
            self._direction[1] * self._speed,
            slope * self._speed,
        )

    def advance(self, dt_s: float) -> Move:
        """Go on to the other side."""
        used = min(dt_s, self._left / self._speed)
        self._left -= used * self._speed
        return Move(along(self._velocity, used), used, self._velocity, self._left <= NEAR_M)


class DartOut(Leaf):
    """Out into the open, as fast as it can."""

    def __init__(self, node: Behaviour, stage: Stage, pilot: Pilot, begin: Begin) -> None:
        del begin
        heading = node.optional("heading_rad")
        if heading is None:
            goal = stage.target(node, "toward")
            self._direction = level_direction(pilot.position_m, goal.position_m) or pilot.direction()
        else:
            self._direction = (cos(heading), sin(heading), 0.0)
        self._top, self._rate = node.number("speed_mps"), node.number("acceleration_mps2")
        self._left, self._speed = node.number("distance_m"), level_speed_mps(pilot.velocity_mps)
        self._footing = Footing(stage, pilot)

    def advance(self, dt_s: float) -> Move:
        """Run on, until the distance is covered."""
        used = min(dt_s, time_for(self._left, self._speed, self._top, self._rate))
        change = change_speed(self._speed, self._top, self._rate, used)
        self._left, self._speed = self._left - change.way_m, change.speed_mps
        self._footing.go(change.way_m)
        velocity = self._footing.on_ground(along(self._direction, self._speed))
        way = self._footing.on_ground(along(self._direction, change.way_m))
        return Move(way, used, velocity, self._left <= NEAR_M, self._rate)


class SyncArrival(Leaf):
    """Straight to a point, there when another body passes its own."""

    def __init__(self, node: Behaviour, stage: Stage, pilot: Pilot, begin: Begin) -> None:
        del begin
        self._stage, self._pilot = stage, pilot
        self._goal = stage.target(node, "point")
        self._other = stage.bodies.named(node.text("with"))
        meets_elsewhere = node.has("meet") or node.has("meet_m")
        self._meet = stage.target(node, "meet") if meets_elsewhere else self._goal
        self._offset = node.optional("offset_s") or 0.0
        self._most = node.number("max_speed_mps")

    def advance(self, dt_s: float) -> Move:
        """Go on at the speed that it takes."""
        way = self._way()
        left = (way[0] ** 2 + way[1] ** 2 + way[2] ** 2) ** 0.5
        if left == 0.0:
            return Move(STILL, 0.0, self._pilot.velocity_mps, done=True)
        direction = along(way, 1.0 / left)
        speed = self._speed(left)
        if speed * dt_s < left - EPSILON_S * speed:
            return straight(direction, speed, dt_s)
        return Move(way, left / speed, along(direction, speed), done=True)

    def _way(self) -> Vec3:
        x, y, z = self._pilot.position_m
        goal = self._stage.bodies.current(self._goal)
        if goal.instance_id:  # to a body: level
            return (goal.position_m[0] - x, goal.position_m[1] - y, 0.0)
        gx, gy, gz = middle_over(goal.position_m, self._pilot.body)
        return (gx - x, gy - y, gz - z)

    def _speed(self, left_m: float) -> float:
        time_left = self._other_arrives_in() + self._offset
        if time_left == inf:
            return 0.0
        return min(left_m / time_left, self._most) if time_left > 0.0 else self._most

    def _other_arrives_in(self) -> float:
        other, meet = self._stage.bodies.current(self._other), self._stage.bodies.current(self._meet)
        speed = other.speed_mps
        return self._way_of(other, meet) / speed if speed > 0.0 else inf

    def _way_of(self, other: Body, meet: Body) -> float:
        """Return how far the other has to go: along its lanes if it follows some, else straight; negative if passed."""
        place = self._stage.place_of(other.name)
        if place is None:
            (ox, oy, _), (mx, my, _), (vx, vy, _) = other.position_m, meet.position_m, other.velocity_mps
            return ((mx - ox) * vx + (my - oy) * vy) / max(hypot(vx, vy), 1e-9)
        lanes, name, way = self._stage.lanes, place.lane, -place.s_m
        for _ in range(len(lanes)):
            s, _ = lanes[name].s_of(meet.position_m)
            following = lanes[name].lane.next
            if s <= lanes[name].length_m or not following:
                return way + s
            way, name = way + lanes[name].length_m, following[0]
        return way
