"""Where objects are placed."""

from __future__ import annotations

from pydantic import Field

from simgen.scenario.spec.base import BodyName, Model, PathName, Target
from simgen.scenario.spec.regions import Region
from simgen.scenario.values import Angle, Length, NonNegativeLength, Vector3


class At(Model):
    """At a point of the world; `position` is of the object's bottom centre."""

    position: Vector3
    yaw: Angle = 0.0
    pitch: Angle = 0.0
    roll: Angle = 0.0


class On(Model):
    """Standing upright on a surface region of the world, or on top of another object."""

    target: str  # region, object or group (one member is drawn)
    yaw: Angle | None = None  # None: uniform; counts from the target's own
    offset: Vector3 | None = None  # from the middle of the target along its axes; None: anywhere on it
    facing: str | None = None  # object name, turns the object's +X towards it


class In(Model):
    """Resting inside a container object (`bin`), dropped from above its opening."""

    target: str
    height: NonNegativeLength = 0.1


class Inside(Model):
    """Anywhere inside a region, upright unless `tumble`."""

    region: Region
    yaw: Angle | None = None  # None: uniform
    tumble: bool = False  # turned any way instead of upright


class Scatter(Model):
    """Spread over a surface region, upright, no two nearer than `min_spacing` between their footprints."""

    region: Region
    min_spacing: NonNegativeLength = 0.0
    yaw: Angle | None = None


class Drop(Model):
    """Let go above a surface region, tumbling, without overlap; physics brings it to rest."""

    region: Region
    # Clear height of the lowest point above the surface and above what lies below
    height: NonNegativeLength = 0.1
    tumble: bool = True


class Stack(Model):
    """The objects of this group piled on each other, the first on `target`."""

    target: str  # of a group, every member carries one pile; they are filled in turns, layer by layer
    offset: Vector3 | None = None
    jitter: NonNegativeLength = 0.0  # horizontal offset between neighbours, drawn uniform in +-jitter
    yaw: Angle | None = None


class Along(Model):
    """Standing on a lane or path, its front (see `ActorSpec.forward`) in the direction of the path."""

    path: PathName
    s: Length = 0.0  # along the path, from its first point, or from `from`
    from_: BodyName | None = Field(default=None, alias="from")  # `s` counts from where this body stands
    lateral: Length = 0.0  # to the left of the path
    yaw: Angle = 0.0  # counts from the direction of the path


class Place(Model):
    """How an object is placed: exactly one of the relations; `facing` combines with upright ones."""

    at: At | None = None
    on: On | None = None
    inside_of: In | None = Field(default=None, alias="in")
    inside: Inside | None = None
    scatter: Scatter | None = None
    drop: Drop | None = None
    stack: Stack | None = None
    along: Along | None = None
    facing: Target | None = None
