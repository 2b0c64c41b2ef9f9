"""The same scene gives the same record, in any process, whatever else was simulated before."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace
from math import pi
from pathlib import Path

import numpy as np
import pytest

import simgen
from simgen.records.behaviour import Joint
from simgen.records.event import Twin
from simgen.records.scene import Physics, Scene, scene_from_json, scene_to_json
from simgen.records.trajectory import Trajectory
from simgen.simulation import simulate
from tests.builders import box, floor, static_box
from tests.simulation.acting import FAR, LIBRARY, act, car, deer, do, event, lane, on, stage, thing


def story() -> Scene:
    """A bit of everything: a crash, a load that is shed, chance, Python."""
    wild = do("wander", speed_mps=1.0, turn_radps=1.0, radius_m=3.0, path="actors.hare.behaviour.wander")
    idm = {
        "speed_mps": 12.0,
        "headway_s": 1.6,
        "gap_m": 2.0,
        "acceleration_mps2": 0.73,
        "deceleration_mps2": 1.67,
    }
    behind = do("follow_lead", lead="hare", path="lane", **idm)
    players = [
        car((0, 0, 0), do("follow_path", path="lane", speed_mps=18.0)),
        car((20, 0, 0), behind, name="truck", linear_velocity_mps=(11.0, 0.0, 0.0)),
        deer((45, -6, 0)),
        deer((60, 8, 0), wild, name="hare"),
        deer((70, 8, 0), do("python", call="tests.flight:Drunk"), name="bird"),
        thing(box((0.5, 0.5, 0.5), (25, 0, 1.75), mass_kg=8.0, name="crate")),
        thing(floor(size_m=600.0)),
        thing(static_box((1, 1, 4), (90, 0, 2), name="post")),
    ]  # fmt: skip
    leap = act(
        "do",
        do("dart_out", speed_mps=7.0, acceleration_mps2=6.0, heading_rad=pi / 2, distance_m=6.0),
        actor="deer",
    )
    events = [
        event(
            "leap", leap, trigger=on("ttc", from_="truck", to="deer", below_s=1.6), actors=("deer", "truck")
        ),
        event(
            "shed",
            act("release", object="crate"),
            trigger=on("random_hazard", rate_hz=2.0),
            actors=("crate",),
        ),
        event("hit", trigger=on("contact", of=("car", "truck"), min_impulse_ns=50.0)),
    ]
    scene = stage(
        players, events, seconds=3.0, rate_hz=30, physics=Physics(), lanes=(lane((0, 0, 0), (300, 0, 0)),)
    )
    return replace(scene, joints=(Joint("crate", "truck"),))


def digest(run: Trajectory) -> str:
    arrays = (run.positions_m, run.quaternions_wxyz, run.linear_velocities_mps, run.angular_velocities_radps)
    text = repr((run.occurrences, run.impacts, run.contacts))
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays) + text.encode()).hexdigest()


@pytest.fixture(scope="module")
def run() -> Trajectory:
    return simulate(story(), LIBRARY)


def test_the_story_is_eventful(run: Trajectory) -> None:
    assert {row.event for row in run.occurrences if row.triggered_s is not None} == {"leap", "shed", "hit"}
    assert len(run.impacts) > 3


def test_running_it_again_gives_the_identical_record(run: Trajectory) -> None:
    assert digest(simulate(story(), LIBRARY)) == digest(run)


def test_a_scene_from_its_file_gives_the_identical_record(run: Trajectory) -> None:
    read = scene_from_json(scene_to_json(story()))
    assert digest(simulate(read, LIBRARY)) == digest(run)


def test_another_process_gives_the_identical_record(run: Trajectory) -> None:
    code = "from tests.simulation.test_reruns import *; print(digest(simulate(story(), LIBRARY)))"
    fresh = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    assert fresh.stdout.strip() == digest(run)


def test_both_scenes_of_a_pair_draw_the_same_while_they_run() -> None:
    scene = story()
    plain = simulate(replace(scene, index=3), LIBRARY)
    pair = [simulate(replace(scene, index=k, twin=Twin("leap", k == 6)), LIBRARY) for k in (6, 7)]
    assert digest(pair[0]) == digest(plain) == digest(pair[1])


@pytest.mark.parametrize("seed", [0, 1])
def test_the_scenario_that_uses_every_form_once_runs(seed: int) -> None:
    drawn = simgen.load("tests/scenario/data/every_event.yaml").sample(seed, 0)
    scene = replace(drawn, **FAR)
    run = simulate(scene, LIBRARY)
    assert {row.event for row in run.occurrences} == {"leap", "shed", "wave"}
    assert all(np.isfinite(array).all() for array in (run.positions_m, run.linear_velocities_mps))
    assert digest(simulate(scene, LIBRARY)) == digest(run)
