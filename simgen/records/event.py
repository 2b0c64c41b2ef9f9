"""What a scene may go through: events, faults, and what each forced choice did to the scene's probability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simgen.records.behaviour import Behaviour, Trigger
from simgen.records.settings import HasSettings, Settings

Mode = Literal["natural", "tilted", "forced", "off"]


@dataclass(frozen=True, slots=True)
class WeightFactor:
    """One draw that did not follow its natural distribution, or could have.

    Attributes:
        name: path of what was drawn, for example `events.deer_jump` or `params.ttc0`.
        log_p: natural logarithm of the probability (density) of the draw in nature.
        log_q: the same under what was sampled.
    """

    name: str
    log_p: float
    log_q: float

    @property
    def log_w(self) -> float:
        """Logarithm of the weight that undoes the forcing."""
        return self.log_p - self.log_q


@dataclass(frozen=True, slots=True)
class Action(HasSettings):
    """One thing that an event does when it is triggered; the kinds are in `docs/events.md`.

    Attributes:
        kind: `do`, `impulse`, `release`, `spawn`, `remove`, `light` or `environment`.
        path: where it stands in the scenario; names its random stream.
        settings: of the kind, SI.
        behaviour: of `do`; replaces what the actor does.
        delay_s: after the trigger.
    """

    kind: str
    path: str
    settings: Settings = ()
    behaviour: Behaviour | None = None
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Expected:
    """What must be seen, or the scene has failed.

    Attributes:
        sensor: camera.
        objects: any one of these suffices.
        min_px: visible pixels in one frame in which the event is active.
    """

    sensor: str
    objects: tuple[str, ...]
    min_px: int


@dataclass(frozen=True, slots=True)
class Event:
    """One possible happening, its draw already made.

    Attributes:
        name: key in the scenario.
        label: what frames are labelled with while it is active.
        label_expected: a scene in which it was armed and the label never appears has failed.
        visible_expected: likewise.
        source: where the probability comes from: a citation, or `assumed`.
        mode: how its occurrence was sampled.
        probability: that it is armed, in nature.
        sampled_probability: that it is armed, as sampled.
        armed: the draw.
        armed_from_s: the trigger is looked at from this time on: the drawn onset of a rate, else 0.
        trigger: what sets it off; None: at `armed_from_s`.
        onset: what makes it active once triggered; None: at once.
        end: what ends it once active; None: when all behaviours that it started are done, never if it started none.
        actions: in the order written.
        actors: names of all bodies that its trigger and actions speak of, sorted.
        params: drawn params of the scenario that it refers to, sorted by name.
    """

    name: str
    label: str
    label_expected: bool
    source: str
    mode: Mode
    probability: float
    sampled_probability: float
    armed: bool
    actions: tuple[Action, ...]
    armed_from_s: float = 0.0
    trigger: Trigger | None = None
    onset: Trigger | None = None
    end: Trigger | None = None
    visible_expected: tuple[Expected, ...] = ()
    actors: tuple[str, ...] = ()
    params: Settings = ()


@dataclass(frozen=True, slots=True)
class Fault(HasSettings):
    """One possible failure of a sensor, its draw already made.

    Attributes:
        name: key in the scenario.
        sensor: which.
        kind: `drop`, `freeze`, `black` or `shift`; see `docs/events.md`.
        settings: of the kind, SI.
        source: as for events, and so are mode, probabilities and `armed`.
        event: `start_s` counts from this event's trigger; empty: from time 0.
        start_s: first instant of the fault.
        duration_s: of the fault.
        clean_twin: also write what the sensor would have put out without it.
    """

    name: str
    sensor: str
    kind: str
    settings: Settings
    source: str
    mode: Mode
    probability: float
    sampled_probability: float
    armed: bool
    start_s: float
    duration_s: float
    event: str = ""
    clean_twin: bool = False


@dataclass(frozen=True, slots=True)
class Twin:
    """Marks one scene of a counterfactual pair: the same draw with and without one event.

    Attributes:
        event: the only thing in which the two differ.
        occurs: whether this is the scene with it.
    """

    event: str
    occurs: bool
