"""What became of the events of a scene while it ran: phases and their times, meetings, impacts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simgen.geometry import Vec3
from simgen.records.settings import Settings

Phase = Literal["armed", "triggered", "active", "over"]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """The record of one event in one scene; an event that fired several times has one record each time.

    A time that was never reached is None. An event that was not armed has one record with `armed` False and no times.

    Attributes:
        event: name of the event.
        label: see `records.event.Event`.
        count: from 0, of the same event.
        armed: whether the event could happen in this scene; the weight belongs to this, not to the trigger.
        armed_s: since when its trigger was looked at.
        triggered_s: when the trigger fired.
        active_s: when it became active: from here on frames carry its label.
        over_s: when it ended; None while it was still active at the end of the scene.
        actors: bodies concerned.
        params: drawn values of what it refers to.
        log_p: see `records.event.WeightFactor`; 0 in both for an event without a factor.
        log_q: likewise.
        min_ttc_s: smallest time to collision between any two of its actors from trigger to end; None: never closing.
        min_distance_m: smallest free distance between any two of its actors in that time; None for less than two.
        first_visible_frame: first capture frame from the trigger on in which rays from a camera reach one of its
            actors that moves; None: never.
        visible_fraction_at_trigger: largest share of sample points of such an actor that any camera's rays reach.
        contact: whether two of its actors touched from trigger to end.
        impulse_ns: largest impulse of these contacts, newton seconds.
    """

    event: str
    label: str
    count: int
    armed: bool
    armed_s: float | None = None
    triggered_s: float | None = None
    active_s: float | None = None
    over_s: float | None = None
    actors: tuple[str, ...] = ()
    params: Settings = ()
    log_p: float = 0.0
    log_q: float = 0.0
    min_ttc_s: float | None = None
    min_distance_m: float | None = None
    first_visible_frame: int | None = None
    visible_fraction_at_trigger: float | None = None
    contact: bool = False
    impulse_ns: float = 0.0

    @property
    def log_w(self) -> float:
        """Logarithm of the event's own weight factor."""
        return self.log_p - self.log_q

    def phase_at(self, time_s: float) -> Phase | None:
        """Return the phase at an instant; each begins at its time, that instant included. None: not armed by then."""
        reached: tuple[tuple[Phase, float | None], ...] = (
            ("over", self.over_s),
            ("active", self.active_s),
            ("triggered", self.triggered_s),
            ("armed", self.armed_s),
        )
        return next((phase for phase, start_s in reached if start_s is not None and start_s <= time_s), None)


@dataclass(frozen=True, slots=True)
class ActiveEvent:
    """What one frame says of one event that was triggered and is not over."""

    event: str
    label: str
    phase: Phase


@dataclass(frozen=True, slots=True)
class Impact:
    """Two bodies touching without a break, seen at every physics step, so independent of when frames are taken.

    Attributes:
        start_s: first step at which they touch.
        end_s: last one.
        a: name of the body with the lower instance id.
        b: the other.
        impulse_ns: sum over the steps of normal force times step length, newton seconds.
        peak_force_n: largest normal force of one step.
        closing_speed_mps: of the two centres along the contact normal, before the first step.
        point_m: world, of the first step.
    """

    start_s: float
    end_s: float
    a: str
    b: str
    impulse_ns: float
    peak_force_n: float
    closing_speed_mps: float
    point_m: Vec3
