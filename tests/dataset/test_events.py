"""Events on disk: what is written comes back, agrees with itself, and failed scenes keep their weight."""

from __future__ import annotations

import json
from dataclasses import replace
from math import log, nan
from pathlib import Path

import numpy as np
import pytest

from simgen.dataset import Dataset, differences
from simgen.dataset.scene_events import events_from_json, events_of, events_to_json
from simgen.dataset.verify import verify
from simgen.errors import DatasetError
from simgen.records.event import Twin, WeightFactor
from simgen.records.occurrence import ActiveEvent, Impact
from simgen.records.trajectory import Trajectory
from tests.dataset.samples import ball_scene, still
from tests.episodes import episode, event, expected, fault, happened, rolled, write_episodes


def eventful() -> tuple:
    """An event, a frozen sensor, an impact, dense capture, a light that flickers and a ball that comes late."""
    cable = fault("cable", "freeze", 0.2, 0.2, event="leap", clean_twin=True)
    scene = episode(
        events=[event(visible_expected=(expected(),)), event("other", armed=False)], faults=[cable]
    )
    present = np.ones((8, 3), bool)
    present[:2, 2] = False
    flicker = np.ones((8, 2))
    flicker[4:, 0] = 0.0
    hit = Impact(0.35, 0.4, "car", "ball", 1.5, 300.0, 2.0, (1.0, 0.0, 0.1))
    states = {
        "present": present,
        "light_factors": flicker,
        "inclusion": np.full(8, 0.25),
        "gait": np.full((8, 3, 2), np.nan),
    }
    return scene, rolled(scene, impacts=(hit,), **states)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_episodes(tmp_path_factory.mktemp("events") / "data", [eventful()])


def test_the_trajectory_comes_back_whole(data: Path) -> None:
    (scene, trajectory), view = eventful(), Dataset(data).scene(0)
    assert view.scene == scene
    assert view.trajectory.occurrences == trajectory.occurrences
    assert view.trajectory.impacts == trajectory.impacts
    for name in ("present", "light_factors", "inclusion", "gait", "positions_m"):
        assert np.array_equal(
            getattr(view.trajectory, name), getattr(trajectory, name), equal_nan=name == "gait"
        )


def test_the_scene_says_how_it_was_weighted(data: Path) -> None:
    scene, (trajectory, view) = eventful()[0], (eventful()[1], Dataset(data).scene(0))
    assert view.events == events_of(scene, trajectory)
    expected_log = log(0.01 / 0.5) + log(0.99 / 0.5) + log(0.1)
    assert view.log_weight == pytest.approx(expected_log)
    assert [factor.name for factor in view.events.factors] == [
        "events.leap",
        "events.other",
        "faults.cable",
    ]
    assert [each.armed for each in view.occurrences] == [True, False]
    (cable,) = view.events.faults
    assert cable.windows == (pytest.approx((0.4, 0.6)),)
    assert cable.frames == (4, 5)


def test_a_frame_says_what_is_going_on(data: Path) -> None:
    samples = list(Dataset(data))
    phases = [[(each.label, each.phase) for each in sample.events] for sample in samples]
    assert phases == [
        [],
        [],
        [("crossing", "triggered")],
        *[[("crossing", "active")]] * 3,
        [],
        [],
    ]
    assert [[each.fault for each in sample.faults] for sample in samples] == [
        *[[]] * 4,
        *[["cable"]] * 2,
        *[[]] * 2,
    ]
    assert samples[0].log_weight == pytest.approx(samples[0].scene_view.log_weight - log(0.25))
    assert samples[3].events[0] == ActiveEvent("leap", "crossing", "active")


def test_the_file_speaks_for_itself(data: Path) -> None:
    raw = json.loads((data / "scenes/000000/events.json").read_text())
    assert raw["events"][0]["probability"] == 0.01
    assert raw["factors"][0]["log_w"] == pytest.approx(log(0.02))
    assert raw["occurrences"][0]["triggered_s"] == 0.2
    assert raw["occurrences"][0]["log_w"] == pytest.approx(log(0.02))
    labels = json.loads((data / "scenes/000000/front/0004_labels.json").read_text())
    assert labels["events"] == [{"event": "leap", "label": "crossing", "phase": "active"}]
    assert labels["faults"] == [{"fault": "cable", "kind": "freeze"}]
    assert (labels["shows_frame"], labels["dropped"], labels["inclusion"]) == (3, False, 0.25)


def test_a_sound_dataset_has_no_problems(data: Path) -> None:
    assert verify(data).problems == ()


def test_bodies_that_are_not_there_are_in_no_label(data: Path) -> None:
    seen = [{label.name for label in sample.annotation.objects} for sample in Dataset(data)]
    assert all("ball" not in names for names in seen[:2])
    assert all("ball" in names for names in seen[2:])


def test_a_frozen_picture_is_the_one_from_before_and_the_clean_one_lies_beside_it(data: Path) -> None:
    three, four = (Dataset(data).scene(0).sample("front", k) for k in (3, 4))
    assert np.array_equal(four.rgb, three.rgb)
    assert not np.array_equal(four.rgb_clean, three.rgb)
    assert np.array_equal(three.rgb_clean, three.rgb)
    boxes = [
        next(o.bbox_modal_xyxy for o in view.annotation.objects if o.name == "ball") for view in (three, four)
    ]
    assert boxes[0] != boxes[1]  # labels tell the truth of the instant


def test_params_and_weights_of_zero_come_back_from_json() -> None:
    scene, trajectory = eventful()
    known = replace(trajectory.occurrences[0], params=(("names", ("a", "b")), ("speed_mps", 3.25)))
    scene = replace(scene, factors=(WeightFactor("events.leap", float("-inf"), 0.0),))
    events = events_of(scene, replace(trajectory, occurrences=(known,)))
    assert events is not None
    raw = json.loads(json.dumps(events_to_json(events), allow_nan=False))
    assert raw["log_weight"] == "-Infinity"
    assert events_from_json(raw) == events
    with pytest.raises(DatasetError, match="garbled: factors"):
        events_from_json(raw | {"factors": [{"name": "x"}]})
    for broken in ({"log_weight": nan}, {"factors": [{"name": "x", "log_p": nan, "log_q": 0.0}]}):
        with pytest.raises(DatasetError, match="garbled: a weight is not a number"):
            events_from_json(raw | broken)
    with pytest.raises(DatasetError, match="not readable events"):
        events_from_json([])


def test_a_scene_without_events_has_neither_file_nor_words_for_them(tmp_path: Path) -> None:
    scene = ball_scene()
    out = write_episodes(tmp_path / "a", [(scene, still(scene))])
    assert {path.name for path in (out / "scenes/000000").glob("*.*")} == {
        "checksums.json",
        "scene.json",
        "scene_log.json",
        "trajectory.npz",
    }
    assert (
        not {"events", "faults", "inclusion"}
        & json.loads((out / "scenes/000000/camera/0000_labels.json").read_text()).keys()
    )
    sample = Dataset(out)[0]
    assert (sample.events, sample.faults, sample.dropped, sample.log_weight) == ((), (), False, 0.0)


def test_a_scene_that_did_not_lead_to_what_it_must_is_a_failure_with_its_weight(tmp_path: Path) -> None:
    scene = episode(events=[event()])
    never = happened(scene.events[0], scene, triggered_s=None, active_s=None, over_s=None)
    unseen = episode(events=[event(visible_expected=(expected(1_000_000),))], index=1)
    made = [(scene, rolled(scene, occurrences=(never,))), (unseen, rolled(unseen))]
    dataset = Dataset(write_episodes(tmp_path / "a", made))
    assert (dataset.scene_indices, dataset.committed) == ((), (0, 1))
    assert "never triggered" in dataset.failed[0]
    assert "never sees 1000000 pixels of 'ball' while it is active: at most" in dataset.failed[1]
    assert {path.name for path in (tmp_path / "a/scenes/000001").iterdir()} == {
        "checksums.json",
        "failed.json",
    }
    for index in (0, 1):
        events = dataset.events(index)
        assert events.log_weight == pytest.approx(log(0.01 / 0.5))
        assert events.events[0].armed
    assert dataset.events(0).occurrences == (never,)
    assert [each["index"] for each in dataset.info["scenes_failed"]] == [0, 1]
    assert verify(tmp_path / "a").problems == ()


def pair() -> list[tuple]:
    """A draw with a sun that goes out at 0.3 s, and without."""
    scene = episode(events=[event(mode="forced", sampled_probability=1.0)], twin=Twin("leap", occurs=True))
    dark = np.ones((8, 2))
    dark[3:, 0] = 0.0
    off = event(mode="off", sampled_probability=0.0, armed=False)
    without = episode(events=[off], twin=Twin("leap", occurs=False), index=1)
    return [
        (scene, rolled(scene, light_factors=dark)),
        (without, rolled(without)),
    ]


def test_twins_differ_in_nothing_but_what_the_event_causes(tmp_path: Path) -> None:
    out = write_episodes(tmp_path / "a", pair())
    different = {line.split(":")[0] for line in differences(out / "scenes/000000", out / "scenes/000001")}
    caused = {f"front/{k:04d}_rgb.png" for k in range(3, 8)}
    told = {f"front/{k:04d}_labels.json" for k in range(2, 6)}  # triggered or active
    records = {"scene.json", "events.json", "states.npz", "checksums.json"}
    assert different == caused | told | records
    assert verify(out).problems == ()
    first, second = (Dataset(out).scene(k).sample("front", 0) for k in (0, 1))
    assert (first.labels.scene_index, second.labels.scene_index) == (0, 1)


Damage = tuple[str, str]


def damaged(data: Path, tmp_path: Path, name: str, old: str, new: str) -> list[str]:
    """What verify finds in the events of a copy in which a text of a file was replaced."""
    import shutil

    copy = Path(shutil.copytree(data, tmp_path / "copy"))
    file = copy / "scenes/000000" / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    return [str(each.message) for each in verify(copy).problems if each.check != "files"]


@pytest.mark.parametrize(
    ("name", "old", "new", "found"),
    [
        ("events.json", '"log_weight": -', '"log_weight": -1', "its factors sum up to"),
        ("events.json", '"probability": 0.01', '"probability": 0.02', "events in events.json are not those"),
        ("events.json", '"triggered_s": 0.2', '"triggered_s": 0.4', "phases do not follow each other"),
        ("events.json", '"active_s": 0.3', '"active_s": 0.35', "in events.json ("),
        ("events.json", '"label": "crossing"', '"label": "leap"', "events in events.json are not those"),
        ("front/0004_labels.json", '"phase": "active"', '"phase": "triggered"', "events are"),
        ("front/0004_labels.json", '"kind": "freeze"', '"kind": "black"', "faults are"),
        ("front/0004_labels.json", '"shows_frame": 3', '"shows_frame": 4', "shows frame 4"),
        ("front/0004_labels.json", '"inclusion": 0.25', '"inclusion": 1.0', "inclusion is 1.0"),
    ],
)
def test_what_does_not_agree_is_found(
    data: Path, tmp_path: Path, name: str, old: str, new: str, found: str
) -> None:
    messages = damaged(data, tmp_path, name, old, new)
    assert any(found in message for message in messages), messages


def test_states_of_another_shape_are_found(tmp_path: Path) -> None:
    scene = episode(events=[event()])
    wrong: Trajectory = rolled(scene, inclusion=np.full(8, 1.5))
    out = write_episodes(tmp_path / "a", [(scene, wrong)])
    assert any("not above 0 and at most 1" in each.message for each in verify(out).problems)
