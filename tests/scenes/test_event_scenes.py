"""The shipped rare events: short, sourced, and what they promise happens."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

import simgen
from simgen.assets import AssetLibrary
from simgen.records.expectations import unmet_labels
from simgen.records.scene import Scene
from simgen.records.trajectory import Trajectory
from simgen.sampling import sample
from simgen.simulation import simulate
from simgen.worlds.lane_graph import LaneGraph

FOLDER = Path(__file__).parents[2] / "scenes"
LABELS = {
    "night_animal_crossing": "animal_crossing",
    "child_dart_out_parked_cars": "dart_out",
    "cut_in_short_gap": "cut_in",
    "shed_load_debris": "debris",
    "rack_box_fall": "object_fall",
    "stack_collapse": "stack_collapse",
}
LIBRARY = AssetLibrary()
SEED = 3
every_scene = pytest.mark.parametrize("name", LABELS)


@lru_cache(maxsize=len(LABELS))
def episode(name: str) -> tuple[Scene, Trajectory]:
    """Return one scene and what happens in it."""
    scene = sample(simgen.load(FOLDER / f"{name}.yaml"), SEED, 0, LIBRARY).scene
    return scene, simulate(scene, LIBRARY)


@every_scene
def test_a_scene_is_short_and_says_where_its_numbers_come_from(name: str):
    lines = (FOLDER / f"{name}.yaml").read_text("utf-8").splitlines()
    assert len(lines) <= 60
    header = " ".join(line for line in lines[:9] if line.startswith("#"))
    assert "assumed" in header


@every_scene
def test_a_scene_promises_its_label_and_that_it_is_seen(name: str):
    (event,) = simgen.load(FOLDER / f"{name}.yaml").events.values()
    assert event.expect_label == LABELS[name]
    assert event.source
    assert event.expect_visible


@every_scene
def test_a_front_camera_sees_the_whole_episode_at_ten_hertz_and_the_event_more_often(name: str):
    scenario = simgen.load(FOLDER / f"{name}.yaml")
    assert any(camera.mount is not None for camera in scenario.sensors.values())
    assert scenario.capture.when == "start"
    assert scenario.capture.rate == 10
    assert scenario.capture.dense is not None
    assert scenario.capture.dense.event in scenario.events


@every_scene
def test_what_is_promised_happens(name: str):
    scene, trajectory = episode(name)
    (event,) = scene.events
    assert event.armed  # with this seed
    assert unmet_labels(scene, trajectory) == ()
    labels = {active.label for k in range(trajectory.frame_count) for active in trajectory.events_at(k)}
    assert labels == {LABELS[name]}


def test_the_animal_is_on_the_road_in_front_of_the_car():
    scene, trajectory = episode("night_animal_crossing")
    deer, ego = scene.instance_id("deer") - 1, scene.instance_id("ego") - 1
    lane = LaneGraph(scene.lanes)["right_lane"]
    places = [lane.s_of(tuple(p)) for p in trajectory.positions_m[:, deer].tolist()]
    car = [lane.s_of(tuple(p))[0] for p in trajectory.positions_m[:, ego].tolist()]
    met = [s - at for (s, lateral), at in zip(places, car, strict=True) if abs(lateral) < 1.75]
    assert met  # it was on the lane
    assert 0.0 < min(met) < 60.0  # in reach of the low beam


def test_the_carton_falls_as_cartons_fall():
    """From its deck to the floor in about the time that gravity needs."""
    scene, trajectory = episode("rack_box_fall")
    z = trajectory.positions_m[:, scene.instance_id("falling") - 1, 2]
    occurrence = trajectory.occurrences[0]
    assert occurrence.active_s is not None
    below = trajectory.times_s[z < 0.45]
    assert z[0] > 1.6
    assert len(below)
    level = dict(scene.params)["level"]
    assert isinstance(level, float)
    fall_s = (2 * (1.5 * level) / 9.81) ** 0.5
    assert below[0] - occurrence.active_s == pytest.approx(fall_s, abs=0.35)


def test_the_stack_is_no_stack_any_more():
    scene, trajectory = episode("stack_collapse")
    lowest, top = (trajectory.positions_m[:, scene.instance_id(f"front[{k}]") - 1] for k in (0, 5))
    apart = np.linalg.norm(top - lowest, axis=1)
    level = np.linalg.norm((top - lowest)[:, :2], axis=1)
    assert level[0] < 0.15  # upright at first
    assert level[-1] > 0.8  # strewn over the floor, or leaning on the mast
    assert apart[-1] < apart[0] + 3.0


def test_a_fork_lift_that_meets_no_stack_stops_in_the_hall():
    quiet = simgen.load(FOLDER / "stack_collapse.yaml", ["events.crash.mode=off"])
    scene = sample(quiet, SEED, 0, LIBRARY).scene
    run = simulate(scene, LIBRARY)
    lift = scene.instance_id("fork_lift") - 1
    assert run.positions_m[-1, lift, 0] - run.positions_m[0, lift, 0] > 9.0
    assert not run.linear_velocities_mps[-1, lift].any()
    assert not [hit for hit in run.impacts if {hit.a, hit.b} & {"fork_lift", "carried"}]


VEHICLES = {"ego", "cutter", "lorry"}


@pytest.mark.parametrize("headway", ["0.1 s", "4 s"])
@pytest.mark.parametrize("mode", ["off", "forced"])
def test_who_overtakes_is_back_in_the_lane_before_the_lorry_is_there(mode: str, headway: str):
    """The corner of all drawn ranges that leaves the least time, with and without the cut-in."""
    lorry = "actors.lorry.behaviour.follow_path.speed=70 km/h"
    corner = ["params.ego_speed=90 km/h", "params.faster=6 m/s", f"params.headway={headway}", lorry]
    near = ["actors.cutter.place.along.s=-24 m", "actors.lorry.place.along.s=20 m"]
    late = simgen.load(FOLDER / "cut_in_short_gap.yaml", [f"events.cut.mode={mode}", *corner, *near])
    scene = sample(late, SEED, 0, LIBRARY).scene
    run = simulate(scene, LIBRARY)
    assert not [hit for hit in run.impacts if {hit.a, hit.b} <= VEHICLES]
    cutter, other = (run.positions_m[:, scene.instance_id(name) - 1] for name in ("cutter", "lorry"))
    assert np.linalg.norm(cutter - other, axis=1).min() < 30.0  # they did pass each other


@pytest.mark.parametrize(("name", "event"), [("rack_box_fall", "fall"), ("shed_load_debris", "loss")])
def test_where_nothing_happens_nobody_crashes(name: str, event: str):
    quiet = simgen.load(FOLDER / f"{name}.yaml", [f"events.{event}.mode=off"])
    scene = sample(quiet, SEED, 0, LIBRARY).scene
    run = simulate(scene, LIBRARY)
    actors = {actor.name for actor in scene.actors}
    assert not [hit for hit in run.impacts if {hit.a, hit.b} & actors]
