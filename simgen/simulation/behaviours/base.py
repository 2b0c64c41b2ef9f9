"""What all behaviours share: who is steered, what a behaviour answers, and the arithmetic of changing speed."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, hypot, inf, sin, sqrt
from typing import NamedTuple, Protocol

from simgen.geometry import Vec3
from simgen.records.behaviour import Behaviour
from simgen.simulation.bodies import STILL, Body
from simgen.simulation.stage import LanePlace, Stage

EPSILON_S = 1e-9  # less time than this is none
NEAR_M = 1e-9  # a way shorter than this is done
_MOVING_MPS = 1e-9


class Move(NamedTuple):
    """What a behaviour does with the time it was given.

    Attributes:
        way_m: displacement of the body, world.
        used_s: time that it took; less than what was given only if it has ended.
        velocity_mps: at the end of it.
        done: whether the behaviour has ended.
        acceleration_mps2: bound on velocity changes of a dynamic actor; infinite: the driver's own.
        steers: whether it gives a velocity at all; only `parallel` cares.
        heading_rad: of the front; None: along the way.
    """

    way_m: Vec3
    used_s: float
    velocity_mps: Vec3
    done: bool = False
    acceleration_mps2: float = inf
    steers: bool = True
    heading_rad: float | None = None


class Pilot:
    """The body that a behaviour steers, as it will be at the instant the behaviour is asked about.

    Attributes:
        position_m: of its middle.
        velocity_mps: that it has.
        heading_rad: of its front.
    """

    __slots__ = ("_places", "body", "heading_rad", "position_m", "velocity_mps")

    def __init__(self, body: Body, stage: Stage) -> None:
        self.body, self._places = body, stage.places
        self.position_m, self.velocity_mps = body.position_m, body.velocity_mps
        self.heading_rad = body.heading_rad

    @property
    def place(self) -> LanePlace | None:
        """Where it is on the lanes, while it follows them."""
        return self._places.get(self.body.name)

    @place.setter
    def place(self, place: LanePlace | None) -> None:
        if place is None:
            self._places.pop(self.body.name, None)
        else:
            self._places[self.body.name] = place

    @property
    def speed_mps(self) -> float:
        """Length of its velocity."""
        x, y, z = self.velocity_mps
        return sqrt(x * x + y * y + z * z)

    @property
    def foot_m(self) -> Vec3:
        """The middle of its underside, which is what places in scenarios mean."""
        x, y, z = self.position_m
        return (x, y, z - self.body.half_m[2])

    def direction(self) -> Vec3:
        """Return the unit vector of its velocity, or of its front where it stands."""
        speed = self.speed_mps
        if speed > _MOVING_MPS:
            x, y, z = self.velocity_mps
            return (x / speed, y / speed, z / speed)
        return (cos(self.heading_rad), sin(self.heading_rad), 0.0)


class Running(Protocol):
    """A behaviour that goes on."""

    def advance(self, dt_s: float) -> Move:
        """Steer for so long, or until it ends. Called once for every stretch of time, in order."""
        ...

    def look(self) -> bool:
        """Look at the conditions that may end a part of it; called at every step, true where one has."""
        ...


class Leaf:
    """A behaviour without parts or conditions."""

    def look(self) -> bool:
        """There is nothing to look at."""
        return False


Begin = Callable[[Behaviour], Running]
Maker = Callable[[Behaviour, Stage, Pilot, Begin], Running]  # (record, stage, who, how to begin a part)


class Change(NamedTuple):
    """A change of speed at a constant rate, and what is left of the time at the new speed."""

    way_m: float
    speed_mps: float
    reached_after_s: float


def change_speed(from_mps: float, to_mps: float, by_mps2: float, dt_s: float) -> Change:
    """Return what becomes of a speed in `dt_s`: s = v t + a t² / 2 until it is reached, then v t."""
    needed_s = abs(to_mps - from_mps) / by_mps2 if by_mps2 > 0.0 else (0.0 if to_mps == from_mps else inf)
    changing_s = min(needed_s, dt_s)
    rate = by_mps2 if to_mps > from_mps else -by_mps2
    speed = to_mps if needed_s <= dt_s else from_mps + rate * changing_s
    way = (from_mps + speed) / 2 * changing_s + speed * (dt_s - changing_s)
    return Change(way, speed, needed_s)


def time_for(way_m: float, speed_mps: float, to_mps: float, by_mps2: float) -> float:
    """Return how long a way takes from a speed that changes at a constant rate up to `to_mps`."""
    change = change_speed(speed_mps, to_mps, by_mps2, 0.0)
    full_s = change.reached_after_s
    covered = change_speed(speed_mps, to_mps, by_mps2, full_s).way_m if full_s < inf else inf
    if way_m >= covered:
        return full_s + (way_m - covered) / to_mps if to_mps > 0.0 else inf
    rate = by_mps2 if to_mps > speed_mps else -by_mps2
    under = max(speed_mps * speed_mps + 2.0 * rate * way_m, 0.0)
    return 2.0 * way_m / (speed_mps + sqrt(under))


def along(direction: Vec3, length: float) -> Vec3:
    """Return a multiple of a unit vector."""
    return (direction[0] * length, direction[1] * length, direction[2] * length)


def middle_over(foot_m: Vec3, body: Body) -> Vec3:
    """Return where the middle of a body is when the middle of its underside is at a point."""
    x, y, z = foot_m
    return (x, y, z + body.half_m[2])


def level_direction(start_m: Vec3, end_m: Vec3) -> Vec3 | None:
    """Return the horizontal unit vector from one point to another, None where one is above the other."""
    x, y = end_m[0] - start_m[0], end_m[1] - start_m[1]
    length = hypot(x, y)
    return (x / length, y / length, 0.0) if length > 0.0 else None


def straight(direction: Vec3, speed_mps: float, dt_s: float) -> Move:
    """Return a move at constant speed."""
    return Move(along(direction, speed_mps * dt_s), dt_s, along(direction, speed_mps))


def to_point(
    start_m: Vec3, end_m: Vec3, dt_s: float, velocity_mps: Vec3 | None = None, **fields: float
) -> Move:
    """Return the move from one point to another in `dt_s`; with the mean velocity unless told otherwise."""
    way = (end_m[0] - start_m[0], end_m[1] - start_m[1], end_m[2] - start_m[2])
    mean = along(way, 1.0 / dt_s) if dt_s > 0.0 else STILL
    return Move(way, dt_s, mean if velocity_mps is None else velocity_mps, **fields)  # type: ignore[arg-type]
