"""What a running scene consists of: bodies, lanes, clock, phases of events, impacts. Nothing here decides anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import ceil
from typing import NamedTuple

import numpy as np

from simgen.assets import AssetLibrary
from simgen.geometry import Quat, Vec3
from simgen.records.occurrence import Phase
from simgen.records.scene import CameraSensor, Scene
from simgen.records.settings import HasSettings
from simgen.rng import stream
from simgen.simulation.bodies import Bodies, Body
from simgen.simulation.impacts import Impacts
from simgen.simulation.protocol import ActiveWorld
from simgen.simulation.rays import Rays, Sight
from simgen.worlds.lane_graph import LaneGraph

PHASES: tuple[Phase, ...] = ("armed", "triggered", "active", "over")


class LanePlace(NamedTuple):
    """Where a body is that follows lanes.

    Attributes:
        lane: name.
        s_m: along it, at `step`.
        step: when this was noted.
        speed_mps: at which s has grown since.
    """

    lane: str
    s_m: float
    step: int
    speed_mps: float


class Clock:
    """Counts physics steps.

    Attributes:
        rate_hz: steps a second.
        step_s: length of one.
        step: k of the present instant t_k.
    """

    __slots__ = ("rate_hz", "step", "step_s")

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz, self.step_s, self.step = rate_hz, 1.0 / rate_hz, 0

    @property
    def time_s(self) -> float:
        """The present instant."""
        return self.step / self.rate_hz

    def steps(self, time_s: float) -> int:
        """Return the first step at or after an instant; one that falls short by rounding counts."""
        return ceil(time_s * self.rate_hz - 1e-6)


@dataclass(eq=False)
class Stage:
    """One scene while it runs.

    Attributes:
        reached: by event, how many of `PHASES` it has come to.
        places: by name, where bodies are that follow lanes.
        parents: by instance id, what a body is attached to.
        fastest_mps: largest speed that anything was told to have.
    """

    scene: Scene
    library: AssetLibrary
    world: ActiveWorld
    clock: Clock
    bodies: Bodies
    impacts: Impacts
    reached: dict[str, int] = field(default_factory=dict[str, int])
    places: dict[str, LanePlace] = field(default_factory=dict[str, LanePlace])
    parents: dict[int, int] = field(default_factory=dict[int, int])
    fastest_mps: float = 0.0
    _generators: dict[str, np.random.Generator] = field(default_factory=dict[str, np.random.Generator])
    _placed: dict[int, tuple[Vec3, Quat, bool]] = field(default_factory=dict[int, tuple[Vec3, Quat, bool]])
    _sights: dict[tuple[str, int], Sight] = field(default_factory=dict[tuple[str, int], Sight])

    @cached_property
    def lanes(self) -> LaneGraph:
        """The lanes of the scene."""
        return LaneGraph(self.scene.lanes)

    @cached_property
    def rays(self) -> Rays:
        """Answers what a camera could see."""
        return Rays(self.scene, self.library)

    def generator(self, path: str) -> np.random.Generator:
        """Return the random stream of one place in the scenario; the same one each time."""
        if path not in self._generators:
            scene = self.scene
            # Both scenes of a counterfactual pair are one draw.
            draw = scene.index if scene.twin is None else scene.index // 2
            self._generators[path] = stream(scene.seed, draw, scene.attempt, path)
        return self._generators[path]

    def has_reached(self, event: str, phase: str) -> bool:
        """Whether an event has come to a phase."""
        return self.reached.get(event, 0) > PHASES.index(phase)  # type: ignore[arg-type]

    def place_of(self, name: str) -> LanePlace | None:
        """Return where a body is on the lanes now; None for one that follows none."""
        place = self.places.get(name)
        if place is None:
            return None
        passed_s = (self.clock.step - place.step) / self.clock.rate_hz
        return place._replace(s_m=place.s_m + place.speed_mps * passed_s, step=self.clock.step)

    def attached(self, a: int, b: int) -> bool:
        """Whether one of two bodies is attached to the other."""
        return self.parents.get(a) == b or self.parents.get(b) == a

    def camera(self, name: str) -> CameraSensor:
        """Return a camera by its name; raises `KeyError`."""
        for camera in self.scene.cameras:
            if camera.name == name:
                return camera
        known = ", ".join(camera.name for camera in self.scene.cameras) or "none"
        raise KeyError(f"no camera '{name}'; known: {known}")

    def sight(self, camera: CameraSensor, body: Body) -> Sight:
        """Return what a camera could see of a body now; one with several poses is taken at its first."""
        for other in self.bodies:
            if other.mode != "static":
                self._place(other)
        asked = (camera.name, body.instance_id)
        if asked not in self._sights:
            self._sights[asked] = self.rays.sight(camera, body.instance_id)
        return self._sights[asked]

    def _place(self, body: Body) -> None:
        """Say where a body is now; what was seen before it moved is forgotten."""
        here = (body.position_m, body.quaternion_wxyz, body.present)
        if self._placed.get(body.instance_id) != here:
            self._placed[body.instance_id] = here
            self._sights.clear()
            self.rays.place(body.instance_id, body.matrix(), present=body.present)

    def target(self, node: HasSettings, name: str) -> Body:
        """Return what a setting points at: a body by its name, or a point."""
        if node.has(name):
            return self.bodies.named(node.text(name))
        return Body.point(node.vector(f"{name}_m"))
