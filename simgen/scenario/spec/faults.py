"""Sensors that fail."""

from __future__ import annotations

from typing import ClassVar

from simgen.scenario.spec.base import EventName, Model, OneOf, SensorName
from simgen.scenario.spec.events import Chance
from simgen.scenario.values import Angle, SignedTime, Time, Vector3


class FrameDrop(Model):
    """Frames are missing."""


class FrozenFrame(Model):
    """The last picture from before comes again and again."""


class BlackFrame(Model):
    """Pictures are black."""


class ExtrinsicShift(Model):
    """The camera has moved in its mount, and nobody knows: labels follow the true pose, the calibration does not."""

    position: Vector3 = (0.0, 0.0, 0.0)  # in the camera's frame: x right, y down, z forward
    yaw: Angle = 0.0  # about y, then
    pitch: Angle = 0.0  # about x, then
    roll: Angle = 0.0  # about z


class FaultSpec(OneOf, Chance):
    """A failure of a sensor: exactly one of its kinds."""

    besides: ClassVar[tuple[str, ...]] = (
        *Chance.model_fields,
        "sensor",
        "event",
        "start",
        "duration",
        "clean_twin",
    )

    sensor: SensorName
    drop: FrameDrop | None = None
    freeze: FrozenFrame | None = None
    black: BlackFrame | None = None
    shift: ExtrinsicShift | None = None
    # `start` counts from its trigger; none: from time 0, or from a rate's arrival
    event: EventName | None = None
    start: SignedTime = 0.0
    duration: Time
    clean_twin: bool = False  # also write what would have been seen without it
