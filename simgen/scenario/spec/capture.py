"""Physics and when frames are taken."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from simgen.scenario.spec.base import EventName, Model
from simgen.scenario.values import (
    AccelerationVector,
    AngularSpeed,
    Count,
    FrameCount,
    PositiveCount,
    PositiveLength,
    Speed,
    Time,
)


class SettleSpec(Model):
    """Waiting for rest before the first frame."""

    limit: Time = 4.0  # then frames are taken all the same
    linear: Speed = 0.02
    angular: AngularSpeed = 0.2


class PhysicsSpec(Model):
    """Engine settings and guards."""

    engine: Literal["bullet", "kinematic"] = "bullet"
    step_rate: PositiveCount = 240  # Hz
    gravity: AccelerationVector = (0.0, 0.0, -9.81)  # m/s^2
    solver_iterations: PositiveCount = 50
    settle: SettleSpec = SettleSpec()
    max_speed: Speed = 30.0  # a draw in which something is faster is refused
    max_penetration: PositiveLength = 0.01  # a draw in which things lie deeper in each other is refused
    behaviour_rate: PositiveCount = 60  # how often actors choose what to do; divides step_rate


class PathTracingSpec(Model):
    """How carefully the path tracer takes pictures; the raster renderer leaves this aside."""

    samples: int = Field(default=64, ge=1, le=1_000_000)  # light paths through a pixel in the mean
    noise_target: float = Field(
        default=0.0, ge=0.0, le=1.0
    )  # relative error at which to stop; 0 takes all samples


class DenseSpec(Model):
    """More frames around the trigger of an event; each frame records how likely it was to be taken."""

    event: EventName
    before: Time = 1.0
    after: Time = 2.0
    rate: PositiveCount  # Hz; a multiple of `capture.rate`


class CaptureSpec(Model):
    """When frames are taken: `frames` of them, or for an episode of `duration`."""

    when: Literal["settled", "start"] = "settled"  # once all is at rest, or from time 0
    frames: FrameCount = 1
    rate: Count = 0  # Hz; 0: all frames at one instant
    duration: Time | None = None  # of an episode, from time 0, both ends included
    dense: DenseSpec | None = None
