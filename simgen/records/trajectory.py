"""A trajectory: the state of every body at every capture frame, without any engine handle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray, transform
from simgen.records.occurrence import ActiveEvent, Impact, Occurrence


@dataclass(frozen=True, slots=True)
class Contact:
    """Two bodies touching at one capture frame.

    Attributes:
        frame_index: capture frame.
        instance_id_a: lower id of the pair.
        instance_id_b: higher id.
        point_m: world position on b.
        normal: unit, world, from b towards a.
        distance_m: negative when they penetrate.
        normal_force_n: newtons.
    """

    frame_index: int
    instance_id_a: int
    instance_id_b: int
    point_m: tuple[float, float, float]
    normal: tuple[float, float, float]
    distance_m: float
    normal_force_n: float


@dataclass(frozen=True, slots=True, eq=False)
class Trajectory:
    """Poses and velocities of n bodies at f capture frames; body i has instance id i + 1.

    Attributes:
        times_s: (f,) from scene start.
        positions_m: (f, n, 3) world, of the object-frame origin.
        quaternions_wxyz: (f, n, 4) object -> world.
        linear_velocities_mps: (f, n, 3) world, of the object-frame origin.
        angular_velocities_radps: (f, n, 3) world.
        contacts: touching pairs at the capture frames, ordered.
        settled: whether all bodies came to rest within the limit.
        settle_time_s: when; the limit if they did not, 0 if not asked for.
        occurrences: what became of each event of the scene, in the order of `Scene.events`, then by count.
        impacts: what touched whom over the whole run, by start, then names; empty for scenes without actors and
            events.
        present: (f, n) whether a body is in the world; None: all are, always.
        light_factors: (f, k) on the intensity of each of `Scene.light_names`: 1 full, 0 off, above 1 for a high
            beam. None: nothing changed; 1, and 0 for a lamp that is not `on`.
        inclusion: (f,) probability that the frame was taken, given the motion; None: 1 for all.
        gait: (f, n, 2) for each body with a skeleton: metres that it has gone by itself since time 0, and the speed
            in m/s at which it goes, both frozen when something else moves it. NaN for rigid bodies; None where there
            is no other.
    """

    times_s: FloatArray
    positions_m: FloatArray
    quaternions_wxyz: FloatArray
    linear_velocities_mps: FloatArray
    angular_velocities_radps: FloatArray
    contacts: tuple[Contact, ...]
    settled: bool
    settle_time_s: float
    occurrences: tuple[Occurrence, ...] = ()
    impacts: tuple[Impact, ...] = ()
    present: NDArray[np.bool_] | None = None
    light_factors: FloatArray | None = None
    inclusion: FloatArray | None = None
    gait: FloatArray | None = None

    @property
    def frame_count(self) -> int:
        """Number of capture frames."""
        return len(self.times_s)

    def present_at(self, frame_index: int) -> NDArray[np.bool_]:
        """Return (n,) which bodies are in the world at one capture frame."""
        return np.ones(self.positions_m.shape[1], bool) if self.present is None else self.present[frame_index]

    def gait_at(self, frame_index: int) -> FloatArray | None:
        """Return (n, 2) of `gait` at one capture frame."""
        return None if self.gait is None else self.gait[frame_index]

    def inclusion_at(self, frame_index: int) -> float:
        """Return the probability that this frame was taken; a frame's weight is its scene's divided by it."""
        return 1.0 if self.inclusion is None else float(self.inclusion[frame_index])

    def events_at(self, frame_index: int) -> tuple[ActiveEvent, ...]:
        """Return the events that are triggered or active at one capture frame."""
        time_s = float(self.times_s[frame_index])
        phases = ((occurrence, occurrence.phase_at(time_s)) for occurrence in self.occurrences)
        return tuple(
            ActiveEvent(occurrence.event, occurrence.label, phase)
            for occurrence, phase in phases
            if phase in ("triggered", "active")
        )

    def T_world_objects(self, frame_index: int) -> NDArray[np.float64]:
        """Return (n, 4, 4) transforms object -> world at one capture frame."""
        pairs = zip(self.positions_m[frame_index], self.quaternions_wxyz[frame_index], strict=True)
        return (
            np.stack([transform(p, q) for p, q in pairs])
            if self.positions_m.shape[1]
            else np.zeros((0, 4, 4))
        )
