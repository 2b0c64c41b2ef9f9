"""A scene in which something behaves or happens, from time 0 to its last frame.

At every instant, in this order: what is to begin or end is seen, actions that are due happen, behaviours choose, the
state is recorded where a frame may be taken, and physics goes on by one step. Nothing of it depends on when frames are
taken, or on whether anything is drawn.
"""

from __future__ import annotations

from typing import NamedTuple

from simgen.assets import AssetLibrary
from simgen.errors import UsageError
from simgen.records.event import Action
from simgen.records.occurrence import Occurrence
from simgen.records.scene import Scene
from simgen.records.trajectory import Trajectory
from simgen.simulation import occurrences, recording
from simgen.simulation.actions import Means, act
from simgen.simulation.bodies import Bodies
from simgen.simulation.capture_times import CaptureTimes
from simgen.simulation.cast import Cast
from simgen.simulation.gaits import Gaits
from simgen.simulation.guards import Guards
from simgen.simulation.impacts import Impacts
from simgen.simulation.lamps import Lamps
from simgen.simulation.occurrences import Witness
from simgen.simulation.phases import EventRun, Happening
from simgen.simulation.protocol import ActiveWorld
from simgen.simulation.recording import Snapshot
from simgen.simulation.stage import Clock, Stage
from simgen.simulation.stillness import rests

_WORKSPACE_CHECK_S = 0.05  # what has left does not come back: to look now and then is enough; assumed


def is_eventful(scene: Scene) -> bool:
    """Whether anything in a scene behaves, happens, is attached, absent or moved from outside."""
    return bool(scene.actors or scene.events or scene.joints or scene.capture.dense) or any(
        body.motion == "kinematic" or not body.present for body in scene.objects
    )


class _Due(NamedTuple):
    """An action that is still to happen.

    Attributes:
        step: at which it does.
        place: among the actions of its event.
    """

    step: int
    event: str
    place: int
    action: Action
    happening: Happening


class Episode:
    """One run of one scene in one world."""

    def __init__(self, world: ActiveWorld, scene: Scene, library: AssetLibrary) -> None:
        _check_rates(scene)
        clock = Clock(scene.physics.step_rate_hz)
        self._stage = Stage(scene, library, world, clock, Bodies(scene), Impacts(clock.rate_hz))
        self._times, self._gaits = CaptureTimes(scene), Gaits(scene, library, self._stage.bodies)
        self._cast, self._lamps = Cast(self._stage), Lamps(scene)
        self._means = Means(self._stage, self._cast, self._lamps)
        self._guards = Guards(scene)
        self._events = [EventRun(event, self._stage) for event in scene.events if event.armed]
        self._watched: dict[str, list[Witness]] = {run.event.name: [] for run in self._events}
        self._due: list[_Due] = []
        self._shots: list[Snapshot] = []
        self._check_every = max(1, round(_WORKSPACE_CHECK_S * clock.rate_hz))

    def run(self) -> Trajectory:
        """Run it.

        Raises:
            SceneRejected: a guard refused it.
            SimulationError: a behaviour, trigger or action cannot go on.
        """
        self._cast.choose()  # what moves from the start moves at time 0
        self._begin_instant()
        settled = self._settle()
        settle_time_s = self._stage.clock.time_s
        for index in range(self._times.count):
            if index:
                for _ in range(self._times.stride):
                    self._step()
            self._shoot(index)
        return self._finish(settled, settle_time_s)

    # -- one instant ---------------------------------------------------------------------------------------------

    def _step(self) -> None:
        """Go to the next instant, and do all that happens there."""
        self._cast.step()
        self._gaits.step()
        self._guard()
        self._begin_instant()

    def _begin_instant(self) -> None:
        if self._events:
            self._look()
        if self._due:
            self._act()
        self._cast.choose()

    def _look(self) -> None:
        for run in self._events:
            run.look()
        for run in self._events:
            if run.settle():
                self._triggered(run)
            now = run.now
            if now is not None and now.triggered is not None and self._going_on(now):
                self._watched[run.event.name][-1].meeting.look()

    def _going_on(self, now: Happening) -> bool:
        return now.over is None or now.over == self._stage.clock.step

    def _triggered(self, run: EventRun) -> None:
        clock, happening = self._stage.clock, run.happenings[-1]
        self._watched[run.event.name].append(occurrences.witness(run.event, self._stage))
        for place, action in enumerate(run.event.actions):
            step = clock.step + clock.steps(action.delay_s)
            self._due.append(_Due(step, run.event.name, place, action, happening))
        self._due.sort(key=lambda due: (due.step, due.event, due.place))

    def _act(self) -> None:
        step = self._stage.clock.step
        while self._due and self._due[0].step <= step:
            due = self._due.pop(0)
            act(due.action, self._means, due.happening)

    # -- guarding and recording ----------------------------------------------------------------------------------

    def _guard(self) -> None:
        world, clock = self._stage.world, self._stage.clock
        if not world.busy():
            return
        self._guards.watch(world.movers(), self._stage.fastest_mps)
        self._guards.check_speeds(world.speeds(), clock.time_s)
        if clock.step % self._check_every == 0:
            self._guards.check_workspace(world.states().positions_m, clock.time_s)

    def _settle(self) -> bool:
        physics, world = self._stage.scene.physics, self._stage.world
        if not world.busy():
            return True
        if self._stage.scene.capture.when == "start" or not world.can_rest:
            return False
        for _ in range(round(physics.settle_limit_s * physics.step_rate_hz)):
            self._step()
            if rests(world.still_steps(), world.speeds(), physics):
                return True
        return False

    def _shoot(self, index: int) -> None:
        stage, time_s = self._stage, self._stage.clock.time_s
        self._cast.tell()
        contacts = stage.world.contacts(index)
        if index == 0:
            self._guards.check_penetration(contacts, time_s)
        states, gait = stage.world.states(), self._gaits.now()
        self._shots.append(recording.snapshot(time_s, states, stage.bodies, contacts, gait))

    # -- the record ----------------------------------------------------------------------------------------------

    def _finish(self, settled: bool, settle_time_s: float) -> Trajectory:
        found = self._occurrences()
        triggers = [(row.event, row.triggered_s) for row in found if row.triggered_s is not None]
        indices, inclusion = self._times.taken([shot.time_s for shot in self._shots], triggers)
        taken = [self._shots[index] for index in indices]
        names = {body.instance_id: body.name for body in self._stage.bodies}
        return recording.trajectory(
            taken,
            self._lamps,
            inclusion,
            settled,
            settle_time_s,
            occurrences.with_first_frames(found, taken, self._stage),
            self._stage.impacts.records(names),
        )

    def _occurrences(self) -> list[Occurrence]:
        runs = {run.event.name: run for run in self._events}
        found: list[Occurrence] = []
        for event in self._stage.scene.events:
            if event.name in runs:
                found += occurrences.records(runs[event.name], self._watched[event.name], self._stage)
            else:
                found.append(occurrences.unarmed(event, self._stage))
        return found


def _check_rates(scene: Scene) -> None:
    steps, behaviours = scene.physics.step_rate_hz, scene.physics.behaviour_rate_hz
    if behaviours <= 0 or steps % behaviours:
        raise UsageError(
            f"physics.behaviour_rate: {behaviours} Hz does not divide physics.step_rate {steps} Hz; "
            f"use {steps}, or {steps // 4 or 1}"
        )
