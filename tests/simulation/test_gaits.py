"""The way of a body with a skeleton is what it goes by itself, whatever frames are taken."""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np
import pytest

from simgen.geometry import FloatArray
from simgen.records.behaviour import Behaviour
from simgen.records.scene import Capture, Physics
from simgen.records.trajectory import Trajectory
from simgen.simulation import simulate
from tests.simulation.acting import FAR, Player, car, deer, do, play, stage
from tests.skinned import TUBE, TubeLibrary


def runner(behaviour: Behaviour) -> Player:
    """An actor with a skeleton."""
    return deer((0, 0, 0), behaviour, asset=TUBE)


def run_of(*players: Player, **fields: Any) -> Trajectory:
    return simulate(stage(players, **fields), TubeLibrary())


def gait(run: Trajectory, row: int = 0) -> FloatArray:
    assert run.gait is not None
    return run.gait[:, row]


def test_at_constant_speed_the_way_is_speed_times_time() -> None:
    run = run_of(runner(do("constant_velocity", speed_mps=7.0)))
    np.testing.assert_allclose(gait(run)[:, 0], 7.0 * run.times_s, rtol=0, atol=1e-9)
    np.testing.assert_allclose(gait(run)[:, 1], 7.0, rtol=0, atol=1e-9)


def test_on_a_bent_way_its_length_counts_not_the_place_it_leads_to() -> None:
    circle = do("orbit", center_m=(0.0, 5.0, 0.0), radius_m=5.0, speed_mps=10.0, height_m=0.5)
    run = run_of(runner(circle), seconds=2.0)
    path = np.linalg.norm(np.diff(run.positions_m[:, 0], axis=0), axis=1).sum()
    assert gait(run)[-1, 0] == pytest.approx(path, abs=0.05)


def test_who_stands_has_no_speed_and_its_way_stays() -> None:
    steps = do(
        "serial",
        do("for", do("constant_velocity", speed_mps=3.0), time_s=0.5),
        do("brake", deceleration_mps2=6.0),
    )
    run = run_of(runner(steps), seconds=2.0)
    assert gait(run)[-1, 0] == pytest.approx(0.5 * 3 + 3**2 / 12, abs=1e-6)
    assert gait(run)[-1, 1] == 0.0


def test_the_way_does_not_depend_on_when_frames_are_taken() -> None:
    walk = do("wander", speed_mps=1.5, turn_radps=1.0, radius_m=3.0)
    every, some = (
        run_of(runner(walk), seconds=2.0, capture=Capture("start", 2 * rate + 1, rate, 2.0))
        for rate in (240, 4)
    )
    np.testing.assert_array_equal(gait(some), gait(every)[::60])


def test_who_is_hit_keeps_the_pose_it_was_hit_in() -> None:
    hit = car((-8, 0, 0), do("constant_velocity", speed_mps=20.0))
    run = run_of(
        runner(do("constant_velocity", speed_mps=2.0, heading_rad=pi / 2)),
        hit,
        seconds=1.0,
        physics=Physics(),
        **FAR,
    )
    first = float(run.impacts[0].start_s)
    after = run.times_s > first + 0.01
    assert after.any()
    assert (gait(run)[after] == gait(run)[after][0]).all()
    assert gait(run)[-1, 1] == pytest.approx(2.0, abs=1e-6)


def test_rigid_bodies_have_none() -> None:
    assert np.isnan(gait(run_of(runner(do("idle")), car((5, 5, 0))), row=1)).all()
    assert play([car((0, 0, 0), do("constant_velocity", speed_mps=7.0))]).gait is None
