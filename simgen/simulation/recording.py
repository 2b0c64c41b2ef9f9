"""What is kept of a running scene at every possible frame, and the trajectory that it becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray
from simgen.records.occurrence import Impact, Occurrence
from simgen.records.trajectory import Contact, Trajectory
from simgen.simulation.bodies import Bodies
from simgen.simulation.lamps import Lamps
from simgen.simulation.protocol import BodyStates


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """All bodies at one grid frame."""

    time_s: float
    states: BodyStates
    present: NDArray[np.bool_]
    contacts: tuple[Contact, ...]
    gait: FloatArray | None


def snapshot(
    time_s: float,
    states: BodyStates,
    bodies: Bodies,
    contacts: tuple[Contact, ...],
    gait: FloatArray | None = None,
) -> Snapshot:
    """Return the present state; what the engine does not move is taken from `bodies`.

    Args:
        states: of the engine, changed in place.
        gait: (n, 2) of bodies with a skeleton, see `Trajectory.gait`.
    """
    present = np.ones(len(bodies), bool)
    for row, body in enumerate(bodies):
        if body.mode in ("driven", "carried", "absent"):
            states.positions_m[row], states.quaternions_wxyz[row] = body.position_m, body.quaternion_wxyz
            states.linear_velocities_mps[row] = body.velocity_mps
            states.angular_velocities_radps[row] = body.angular_radps
            present[row] = body.present
    return Snapshot(time_s, states, present, contacts, gait)


class Motion(TypedDict):
    """Where all bodies are and how they move, frame by frame; see `Trajectory`."""

    positions_m: FloatArray
    quaternions_wxyz: FloatArray
    linear_velocities_mps: FloatArray
    angular_velocities_radps: FloatArray


def motion_of(frames: Sequence[BodyStates]) -> Motion:
    """Return the states of all frames, each (frames, bodies, 3 or 4)."""
    return Motion(
        positions_m=np.stack([states.positions_m for states in frames]),
        quaternions_wxyz=np.stack([states.quaternions_wxyz for states in frames]),
        linear_velocities_mps=np.stack([states.linear_velocities_mps for states in frames]),
        angular_velocities_radps=np.stack([states.angular_velocities_radps for states in frames]),
    )


def trajectory(
    taken: Sequence[Snapshot],
    lamps: Lamps,
    inclusion: FloatArray | None,
    settled: bool,
    settle_time_s: float,
    occurrences: tuple[Occurrence, ...],
    impacts: tuple[Impact, ...],
) -> Trajectory:
    """Return the record of a run.

    Args:
        settled: whether all came to rest.
        settle_time_s: when they did, or were no longer waited for.
    """
    times = np.array([shot.time_s for shot in taken])
    present = np.stack([shot.present for shot in taken])
    return Trajectory(
        times_s=times,
        **motion_of([shot.states for shot in taken]),
        contacts=tuple(
            replace(contact, frame_index=index)
            for index, shot in enumerate(taken)
            for contact in shot.contacts
        ),
        settled=settled,
        settle_time_s=settle_time_s,
        occurrences=occurrences,
        impacts=impacts,
        present=None if present.all() else present,
        light_factors=lamps.table(times),
        inclusion=inclusion,
        gait=_gaits(taken),
    )


def _gaits(taken: Sequence[Snapshot]) -> FloatArray | None:
    known = [shot.gait for shot in taken if shot.gait is not None]
    return np.stack(known) if known else None
