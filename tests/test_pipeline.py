"""One scene end to end: draws that a guard refuses are drawn again, counted, and told when they run out."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simgen.assets import AssetLibrary
from simgen.dataset import Dataset, DatasetWriter
from simgen.errors import DatasetError, SamplingError
from simgen.pipeline import (
    SceneProducer,
    SettledScene,
    Stopwatch,
    Studio,
    manifest_of,
    settle_scene,
    software_of,
    views,
    write_scene,
)
from simgen.sampling import sample
from simgen.scenario.spec import Scenario
from simgen.simulation import simulate
from tests.sampling.scenarios import block, scenario

FAST = {"engine": "kinematic", "gravity": [0, 0, 0], "max_speed": 5}


def flying(max_attempts: int = 50, **fields: Any) -> Scenario:
    """One block with a speed of 0 to 10 m/s; the guard refuses half of the draws as explosions."""
    box = block(velocity=["${speed}", 0, 0], place={"at": {"position": [0, 0, 1]}})
    raw: dict[str, Any] = {
        "params": {"speed": {"uniform": [0.0, 10.0]}},
        "physics": FAST,
        "capture": {"when": "start", "frames": 2, "rate": 60},
        "sample": {"max_attempts": max_attempts},
        "sensors": {
            "cam": {"width": 32, "height": 24, "fixed": {"position": [2, 0, 1], "look_at": [0, 0, 1]}}
        },
    }
    return scenario({"box": box}, **(raw | fields))


@pytest.fixture(scope="module")
def library() -> AssetLibrary:
    return AssetLibrary()


@given(index=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_every_refused_draw_is_counted_and_the_next_attempt_follows(
    library: AssetLibrary, index: int
) -> None:
    settled = settle_scene(flying(), 3, index, library)
    attempt = settled.scene.attempt
    assert settled.rejections.by_reason == ((("physics explosion", attempt),) if attempt else ())
    speeds = [
        dict(sample(flying(), 3, index, library, first_attempt=k).scene.params)["speed"]
        for k in range(attempt + 1)
    ]
    assert all(float(speed) > 5 for speed in speeds[:-1])
    assert float(speeds[-1]) <= 5


def test_some_first_draws_are_refused_and_some_are_not(library: AssetLibrary) -> None:
    attempts = [settle_scene(flying(), 3, index, library).scene.attempt for index in range(12)]
    assert min(attempts) == 0
    assert max(attempts) > 0


def test_the_accepted_scene_is_the_draw_of_its_attempt(library: AssetLibrary) -> None:
    index = next(k for k in range(50) if settle_scene(flying(), 3, k, library).scene.attempt > 1)
    settled = settle_scene(flying(), 3, index, library)
    again = sample(flying(), 3, index, library, first_attempt=settled.scene.attempt).scene
    assert settled.scene == again
    assert np.array_equal(settled.trajectory.positions_m, simulate(again, library).positions_m)


def test_refusals_by_constraints_and_by_guards_add_up_to_the_attempts(library: AssetLibrary) -> None:
    both = flying(constraints=[{"require": "${speed} > 2"}])
    for index in range(10):
        settled = settle_scene(both, 1, index, library)
        assert settled.rejections.total == settled.scene.attempt
        assert {reason for reason, _ in settled.rejections.by_reason} <= {
            "physics explosion",
            "constraints[0] require",
        }


def test_when_the_guard_refuses_all_draws_the_error_names_it_and_counts(library: AssetLibrary) -> None:
    never = flying(7, params={"speed": {"uniform": [6.0, 10.0]}})
    with pytest.raises(SamplingError) as refused:
        settle_scene(never, 3, 4, library)
    assert refused.value.by_reason == (("physics explosion", 7),)
    text = str(refused.value)
    assert text.startswith(
        "scene 4 of 'toy' (seed 3): all 7 draws were refused. 'physics explosion' refused most: 7."
    )
    assert "'box' moves at" in text
    assert text.endswith("or raise sample.max_attempts (7)")


def test_when_draws_run_out_behind_a_guard_the_error_tells_of_both(library: AssetLibrary) -> None:
    never = flying(6, physics=FAST | {"max_speed": 2}, constraints=[{"require": "${speed} > 5"}])
    texts: list[str] = []
    for index in range(12):
        with pytest.raises(SamplingError) as refused:
            settle_scene(never, 3, index, library)
        counts = dict(refused.value.by_reason)
        assert sum(counts.values()) == 6
        texts.append(str(refused.value))
        for reason, count in counts.items():
            assert f"'{reason}'" in texts[-1]
            assert f" {count}" in texts[-1]
    assert any("Before that, drawn scenes were refused by 'physics explosion'" in text for text in texts)
    assert any("At last: 'box' moves at" in text for text in texts)


def test_a_scene_that_cannot_be_drawn_is_recorded_with_its_counts(tmp_path: Path) -> None:
    never = flying(3, params={"speed": {"uniform": [6.0, 10.0]}})
    out = started(tmp_path / "out", never)
    result = SceneProducer(never, 3, out, "analytic")(0)
    assert (result.status, result.samples, result.rejections.total) == ("failed", 0, 3)
    record = json.loads((out / "scenes/000000/failed.json").read_text())
    assert record["reason"] == result.reason
    assert record["rejections"] == {"physics explosion": 3}


def test_a_scene_is_written_with_what_was_refused_before_it(tmp_path: Path, library: AssetLibrary) -> None:
    index = next(k for k in range(50) if settle_scene(flying(), 3, k, library).scene.attempt > 0)
    out = started(tmp_path / "out", flying(), index + 1)
    result = SceneProducer(flying(), 3, out, "analytic")(index)
    recorded = Dataset(out).scene(index)
    assert (result.status, result.samples) == ("written", len(recorded)) == ("written", 2)
    assert recorded.rejections == result.rejections
    assert recorded.rejections.total == recorded.scene.attempt > 0
    assert set(result.seconds) == {"sample", "simulate", "upload", "render", "develop", "annotate", "write"}


def test_a_producer_travels_without_what_it_opened(tmp_path: Path) -> None:
    producer = SceneProducer(flying(), 3, started(tmp_path / "out", flying(), 2), "analytic")
    producer(0)
    copy = pickle.loads(pickle.dumps(producer))  # noqa: S301 (made here)
    assert copy._studio is None
    assert copy(1).status == "written"


def test_a_lost_scene_is_recorded_once(tmp_path: Path) -> None:
    out = started(tmp_path / "out", flying())
    producer = SceneProducer(flying(), 3, out, "analytic")
    assert producer.lost(0, "its worker died").reason == "its worker died"
    assert Dataset(out).failed == {0: "its worker died"}
    with pytest.raises(DatasetError, match="scene 0 is already at"):
        producer.lost(0, "again")


def test_a_scene_short_of_samples_is_not_committed(tmp_path: Path, library: AssetLibrary) -> None:
    out = started(tmp_path / "out", flying())
    settled = settle_scene(flying(), 3, 0, library)

    class OneSample(Studio):
        def samples(self, *arguments: Any, **options: Any) -> Iterator[Any]:
            yield next(super().samples(*arguments, **options))

    with (
        pytest.raises(DatasetError, match="1 of 2 samples were written"),
        DatasetWriter.attach(out).scene(0) as writer,
    ):
        write_scene(settled, writer, OneSample("analytic"), Stopwatch())
    assert not list((out / "scenes").iterdir())


def test_views_come_frame_by_frame_and_cameras_by_name(library: AssetLibrary) -> None:
    camera = {"width": 32, "height": 24, "fixed": {"position": [2, 0, 1], "look_at": [0, 0, 1]}}
    settled = settle_scene(flying(sensors={"b": camera, "a": camera}), 3, 0, library)
    seen = [(view.frame_index, view.sensor) for _, view in views(settled.scene, settled.trajectory)]
    assert seen == [(0, "a"), (0, "b"), (1, "a"), (1, "b")]
    alone = [(view.frame_index, view.sensor) for _, view in views(settled.scene, settled.trajectory, [1])]
    assert alone == [(1, "a"), (1, "b")]
    first, *_, last = (view for _, view in views(settled.scene, settled.trajectory))
    moved = last.T_world_objects[0, 0, 3] - first.T_world_objects[0, 0, 3]
    assert moved == pytest.approx(float(dict(settled.scene.params)["speed"]) / 60)
    assert last.time_s == pytest.approx(1 / 60)


def test_the_manifest_holds_what_decides_bytes() -> None:
    studio = Studio("analytic")
    manifest = manifest_of(flying(), 3, 5, studio)
    names = [name for name, _ in manifest.software]
    assert {"python", "numpy", "scipy", "OpenEXR", "pillow", "renderer_device"} < set(names)
    assert manifest.software == software_of(studio)
    assert (manifest.seed, manifest.scene_count, manifest.renderer) == (3, 5, "analytic")


def started(path: Path, of: Scenario, count: int = 1) -> Path:
    """A dataset that `of` can be written into."""
    DatasetWriter.create(path, manifest_of(of, 3, count, Studio("analytic"))).close()
    return path


def test_settled_scenes_are_the_same_in_any_order(library: AssetLibrary) -> None:
    def made(indices: range) -> dict[int, SettledScene]:
        return {index: settle_scene(flying(), 3, index, library) for index in indices}

    forth, back = made(range(4)), made(range(3, -1, -1))
    assert [forth[k].scene for k in range(4)] == [back[k].scene for k in range(4)]
