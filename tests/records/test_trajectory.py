"""What a trajectory says of a frame: presence, phases of events, inclusion."""

from __future__ import annotations

import numpy as np
import pytest

from simgen.records.occurrence import ActiveEvent, Occurrence
from simgen.records.trajectory import Trajectory

LEAP = Occurrence(
    "leap",
    "animal_crossing",
    0,
    True,
    armed_s=0.0,
    triggered_s=1.0,
    active_s=1.5,
    over_s=3.0,
    log_p=-4,
    log_q=-1,
)


def trajectory(**changes: object) -> Trajectory:
    f, n = 4, 2
    still = {
        "times_s": np.arange(f) * 1.0,
        "positions_m": np.zeros((f, n, 3)),
        "quaternions_wxyz": np.tile([1.0, 0, 0, 0], (f, n, 1)),
        "linear_velocities_mps": np.zeros((f, n, 3)),
        "angular_velocities_radps": np.zeros((f, n, 3)),
        "contacts": (),
        "settled": True,
        "settle_time_s": 0.0,
    }
    return Trajectory(**(still | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("time_s", "phase"),
    [
        (-1, None),
        (0, "armed"),
        (0.99, "armed"),
        (1, "triggered"),
        (1.5, "active"),
        (2.9, "active"),
        (3, "over"),
    ],
)
def test_a_phase_begins_at_its_time(time_s: float, phase: str | None):
    assert LEAP.phase_at(time_s) == phase


def test_an_event_that_was_not_armed_has_no_phase():
    assert Occurrence("leap", "x", 0, False).phase_at(5.0) is None


def test_a_phase_that_was_never_reached_is_not_entered():
    never_over = Occurrence("leap", "x", 0, True, armed_s=0.0, triggered_s=1.0, active_s=2.0)
    assert never_over.phase_at(100.0) == "active"


def test_the_factor_of_an_event_is_the_ratio_of_its_probabilities():
    assert LEAP.log_w == -3


def test_frames_carry_events_that_are_triggered_or_active():
    run = trajectory(occurrences=(LEAP,))
    named = [[(event.label, event.phase) for event in run.events_at(k)] for k in range(run.frame_count)]
    assert named == [[], [("animal_crossing", "triggered")], [("animal_crossing", "active")], []]
    assert run.events_at(2) == (ActiveEvent("leap", "animal_crossing", "active"),)


def test_without_a_word_all_bodies_are_present_and_all_frames_certain():
    run = trajectory()
    assert run.present_at(3).tolist() == [True, True]
    assert run.inclusion_at(3) == 1.0
    thinned = trajectory(present=np.eye(4, 2, dtype=bool), inclusion=np.array([1 / 3, 1, 1, 1 / 3]))
    assert thinned.present_at(1).tolist() == [False, True]
    assert thinned.inclusion_at(0) == 1 / 3
