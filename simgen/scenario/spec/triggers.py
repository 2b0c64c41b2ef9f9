"""Conditions on the simulated world; their exact meaning is in `docs/events.md`."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from simgen.scenario.spec.base import (
    BodyName,
    BodyNames,
    CallName,
    Condition,
    EventName,
    Model,
    Named,
    OneOf,
    SensorName,
    Target,
)
from simgen.scenario.values import (
    AssetParam,
    Fraction,
    Impulse,
    Length,
    NonNegativeLength,
    PositiveCount,
    PositiveLength,
    Rate,
    Speed,
    Time,
)


class AtTime(Model):
    """The clock has reached an instant."""

    at: Time


class Distance(Model):
    """How far one body is from another, or from a point."""

    from_: BodyName = Field(alias="from")
    to: Target
    below: NonNegativeLength | None = None
    above: NonNegativeLength | None = None
    metric: Literal["euclid", "longitudinal", "lateral"] = "euclid"
    free: bool = True  # between the boxes; false: between the middles


class TimeToCollision(Model):
    """Free distance / closing speed; infinite while not closing."""

    from_: BodyName = Field(alias="from")
    to: Target
    below: Time


class Headway(Model):
    """Free distance ahead to a body / own speed; infinite at rest."""

    from_: BodyName = Field(alias="from")
    to: BodyName
    below: Time


class ClosingSpeed(Model):
    """How fast the distance between two bodies shrinks."""

    from_: BodyName = Field(alias="from")
    to: Target
    below: Speed | None = None
    above: Speed | None = None


class SpeedOf(Model):
    """How fast a body moves."""

    of: BodyName
    below: Speed | None = None
    above: Speed | None = None


class Standstill(Model):
    """A body moves no faster than `speed`; `hold` asks for how long."""

    of: BodyName
    speed: Speed = 0.05


class Reach(Model):
    """A body has come to a point or region."""

    of: BodyName
    point: Target
    within: NonNegativeLength = 1.0


class Travelled(Model):
    """A body has moved so far along its way since the event was armed."""

    of: BodyName
    above: PositiveLength


class Altitude(Model):
    """Height of a body's lowest point above z = 0."""

    of: BodyName
    below: Length | None = None
    above: Length | None = None


class Contact(Model):
    """A body touches others."""

    of: BodyNames
    with_: list[BodyNames] = Field(default=[], alias="with")  # none: anything
    min_impulse: Impulse = 0.0  # of one impact so far


class Visible(Model):
    """Rays from a sensor reach at least this share of a body."""

    sensor: SensorName
    object: BodyName
    min_fraction: Fraction = 0.1


class Occluded(Model):
    """Other bodies stand before at least this share of the part of a body that lies in the picture."""

    sensor: SensorName
    object: BodyName
    min_fraction: Fraction = 0.9


class EventState(Model):
    """Another event has come to a phase; `triggered` and `active` hold in the phases after them too."""

    name: EventName
    state: Literal["armed", "triggered", "active", "over"] = "triggered"


class RandomHazard(Model):
    """Happens at a rate while it is looked at."""

    rate: Rate


class PythonCall(Model):
    """A Python object: for triggers a function of the world's view, for behaviours a class."""

    call: CallName
    params: Named[AssetParam] = {}


class TriggerSpec(OneOf):
    """Exactly one condition or combination, and what modifies it: first `hold`, then `edge`, `delay`, `max_count`."""

    besides: ClassVar[tuple[str, ...]] = ("edge", "delay", "hold", "max_count")

    time: AtTime | None = None
    distance: Distance | None = None
    ttc: TimeToCollision | None = None
    headway: Headway | None = None
    closing_speed: ClosingSpeed | None = None
    speed: SpeedOf | None = None
    standstill: Standstill | None = None
    reach: Reach | None = None
    travelled: Travelled | None = None
    altitude: Altitude | None = None
    contact: Contact | None = None
    visible: Visible | None = None
    occluded: Occluded | None = None
    param: Condition | None = None
    event: EventState | None = None
    random_hazard: RandomHazard | None = None
    python: PythonCall | None = None
    all: list[TriggerSpec] | None = None
    any: list[TriggerSpec] | None = None
    not_: TriggerSpec | None = Field(default=None, alias="not")
    then: list[TriggerSpec] | None = None
    edge: Literal["level", "rising", "falling"] = "level"
    delay: Time = 0.0
    hold: Time = 0.0
    # None: once for the trigger of an event, without bound inside of one
    max_count: PositiveCount | None = None
