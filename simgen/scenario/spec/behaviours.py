"""What actors do; the exact meaning is in `docs/events.md`. A new kind is one class here and one field below."""

from __future__ import annotations

from pydantic import Field

from simgen.scenario.spec.base import BodyName, Model, OneOf, PathName, Target
from simgen.scenario.spec.triggers import PythonCall, TriggerSpec
from simgen.scenario.values import (
    Acceleration,
    Angle,
    AngularSpeed,
    Length,
    NonNegative,
    NonNegativeLength,
    PositiveCount,
    PositiveLength,
    PositiveSpeed,
    PositiveTime,
    SignedTime,
    Speed,
    Time,
    Vector3,
)


class Idle(Model):
    """Stay as it is: at rest, where it stands."""


class ConstantVelocity(Model):
    """Straight on at one speed."""

    speed: Speed
    heading: Angle | None = None  # in the world, from +X towards +Y; none: where its front points


class AccelerateTo(Model):
    """Change speed along the present direction, then end."""

    speed: Speed
    acceleration: Acceleration = 2.0


class Brake(Model):
    """Slow down along the present direction, then end."""

    deceleration: Acceleration
    speed: Speed = 0.0


class FollowPath(Model):
    """Along a lane or path and on into the lanes that follow it; ends where they end."""

    path: PathName | None = None  # none: the one it was placed along
    speed: Speed
    lateral: Length | None = None  # none: as far to the side as it is


class Waypoints(Model):
    """Straight from point to point, then end."""

    points: list[Vector3] = Field(min_length=1)
    speed: PositiveSpeed


class FollowLead(Model):
    """Along a lane behind a body, by the Intelligent Driver Model (Treiber et al. 2000, with its defaults)."""

    lead: BodyName
    path: PathName | None = None
    speed: PositiveSpeed  # wanted on a free road
    headway: Time = 1.6
    gap: NonNegativeLength = 2.0  # at rest
    acceleration: Acceleration = 0.73
    deceleration: Acceleration = 1.67


class Cross(Model):
    """From where it stands straight over a path to the other side, then end."""

    path: PathName
    speed: PositiveSpeed
    angle: Angle = 1.5707963267948966  # between the path and the way taken
    beyond: NonNegativeLength = 3.0  # how far past the middle line it goes


class DartOut(Model):
    """From rest at full acceleration in one direction, then end."""

    speed: PositiveSpeed
    acceleration: Acceleration = 4.0
    toward: Target | None = None  # exactly one of toward and heading
    heading: Angle | None = None
    distance: PositiveLength


class Flee(Model):
    """Away from a body until it is far enough, then end."""

    from_: BodyName = Field(alias="from")
    speed: PositiveSpeed
    acceleration: Acceleration = 4.0
    distance: PositiveLength


class Wander(Model):
    """About a place, turning at random."""

    speed: PositiveSpeed
    turn: AngularSpeed = 0.5  # standard deviation of the rate of turn
    radius: PositiveLength = 5.0  # how far from where it began


class LaneChange(Model):
    """Over to another lane on a smooth curve, then along it; ends when it is there."""

    to: PathName
    time: PositiveTime = 3.0
    speed: Speed | None = None  # none: as fast as it is


class Hover(Model):
    """Stay in the air about a place."""

    position: Vector3 | None = None  # none: where it is
    amplitude: NonNegativeLength = 0.0
    period: PositiveTime = 4.0


class OrbitAround(Model):
    """In a level circle about a point, its front ahead."""

    center: Target
    radius: PositiveLength
    speed: PositiveSpeed
    height: Length = 0.0  # above the centre


class SyncArrival(Model):
    """Straight to a point, as fast as it takes to be there when another body passes its own, then end."""

    with_: BodyName = Field(alias="with")
    point: Target
    meet: Target | None = None  # where the other passes; none: the same point
    offset: SignedTime = 0.0  # later than the other
    max_speed: PositiveSpeed = 20.0


class Option(Model):
    """One branch of `one_of`."""

    weight: NonNegative = 1.0
    behaviour: BehaviourSpec


class Until(Model):
    """A behaviour, ended by a condition."""

    when: TriggerSpec
    behaviour: BehaviourSpec


class For(Model):
    """A behaviour, ended by time."""

    time: Time
    behaviour: BehaviourSpec


class Repeat(Model):
    """A behaviour again and again."""

    count: PositiveCount | None = None  # none: for ever
    behaviour: BehaviourSpec


class BehaviourSpec(OneOf):
    """Exactly one behaviour or composition."""

    idle: Idle | None = None
    constant_velocity: ConstantVelocity | None = None
    accelerate_to: AccelerateTo | None = None
    brake: Brake | None = None
    follow_path: FollowPath | None = None
    waypoints: Waypoints | None = None
    follow_lead: FollowLead | None = None
    cross: Cross | None = None
    dart_out: DartOut | None = None
    flee: Flee | None = None
    wander: Wander | None = None
    lane_change: LaneChange | None = None
    hover: Hover | None = None
    orbit: OrbitAround | None = None
    sync_arrival: SyncArrival | None = None
    python: PythonCall | None = None
    serial: list[BehaviourSpec] | None = None
    parallel: list[BehaviourSpec] | None = None
    one_of: list[Option] | None = None
    until: Until | None = None
    for_: For | None = Field(default=None, alias="for")
    repeat: Repeat | None = None


Option.model_rebuild()
Until.model_rebuild()
For.model_rebuild()
Repeat.model_rebuild()
