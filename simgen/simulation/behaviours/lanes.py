"""Behaviours along lanes: follow_path, lane_change, follow_lead."""

from __future__ import annotations

from math import cos, inf, sin, sqrt

from simgen.errors import SimulationError
from simgen.records.behaviour import Behaviour
from simgen.simulation import measures
from simgen.simulation.behaviours.base import NEAR_M, Begin, Leaf, Move, Pilot, along, to_point
from simgen.simulation.stage import LanePlace, Stage
from simgen.worlds.lane_graph import LaneGraph

_SIDEWAYS = 0.2  # of its speed: how fast an actor comes over to the lateral it was asked for, assumed
_HARDEST_MPS2 = 9.0  # of the Intelligent Driver Model's braking: what dry asphalt gives, assumed
_NEAREST_M = 0.1  # a smaller gap brakes like this one


class LaneFollower(Leaf):
    """Goes along lanes at a distance to the side; how far and how fast is up to others.

    Attributes:
        lateral_m: how far it is to the left of the lane now.
    """

    def __init__(self, node: Behaviour, stage: Stage, pilot: Pilot, lane: str) -> None:
        self._node, self._stage, self._pilot = node, stage, pilot
        self._lanes: LaneGraph = stage.lanes
        self._lane = lane
        foot = pilot.foot_m
        self._s, self.lateral_m = self._lanes[lane].s_of(foot)
        self._clearance = foot[2] - self._lanes[lane].point_at(self._s, self.lateral_m).position_m[2]
        self._note(pilot.speed_mps)

    def go(self, way_m: float, lateral_m: float, dt_s: float, speed_mps: float) -> Move:
        """Return the move that much further along, at this lateral, ending with this speed."""
        self._note(way_m / dt_s if dt_s > 0.0 else 0.0)
        self._s, self.lateral_m = self._s + way_m, lateral_m
        lane, s_m = self._lanes.advance(self._lane, self._s)
        if lane != self._lane:
            self._lane, self._s = lane, s_m
        point = self._lanes[lane].point_at(s_m, lateral_m)
        (x, y, z), half = point.position_m, self._pilot.body.half_m[2]
        goal = (x, y, z + half + self._clearance)
        run = 1.0 / sqrt(1.0 + point.slope * point.slope)
        direction = (
            cos(point.heading_rad) * run,
            sin(point.heading_rad) * run,
            point.slope * run,
        )
        return to_point(self._pilot.position_m, goal, dt_s, along(direction, speed_mps))

    def _note(self, speed_mps: float) -> None:
        """Tell others where this body is, and how fast it goes on from here."""
        self._pilot.place = LanePlace(self._lane, self._s, self._stage.clock.step, speed_mps)

    @property
    def _left_m(self) -> float:
        return self._lanes.left_to_go_m(self._lane, self._s)


def lane_named(node: Behaviour, stage: Stage, pilot: Pilot) -> str:
    """Return the lane that a behaviour follows: the one named, the one it is on, else the nearest."""
    if node.has("path"):
        name = node.text("path")
        if name not in stage.lanes:
            raise SimulationError(f"{node.path}: no lane '{name}'; known: {', '.join(stage.lanes) or 'none'}")
        return name
    if pilot.place is not None:
        return pilot.place.lane
    if not len(stage.lanes):
        raise SimulationError(f"{node.path}: '{node.kind}' needs a lane or path, and the scene has none")
    return min(stage.lanes, key=lambda name: abs(stage.lanes[name].s_of(pilot.foot_m)[1]))


class FollowPath(LaneFollower):
    """Along a lane and on into those that follow it."""

    def __init__(self, node: Behaviour, stage: Stage, pilot: Pilot, begin: Begin) -> None:
        del begin
        super().__init__(node, stage, pilot, lane_named(node, stage, pilot))
        self._speed = node.number("speed_mps")
        wanted = node.optional("lateral_m")
        self._wanted = self.lateral_m if wanted is None else wanted

    def advance(self, dt_s: float) -> Move:
        """Go on, to the end of the last lane."""
        left = self._left_m
        used = min(dt_s, max(left, 0.0) / self._speed) if self._speed > 0.0 else dt_s
        most = _SIDEWAYS * self._speed * used
        lateral = self.lateral_m + min(max(self._wanted - self.lateral_m, -most), most)
        move = self.go(self._speed * used, lateral, used, self._speed)
        return move._replace(done=left - self._speed * used <= NEAR_M)


class LaneChange(LaneFollower):
    """Over to another lane on a curve without jerk at its ends."""

    def __init__(self, node: Behaviour, stage: Stage, pilot: Pilot, begin: Begin) -> None:
        del begin
        name = node.text("to")
        if name not in stage.lanes:
            raise SimulationError(f"{node.path}: no lane '{name}'; known: {', '.join(stage.lanes) or 'none'}")
        super().__init__(node, stage, pilot, name)
        speed = node.optional("speed_mps")
        self._speed = pilot.speed_mps if speed is None else speed
        self._from, self._time, self._passed = self.lateral_m, node.number("time_s"), 0.0

    def advance(self, dt_s: float) -> Move:
        """Go on, over to the new lane."""
        used = min(dt_s, self._time - self._passed)
        self._passed += used
        t = min(self._passed / self._time, 1.0)
        lateral = self._from * (1.0 - t * t * t * (10.0 - 15.0 * t + 6.0 * t * t))
        move = self.go(self._speed * used, lateral, used, self._speed)
        return move._replace(done=self._passed >= self._time - 1e-9)


class FollowLead(LaneFollower):
    """Behind a body, by the Intelligent Driver Model (Treiber, Hennecke, Helbing, Phys. Rev. E 62, 2000)."""

    def __init__(self, node: Behaviour, stage: Stage, pilot: Pilot, begin: Begin) -> None:
        del begin
        super().__init__(node, stage, pilot, lane_named(node, stage, pilot))
        self._lead = stage.bodies.named(node.text("lead"))
        self._wanted, self._headway = node.number("speed_mps"), node.number("headway_s")
        self._rest, self._a = node.number("gap_m"), node.number("acceleration_mps2")
        self._b = node.number("deceleration_mps2")
        self._brakes = 2.0 * sqrt(self._a * self._b)
        self._own_length = pilot.body.half_length_m
        self._lengths = self._own_length + self._lead.half_length_m

    def advance(self, dt_s: float) -> Move:
        """Go on; speeds are integrated by the ballistic rule (Treiber and Kanagaraj, Physica A 419, 2015)."""
        speed = self._pilot.speed_mps
        change = self.acceleration(speed, *self._gap()) * dt_s
        new = max(speed + change, 0.0)
        moving_s = dt_s if new > 0.0 or change == 0.0 else dt_s * speed / -change
        return self.go((speed + new) / 2.0 * moving_s, self.lateral_m, dt_s, new)

    def acceleration(self, speed_mps: float, gap_m: float, closing_mps: float) -> float:
        """Return the model's acceleration."""
        free = 1.0 - (speed_mps / self._wanted) ** 4
        if gap_m == inf:
            return max(self._a * free, -_HARDEST_MPS2)
        dynamic = speed_mps * self._headway + speed_mps * closing_mps / self._brakes
        wanted = self._rest + max(0.0, dynamic)
        return max(self._a * (free - (wanted / max(gap_m, _NEAREST_M)) ** 2), -_HARDEST_MPS2)

    def _gap(self) -> tuple[float, float]:
        """Return (gap, closing speed) to the lead; (infinite, 0) where it is gone or behind."""
        lead, me = self._stage.bodies.current(self._lead), self._pilot.body
        if not lead.present:
            return inf, 0.0
        fx, fy = me.front
        closing = self._pilot.speed_mps - (lead.velocity_mps[0] * fx + lead.velocity_mps[1] * fy)
        place = self._stage.place_of(lead.name)
        if place is not None and place.lane == self._lane:
            ahead, lengths = place.s_m - self._s, self._lengths
        else:
            ahead = measures.ahead_m(me, lead)
            lengths = self._own_length + lead.extent((fx, fy, 0.0))
        return (ahead - lengths, closing) if ahead > 0.0 else (inf, 0.0)
