"""Phases of events: armed, triggered, active, over, and what each occurrence leaves in the record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from simgen.records.behaviour import Trigger
from simgen.records.event import Event
from simgen.simulation.stage import PHASES, Stage
from simgen.simulation.triggers import make_look
from simgen.simulation.triggers.modifiers import Look

ARMED, TRIGGERED, ACTIVE, OVER = range(1, len(PHASES) + 1)


@dataclass(slots=True, eq=False)
class Happening:
    """One occurrence of an event while it goes on; times are steps.

    Attributes:
        doing: for each behaviour that it started, whether that is over; see `Driver.over`.
        waiting: `do` actions that are not due yet.
    """

    armed: int
    triggered: int | None = None
    active: int | None = None
    over: int | None = None
    doing: list[Callable[[], bool]] = field(default_factory=list[Callable[[], bool]])
    waiting: int = 0

    @property
    def all_done(self) -> bool:
        """Whether all behaviours that it started are done."""
        return not self.waiting and all(done() for done in self.doing)


class EventRun:
    """One armed event.

    Attributes:
        happenings: in order; the last one may go on.
    """

    def __init__(self, event: Event, stage: Stage) -> None:
        self.event, self._stage = event, stage
        self._first = stage.clock.steps(event.armed_from_s)
        self._most = 1 if event.trigger is None else event.trigger.max_count
        self._does = sum(action.kind == "do" for action in event.actions)
        self.happenings: list[Happening] = []
        self._looks: dict[str, Look] = {}
        self._next: list[tuple[str, int]] = []

    @property
    def now(self) -> Happening | None:
        """The occurrence that goes on, if any."""
        return self.happenings[-1] if self.happenings else None

    def look(self) -> None:
        """Look at what may begin a phase; nothing changes before `settle`."""
        now, step, self._next = self.now, self._stage.clock.step, []
        if now is None or now.over is not None:
            self._look_again(now, step)
            return
        if now.active is not None:
            if now.active < step and self._ends(now):
                self._next = [("over", step)]
            return
        self._look_on(now, step)

    def settle(self) -> bool:
        """Make what was seen so; return whether the event was triggered."""
        triggered = False
        for phase, step in self._next:
            if phase == "armed":
                self.happenings.append(Happening(step, waiting=self._does))
            else:
                setattr(self.happenings[-1], phase, step)
            triggered |= phase == "triggered"
            rank = {"armed": ARMED, "triggered": TRIGGERED, "active": ACTIVE, "over": OVER}[phase]
            name = self.event.name
            self._stage.reached[name] = max(self._stage.reached.get(name, 0), rank)
        return triggered

    def _look_again(self, last: Happening | None, step: int) -> None:
        """Arm it: first at its time, then one step after its end, as long as there are counts left."""
        if last is None:
            due = step >= self._first
        else:
            due = (not self._most or len(self.happenings) < self._most) and step > (last.over or 0)
        if due:
            self._next = [("armed", step)]
            self._looks = {}
            self._look_on(Happening(step), step)

    def _look_on(self, now: Happening, step: int) -> None:
        triggered = now.triggered is not None
        if not triggered and self._holds("trigger", self.event.trigger, root=True):
            self._next.append(("triggered", step))
            triggered = True
        if triggered and self._holds("onset", self.event.onset):
            self._next.append(("active", step))

    def _ends(self, now: Happening) -> bool:
        if self.event.end is not None:
            return self._holds("end", self.event.end)
        return bool(self._does) and now.all_done

    def _holds(self, name: str, trigger: Trigger | None, *, root: bool = False) -> bool:
        if trigger is None:
            return True
        if name not in self._looks:
            self._looks[name] = make_look(trigger, self._stage, root=root)
        return self._looks[name]()
