"""Scene -> Trajectory: settle, guard, record. The engine is chosen by the scene."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import cast

import numpy as np

from simgen.assets import AssetLibrary
from simgen.records.scene import Scene
from simgen.records.trajectory import Contact, Trajectory
from simgen.simulation.episode import Episode, is_eventful
from simgen.simulation.guards import Guards
from simgen.simulation.protocol import ActiveEngine, BodyStates, Engine, World
from simgen.simulation.rates import steps_per_frame
from simgen.simulation.recording import motion_of
from simgen.simulation.stillness import rests

# Imported when first used: a kinematic run, or a command that simulates nothing, never loads PyBullet.
_ENGINES = {
    "bullet": ("simgen.simulation.bullet", "BulletWorld"),
    "kinematic": ("simgen.simulation.kinematic", "KinematicWorld"),
}
_ACTIVE_ENGINES = {
    "bullet": ("simgen.simulation.active_bullet", "ActiveBulletWorld"),
    "kinematic": ("simgen.simulation.active_kinematic", "ActiveKinematicWorld"),
}
_WORKSPACE_CHECK_S = 0.1  # at 30 m/s a body moves 3 m between two checks; what has left does not come back


def simulate(scene: Scene, library: AssetLibrary) -> Trajectory:
    """Move the bodies of a scene and record them at its capture frames.

    With `capture.when = settled` the scene is stepped until every dynamic body is below both settle speeds and for
    0.1 s has gone no farther than they carry it (see `stillness`), or until `settle_limit_s`; a scene that did not
    come to rest is recorded with `settled` False.
    With `start`, or a limit of 0, frames begin at time 0 and `settled` says whether there was nothing to move.
    Scenes in which something behaves or happens are run by `episode`, the same way.

    Raises:
        SimulationError: a behaviour, trigger or action cannot go on; names it.
        SceneRejected: a guard refused the scene; see `guards`.
        UsageError: the frame rate does not divide the step rate.
        AssetError: an asset is missing or has no usable collision shape.
    """
    if is_eventful(scene):
        with _active_engine(scene.physics.engine)(scene, library) as stage:
            return Episode(stage, scene, library).run()
    stride = steps_per_frame(scene.physics.step_rate_hz, scene.capture.frame_rate_hz)
    with _engine(scene.physics.engine)(scene, library) as world:
        run = _Run(world, scene)
        settled = run.settle()
        settle_time_s = run.time_s
        return run.record(stride, settled, settle_time_s)


def _engine(name: str) -> Engine:
    module, attribute = _ENGINES[name]
    return cast("Engine", getattr(import_module(module), attribute))


def _active_engine(name: str) -> ActiveEngine:
    module, attribute = _ACTIVE_ENGINES[name]
    return cast("ActiveEngine", getattr(import_module(module), attribute))


class _Run:
    """One pass over one world: counts steps and asks the guards."""

    def __init__(self, world: World, scene: Scene) -> None:
        self.world, self.scene, self.guards = world, scene, Guards(scene)
        self.rate_hz = scene.physics.step_rate_hz
        self.steps = 0
        self.speeds = world.speeds()
        self.check_every = max(1, round(_WORKSPACE_CHECK_S * self.rate_hz))

    @property
    def time_s(self) -> float:
        return self.steps / self.rate_hz

    def step(self) -> bool:
        """Go on by one step; return whether the bodies were looked at."""
        self.world.step()
        self.steps += 1
        speeds, before = self.world.speeds(), self.speeds
        if self.steps % self.check_every == 0:
            self.guards.check_workspace(self.world.states().positions_m, self.time_s)
        if speeds is before:
            return False
        self.speeds = speeds
        self.guards.check_speeds(speeds, self.time_s)
        return True

    def settle(self) -> bool:
        physics = self.scene.physics
        if all(body.motion == "static" for body in self.scene.objects):
            return True
        if self.scene.capture.when == "start" or not self.world.can_rest:
            return False
        steps = range(round(physics.settle_limit_s * self.rate_hz))
        return any(self.step() and rests(self.world.still_steps(), self.speeds, physics) for _ in steps)

    def record(self, stride: int, settled: bool, settle_time_s: float) -> Trajectory:
        times: list[float] = []
        frames: list[BodyStates] = []
        contacts: list[Contact] = []
        touching: tuple[Contact, ...] = ()
        for frame_index in range(self.scene.capture.frame_count):
            if frame_index:
                for _ in range(stride):
                    self.step()
            times.append(self.time_s)
            if stride or not frame_index:
                frames.append(self._guarded_states())
                touching = self._guarded_contacts(frame_index)
            else:  # frames of one instant
                frames.append(frames[0])
            contacts.extend(replace(contact, frame_index=frame_index) for contact in touching)
        return Trajectory(
            times_s=np.array(times, dtype=float),
            **motion_of(frames),
            contacts=tuple(contacts),
            settled=settled,
            settle_time_s=settle_time_s,
        )

    def _guarded_states(self) -> BodyStates:
        states = self.world.states()
        self.guards.check_workspace(states.positions_m, self.time_s)
        return states

    def _guarded_contacts(self, frame_index: int) -> tuple[Contact, ...]:
        contacts = self.world.contacts(frame_index)
        if frame_index == 0:
            self.guards.check_penetration(contacts, self.time_s)
        return contacts
