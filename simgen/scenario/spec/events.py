"""Rare events: how likely they are, how often they are made, what sets them off, what they do."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Discriminator, Field, Tag

from simgen.scenario.spec.base import ActorName, BodyNames, LampName, Model, OneOf, SensorName
from simgen.scenario.spec.behaviours import BehaviourSpec
from simgen.scenario.spec.triggers import TriggerSpec
from simgen.scenario.values import (
    DistanceRate,
    Fraction,
    Frequency,
    ImpulseVector,
    NonNegative,
    NonNegativeLength,
    PixelCount,
    Rate,
    Time,
    Vector3,
    VelocityVector,
)


class Tilted(Model):
    """Made with another probability than it has; with `defensive` no weight can exceed 1 / defensive."""

    tilted: Fraction
    defensive: Fraction = 0.0  # share of draws that follow nature


def _mode_tag(raw: Any) -> str:
    return "<word>" if isinstance(raw, str) else "<tilted>"


ModeChoice = Annotated[
    Annotated[Literal["natural", "forced", "off"], Tag("<word>")] | Annotated[Tilted, Tag("<tilted>")],
    Discriminator(_mode_tag),
]


class PerDistance(Model):
    """A rate along a way."""

    rate: DistanceRate
    distance: NonNegativeLength  # that is travelled in an episode


class Chance(Model):
    """How likely something is (exactly one of probability, rate and distance_rate), and how often it is made."""

    probability: Fraction | None = None  # that it is armed in an episode
    rate: Rate | None = None  # over the duration of the episode; the first arrival counts
    distance_rate: PerDistance | None = None
    source: str = Field(min_length=1)  # of that number: a citation, or `assumed`
    mode: ModeChoice = "natural"


class Do(Model):
    """An actor leaves what it does and does this."""

    actor: ActorName
    behaviour: BehaviourSpec


class Push(Model):
    """An impulse on a body."""

    on: BodyNames
    impulse: ImpulseVector  # newton seconds, world
    at: Vector3 | None = None  # from the body's middle, in its own frame; none: on its centre of mass


class Release(Model):
    """A body is no longer attached."""

    object: BodyNames


class Spawn(Model):
    """A body that is not present comes into being where it was placed."""

    object: BodyNames
    velocity: VelocityVector | None = None


class Remove(Model):
    """A body is gone."""

    object: BodyNames


class Switch(Model):
    """A lamp changes."""

    name: LampName
    state: Literal["on", "off", "flicker", "high_beam"]
    factor: NonNegative = 3.0  # of `high_beam` on the lamp's intensity
    frequency: Frequency = 8.0  # of `flicker`
    time: Time | None = None  # then back to what it was; none: for good


class Surroundings(Model):
    """Light from all around changes."""

    factor: NonNegative
    over: Time = 0.0


class ActionSpec(OneOf):
    """Exactly one action, `delay` after the trigger."""

    besides: ClassVar[tuple[str, ...]] = ("delay",)

    do: Do | None = None
    impulse: Push | None = None
    release: Release | None = None
    spawn: Spawn | None = None
    remove: Remove | None = None
    light: Switch | None = None
    environment: Surroundings | None = None
    delay: Time = 0.0


class ExpectVisible(Model):
    """The sensor must see the object while the event is active."""

    sensor: SensorName
    object: BodyNames
    min_px: PixelCount = 1


class EventSpec(Chance):
    """Something that may happen; phases, labels and weights are defined in `docs/events.md`."""

    trigger: TriggerSpec | None = None  # none: as soon as it is armed
    onset: TriggerSpec | None = None  # makes it active once triggered; none: at once
    end: TriggerSpec | None = None  # ends it; none: when the behaviours it started are done
    actions: list[ActionSpec] = []
    label: str | None = Field(
        default=None, min_length=1
    )  # of frames while it is active; none: expect_label, or its name
    expect_label: str | None = Field(
        default=None, min_length=1
    )  # the label, and: where it was armed, frames must carry it
    expect_visible: list[ExpectVisible] = []
