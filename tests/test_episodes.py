"""Scenarios in which something happens, end to end: pairs, failures, faults, replay, stream."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import simgen
from simgen import api
from simgen.assets import AssetLibrary
from simgen.batch.tally import notice
from simgen.dataset import Dataset, DatasetWriter, dataset_digest, differences
from simgen.errors import ExpectationError, SceneRejected
from simgen.geometry import invert_rigid
from simgen.pipeline import SceneProducer, SceneResult, Studio, manifest_of, settle_scene
from simgen.records.scene import Scene
from simgen.records.sensing import faults_at, nominal_pose, true_pose
from simgen.records.trajectory import Trajectory
from simgen.scenario.spec import Scenario
from simgen.simulation import simulate
from tests.sampling.scenarios import block, scenario

EVENT = {
    "probability": 0.01,
    "source": "assumed",
    "mode": "forced",
    "trigger": {"time": {"at": 0.3}},
    "actions": [{"do": {"actor": "cart", "behaviour": {"brake": {"deceleration": 5.0}}}}],
    "expect_label": "stop",
}
FRONT = {
    "width": 48,
    "height": 32,
    "exposure": 10.0,
    "mount": {"on": "cart", "position": [0.3, 0.0, 0.3]},
}


def driving(
    event: dict[str, Any] | None = None, things: dict[str, Any] | None = None, **fields: Any
) -> Scenario:
    """A cart drives at 1 to 2 m/s towards a pillar, with a camera on it; the event `stop` brakes it."""
    raw: dict[str, Any] = {
        "params": {"speed": {"uniform": [1.0, 2.0]}},
        "world": {"kind": "empty", "floor": False},
        "actors": {
            "cart": block(
                (0.4, 0.3, 0.2),
                place={"at": {"position": [0, 0, 0]}},
                behaviour={"constant_velocity": {"speed": "${speed}"}},
                motion="kinematic",
            )
        },
        "events": {"stop": EVENT | (event or {})},
        "sensors": {"front": FRONT},
        "physics": {"gravity": [0, 0, 0]},
        "capture": {"when": "start", "duration": 0.8, "rate": 10},
        "labels": {"outputs": ["rgb", "instance"]},
    }
    pillar = block((0.3, 0.3, 1.0), place={"at": {"position": [4, 0, 0]}}, motion="static")
    return scenario({"pillar": pillar} | (things or {}), **(raw | fields))


def make(of: Scenario, out: Path, count: int = 1, resume: bool = False) -> list[SceneResult]:
    """What `generate` does, in this process."""
    manifest = manifest_of(of, 5, count, Studio("analytic"))
    with DatasetWriter.create(out, manifest, resume=resume) as writer:
        producer = SceneProducer(of, 5, out, "analytic")
        results = [producer(index) for index in range(count) if index not in writer.done_indices()]
        writer.finalise()
    return results


@pytest.fixture(scope="module")
def library() -> AssetLibrary:
    return AssetLibrary()


def test_an_event_is_simulated_labelled_and_weighted(tmp_path: Path) -> None:
    make(driving(), tmp_path / "a", 2)
    dataset = Dataset(tmp_path / "a")
    for scene in dataset.scenes():
        (stop,) = scene.occurrences
        assert stop.triggered_s == stop.active_s == pytest.approx(0.3)
        assert np.exp(scene.log_weight) == pytest.approx(0.01)
        phases = [sample.events[0].phase if sample.events else None for sample in scene]
        assert phases[:3] == [None] * 3
        assert phases[3] == "active"
    assert simgen.verify(tmp_path / "a").problems == ()


def test_a_shift_of_the_file_moves_the_camera_as_it_says(library: AssetLibrary) -> None:
    bump = {
        "sensor": "front",
        "shift": {"position": [0.0, "-10 cm", 0.0], "yaw": "5 deg"},
        "start": 0.2,
        "duration": 0.2,
        "rate": "1 /s",
        "source": "assumed",
        "mode": "forced",
    }
    settled = settle_scene(driving(faults={"bump": bump}), 5, 0, library)
    (fault,), camera = settled.scene.faults, settled.scene.cameras[0]
    assert fault.start_s > 0.2  # counted from the rate's arrival
    frames = [k for k in range(9) if faults_at(settled.scene, settled.trajectory, "front", k) == (fault,)]
    for k in range(9):
        poses = [pose(settled.scene, settled.trajectory, camera, k) for pose in (nominal_pose, true_pose)]
        T_nominal_true = invert_rigid(poses[0]) @ poses[1]
        moved = (0.0, -0.1, 0.0) if k in frames else (0.0, 0.0, 0.0)
        assert T_nominal_true[:3, 3] == pytest.approx(moved)
        turn = np.radians(5.0) if k in frames else 0.0
        assert T_nominal_true[:3, 2] == pytest.approx((np.sin(turn), 0.0, np.cos(turn)))
    assert len(frames) == 2


def test_an_episode_replays_whole_and_frame_by_frame(tmp_path: Path) -> None:
    cable = {
        "sensor": "front",
        "freeze": {},
        "event": "stop",
        "start": 0.1,
        "duration": 0.3,
        "probability": 0.1,
        "source": "assumed",
        "mode": "forced",
        "clean_twin": True,
    }
    make(driving(faults={"cable": cable}), tmp_path / "a")
    samples = list(Dataset(tmp_path / "a"))
    assert [bool(sample.faults) for sample in samples] == [False] * 4 + [True] * 3 + [False] * 2
    assert simgen.replay(tmp_path / "a", 0).differing == ()
    assert simgen.replay(tmp_path / "a", 0, frame_index=5).differing == ()
    make(driving(faults={"cable": cable}), tmp_path / "b", 1)
    make(driving(faults={"cable": cable}), tmp_path / "b", 2, resume=True)
    make(driving(faults={"cable": cable}), tmp_path / "c", 2)
    assert dataset_digest(tmp_path / "b") == dataset_digest(tmp_path / "c")


def test_a_scene_whose_event_never_comes_is_counted_told_and_keeps_its_weight(tmp_path: Path) -> None:
    late = driving({"trigger": {"distance": {"from": "cart", "to": "pillar", "below": 2.4}}})
    told: list[Any] = []
    summary = simgen.generate(
        late, count=4, seed=5, out=tmp_path / "a", renderer="analytic", on_event=told.append
    )
    dataset = Dataset(tmp_path / "a")
    assert summary.scenes_failed + summary.scenes_written == 4
    assert 0 < summary.scenes_failed == len(dataset.failed) < 4
    assert all(
        "'stop' never appears: it was armed, and never triggered" in each for _, each in summary.failures
    )
    assert sorted(index for index in dataset.failed) == sorted(
        event.result.index for event in told if notice(event).startswith("scene")
    )
    for index in dataset.failed:
        assert {path.name for path in (tmp_path / f"a/scenes/{index:06d}").iterdir()} == {
            "checksums.json",
            "failed.json",
        }
        assert np.exp(dataset.events(index).log_weight) == pytest.approx(0.01)
    assert dataset.info["samples"] == 9 * summary.scenes_written
    assert simgen.verify(tmp_path / "a").problems == ()
    streamed = list(islice(simgen.stream(late, seed=5, renderer="analytic"), 9))
    assert {sample.scene_index for sample in streamed} == {dataset.scene_indices[0]}


def test_a_stream_of_nothing_but_failures_ends_with_the_reason() -> None:
    never = driving({"trigger": {"distance": {"from": "cart", "to": "pillar", "below": 0.1}}})
    with pytest.raises(ExpectationError, match=r"never triggered until 0\.800 s"):
        next(simgen.stream(never, seed=5, renderer="analytic"))


def test_what_must_be_seen_and_is_not_fails_the_scene(tmp_path: Path) -> None:
    blind = driving({"expect_visible": [{"sensor": "front", "object": "pillar", "min_px": 1_600}]})
    (result,) = make(blind, tmp_path / "a")
    assert (result.status, result.samples) == ("failed", 0)
    assert "'front' never sees 1600 pixels of 'pillar' while it is active: at most" in result.reason


LAMP = {"mount": {"on": "cart", "position": [0.3, 0, 0.1]}, "intensity": 500}


def test_half_a_pair_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(
        simgen.errors.UsageError, match=r"count: 3 is odd, .* makes counterfactual pairs.* use 4"
    ):
        simgen.generate(driving(counterfactual="stop"), count=3, seed=0, out=tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_a_pair_of_which_one_failed_is_no_whole_pair(tmp_path: Path) -> None:
    never = {"trigger": {"distance": {"from": "cart", "to": "pillar", "below": 0.1}}}
    make(driving(never, counterfactual="stop"), tmp_path / "a", 2)
    dataset = Dataset(tmp_path / "a")
    assert (list(dataset.failed), dataset.scene_indices, list(dataset.pairs())) == ([0], (1,), [])


def test_twins_have_the_same_bytes_before_the_event_and_where_it_changes_nothing(tmp_path: Path) -> None:
    blackout = {"actions": [{"light": {"name": "beam", "state": "off"}}]}
    pair = driving(blackout, lights={"beam": LAMP}, counterfactual="stop")
    make(pair, tmp_path / "a", 2)
    with_it, without = (tmp_path / "a/scenes" / name for name in ("000000", "000001"))
    different = {line.split(":")[0] for line in differences(with_it, without)}
    dark = {f"front/{k:04d}_rgb.png" for k in range(3, 9)}
    told = {f"front/{k:04d}_labels.json" for k in range(3, 9)}
    records = {"scene.json", "events.json", "states.npz", "checksums.json"}
    assert dark | told <= different <= dark | told | records
    first, second = (Dataset(tmp_path / "a").scene(k) for k in (0, 1))
    assert (first.events.twin.occurs, second.events.twin.occurs) == (True, False)  # type: ignore[union-attr]
    assert [(a.index, b.index) for a, b in Dataset(tmp_path / "a").pairs()] == [(0, 1)]
    assert simgen.verify(tmp_path / "a").problems == ()
    assert simgen.replay(tmp_path / "a", 1).differing == ()


def test_twins_stay_one_draw_when_a_guard_refuses_one_of_them(
    library: AssetLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse_some(scene: Scene, library: AssetLibrary) -> Trajectory:
        if scene.events[0].armed and dict(scene.params)["speed"] > 1.5:  # type: ignore[operator]
            raise SceneRejected("explosion", "the event threw something out")
        return simulate(scene, library)

    monkeypatch.setattr("simgen.pipeline.settle.simulate", refuse_some)
    pair, attempts = driving(counterfactual="stop"), list[int]()
    for k in range(4):
        with_it, without = (settle_scene(pair, 5, index, library) for index in (2 * k, 2 * k + 1))
        assert with_it.scene.params == without.scene.params
        assert with_it.scene.attempt == without.scene.attempt
        assert with_it.rejections == without.rejections
        assert float(dict(without.scene.params)["speed"]) <= 1.5
        attempts.append(without.scene.attempt)
    assert max(attempts) > 0  # some were refused


def test_a_preview_tells_what_would_fail(tmp_path: Path) -> None:
    never = driving({"trigger": {"distance": {"from": "cart", "to": "pillar", "below": 0.1}}})
    film = tmp_path / "a.mp4"
    reasons = api.write_scene_preview(
        never, seed=5, index=0, path=tmp_path / "a.png", renderer="analytic", video=film
    )
    assert len(reasons) == 1
    assert film.stat().st_size > 1000
    assert (
        api.write_scene_preview(driving(), seed=5, index=0, path=tmp_path / "b.png", renderer="analytic")
        == ()
    )


def test_the_files_of_a_dataset_without_events_say_nothing_of_them(tmp_path: Path) -> None:
    make(
        driving(events={}, actors={}, sensors={"front": FRONT | {"mount": None, "fixed": FIXED}}),
        tmp_path / "a",
    )
    names = {path.name for path in (tmp_path / "a/scenes/000000").glob("*.*")}
    assert not {"events.json", "states.npz"} & names
    assert "episodes" not in json.loads((tmp_path / "a/dataset.json").read_text())["conventions"]


FIXED = {"position": [0, 0, 0.5], "look_at": [4, 0, 0.5]}
