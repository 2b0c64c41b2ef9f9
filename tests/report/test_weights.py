"""`simgen weights`: rates, effective sizes and the weight of every frame, from scenes on disk."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from math import inf, log
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simgen.cli.weights import weights as command
from simgen.dataset import Dataset, DatasetWriter
from simgen.dataset.census import DrawnScene, drawn_scenes, undrawn_scenes
from simgen.dataset.scene_events import EventDraw, FaultRecord, SceneEvents
from simgen.dataset.verify import verify
from simgen.errors import DatasetError
from simgen.records.event import Mode, Twin, WeightFactor
from simgen.records.occurrence import Occurrence
from simgen.report.estimates import Estimate
from simgen.report.weights import HEADER, report_of, write_weights
from tests.dataset.samples import make_manifest
from tests.episodes import NOTHING_REFUSED, episode, event, expected, rolled, write_episodes


def drawn(
    index: int,
    armed: bool,
    mode: Mode = "tilted",
    p: float = 0.01,
    q: float = 0.5,
    more: tuple[WeightFactor, ...] = (),
    **fields: Any,
) -> DrawnScene:
    """A scene that may have the event `leap`, which is triggered in every second scene with it."""
    with np.errstate(divide="ignore"):
        log_p, log_q = (float(np.log(x if armed else 1 - x)) for x in (p, q))
    factors = (WeightFactor("events.leap", log_p, log_q), *more)
    triggered = 1.0 if armed and index % 2 == 0 else None
    events = SceneEvents(
        log_weight=sum(factor.log_w for factor in factors),
        factors=factors,
        events=(EventDraw("leap", "crossing", "assumed", mode, p, q, armed),),
        occurrences=(Occurrence("leap", "crossing", 0, armed, triggered_s=triggered, active_s=triggered),),
    )
    defaults: dict[str, Any] = {
        "failed": False,
        "attempts": 1,
        "categories": ("deer",) if armed else ("car",),
    }
    return DrawnScene(index=index, events=events, **(defaults | fields))


def test_rates_counts_and_effective_sizes_of_a_tilted_event() -> None:
    report = report_of(tuple(drawn(k, armed=k < 40) for k in range(100)))
    (leap,) = report.events
    assert (leap.armed, leap.triggered, leap.active) == (40, 20, 20)
    assert leap.sampled_rate.value == 0.4
    total = 40 * 0.01 / 0.5 + 60 * 0.99 / 0.5
    assert leap.natural_rate is not None
    assert leap.natural_rate.value == pytest.approx(40 * 0.02 / total)
    assert leap.declared == pytest.approx(0.01)
    assert leap.ess == pytest.approx(40)
    assert report.ess == pytest.approx(total**2 / (40 * 0.02**2 + 60 * 1.98**2))
    assert [(kind.name, kind.scenes) for kind in report.classes] == [("car", 60), ("deer", 40)]
    assert report.classes[1].natural_share.value == pytest.approx(leap.natural_rate.value)
    assert report.warnings == ()


def test_failed_scenes_count_with_their_weight_and_draws_with_their_attempts() -> None:
    scenes = (drawn(0, armed=True, failed=True, attempts=3), drawn(1, armed=False))
    report = report_of(scenes, undrawn=2)
    assert (report.drawn, report.failed, report.undrawn) == (2, 1, 2)
    assert report.accepted_share == 2 / 4
    assert report.events[0].sampled_rate.value == 0.5


@pytest.mark.parametrize(("mode", "armed", "q"), [("forced", True, 1.0), ("off", False, 0.0)])
def test_what_is_always_or_never_made_is_only_declared(mode: Mode, armed: bool, q: float) -> None:
    """Its rate is averaged over what else was forced: here p is 0.01 or 0.03, the latter three times too often."""
    often = [k % 4 != 0 for k in range(80)]
    more = [WeightFactor("params.x", log(0.5), log(0.75 if many else 0.25)) for many in often]
    scenes = tuple(
        drawn(k, armed, mode, 0.03 if many else 0.01, q, (factor,))
        for k, (many, factor) in enumerate(zip(often, more, strict=True))
    )
    (leap,) = report_of(scenes).events
    assert leap.natural_rate is None
    assert leap.declared == pytest.approx(0.02)
    given = "given that it happens" if armed else "given that it does not happen"
    assert any(given in warning for warning in report_of(scenes).warnings)


def test_pairs_tell_nature_though_each_scene_is_pinned() -> None:
    pairs = [
        (drawn(2 * k, True, "forced", 0.2, 1.0), drawn(2 * k + 1, False, "off", 0.2, 0.0)) for k in range(9)
    ]
    twins = [
        replace(scene, events=replace(scene.events, twin=Twin("leap", occurs)))
        for pair in pairs
        for scene, occurs in zip(pair, (True, False), strict=True)
    ]
    (leap,) = report_of(tuple(twins)).events
    assert leap.natural_rate is not None
    assert leap.natural_rate.value == pytest.approx(0.2)
    assert leap.modes == ("forced", "off")
    assert leap.natural_rate.standard_error == pytest.approx(0)  # each pair tells it in full
    assert leap.sampled_rate == Estimate(0.5, 0.0)


def with_fault(index: int, armed: bool, p: float, q: float, mode: Mode = "tilted") -> DrawnScene:
    """A scene whose camera may fail; where it does, in a frame of every second scene."""
    with np.errstate(divide="ignore"):
        log_p, log_q = (float(np.log(x if armed else 1 - x)) for x in (p, q))
    frames = (3,) if armed and index % 2 == 0 else ()
    record = FaultRecord("cable", "front", "freeze", "assumed", mode, p, q, armed, frames=frames)
    factors = (WeightFactor("faults.cable", log_p, log_q),)
    events = SceneEvents(log_weight=log_p - log_q, factors=factors, faults=(record,))
    return DrawnScene(index, False, 1, (), events)


def test_faults_have_rates_as_events_have() -> None:
    report = report_of(tuple(with_fault(k, k < 40, 0.01, 0.5) for k in range(100)))
    (cable,) = report.faults
    assert (cable.name, cable.sensor, cable.kind, cable.armed, cable.occurred) == (
        "cable",
        "front",
        "freeze",
        40,
        20,
    )
    assert cable.sampled_rate.value == 0.4
    assert cable.natural_rate is not None
    assert cable.natural_rate.value == pytest.approx(40 * 0.02 / (40 * 0.02 + 60 * 1.98))
    assert cable.ess == pytest.approx(40)


def test_a_forced_fault_is_only_declared() -> None:
    report = report_of(tuple(with_fault(k, True, 0.05, 1.0, "forced") for k in range(4)))
    assert (report.faults[0].natural_rate, report.faults[0].declared) == (None, pytest.approx(0.05))
    assert report.warnings == ("fault 'cable' is mode forced: all estimates hold given that it happens",)


def test_pairs_of_which_one_failed_are_broken() -> None:
    failed = {2, 4, 5}
    scenes = [drawn(k, k % 2 == 0, "forced" if k % 2 == 0 else "off", failed=k in failed) for k in range(6)]
    pairs = [replace(s, events=replace(s.events, twin=Twin("leap", s.index % 2 == 0))) for s in scenes]
    report = report_of(tuple(pairs))
    assert report.broken_pairs == 1
    assert report.warnings[-1].startswith("counterfactual pairs broken: 1; one of the two scenes failed")


def test_a_scene_without_its_record_is_named() -> None:
    bare = DrawnScene(7, False, 1, (), SceneEvents())
    with pytest.raises(DatasetError, match="scene 7 has no record of event 'leap', which other scenes have"):
        report_of((drawn(0, armed=True), bare))


def test_little_effect_is_warned_about() -> None:
    heavy = WeightFactor("params.x", 9.0, 0.0)
    scenes = [drawn(k, armed=True, q=0.9) for k in range(40)] + [drawn(40, True, q=0.9, more=(heavy,))]
    report = report_of(tuple(scenes))
    assert report.ess < 1.1
    named = [warning.split(":")[0] for warning in report.warnings]
    made_in_all = "event 'leap' was made in all of 41 scenes"
    assert named == ["all scenes", "event 'leap'", "class 'deer'", made_in_all]


@pytest.mark.parametrize(("armed", "share"), [(True, "all"), (False, "none")])
def test_an_event_of_every_scene_or_of_none_has_no_rate_to_tell(armed: bool, share: str) -> None:
    (warning,) = report_of(tuple(drawn(k, armed, q=0.9) for k in range(3))).warnings
    assert warning.startswith(f"event 'leap' was made in {share} of 3 scenes: too few to tell")
    assert warning.endswith("declared is 0.01")


def test_a_scene_that_cannot_be_counts_for_nothing_and_a_dataset_of_them_is_refused() -> None:
    never = drawn(1, False, "off", 1.0, 0.0)
    assert never.events.log_weight == -inf
    report = report_of((drawn(0, True, "forced", 1.0, 1.0), never))
    assert (report.ess, report.largest_weight) == (pytest.approx(1), pytest.approx(2))
    with pytest.raises(ValueError, match="no scene has a weight above 0"):
        report_of((never,))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three scenes: armed and written, armed and failed, not armed; frames of the first are dense."""
    armed = episode(events=[event(visible_expected=(expected(),))])
    failed = episode(events=[event(visible_expected=(expected(min_px=10_000),))], index=1, attempt=2)
    quiet = episode(events=[event(armed=False)], index=2)
    dense = np.array([0.25, 0.25, 1.0, 1.0, 1.0, 1.0, 0.25, 0.25])
    made = [(armed, rolled(armed, inclusion=dense)), (failed, rolled(failed)), (quiet, rolled(quiet))]
    return write_episodes(tmp_path_factory.mktemp("weights") / "data", made)


def rows(folder: Path) -> list[dict[str, float]]:
    with (folder / "weights.csv").open() as lines:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(lines)]


def test_every_written_frame_has_its_weight_over_its_inclusion(data: Path) -> None:
    report = write_weights(data)
    found = rows(data)
    assert (data / "weights.csv").read_text().startswith(HEADER)
    assert report.frames == len(found) == 16
    assert [(row["scene"], row["frame"]) for row in found] == [(k, j) for k in (0, 2) for j in range(8)]
    total = 2 * 0.02 + 1.98
    assert [row["weight"] for row in found[:3]] == pytest.approx(
        [0.02 * 3 / total / i for i in (0.25, 0.25, 1)]
    )
    assert [row["weight"] for row in found[8:]] == pytest.approx([1.98 * 3 / total] * 8)
    assert found[9]["time_s"] == 0.1
    assert found[0]["log_weight"] == pytest.approx(log(0.02))


def test_frames_agree_with_what_samples_say(data: Path) -> None:
    write_weights(data)
    by_frame = {(row["scene"], row["frame"]): row for row in rows(data)}
    for sample in Dataset(data):
        row = by_frame[sample.scene_index, sample.frame_index]
        assert sample.log_weight == pytest.approx(row["log_weight"] - log(row["inclusion"]))


def test_scenes_are_counted_from_disk_failed_ones_included(data: Path) -> None:
    scenes = list(drawn_scenes(Dataset(data)))
    assert [(scene.index, scene.failed, scene.attempts) for scene in scenes] == [
        (0, False, 1),
        (1, True, 3),
        (2, False, 1),
    ]
    assert scenes[0].categories == scenes[1].categories
    assert scenes[1].events.log_weight == pytest.approx(log(0.02))
    assert undrawn_scenes(Dataset(data)) == ()
    report = write_weights(data)
    assert report.events[0].sampled_rate.value == pytest.approx(2 / 3)
    assert report.accepted_share == pytest.approx(3 / 5)


def test_the_column_changes_nothing_of_the_dataset(data: Path) -> None:
    write_weights(data)
    first = (data / "weights.csv").read_bytes()
    write_weights(data)
    assert (data / "weights.csv").read_bytes() == first
    assert not verify(data).problems


def test_the_command_prints_a_table_or_one_object(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command(data, as_json=False)
    out = capsys.readouterr().out
    assert "scenes    3 (1 of them failed after they were made; their weight counts)" in out
    assert "leap" in out
    assert f"16 frames in {data / 'weights.csv'}" in out
    command(data, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["events"][0]["name"] == "leap"
    assert told["drawn"] == 3


def test_a_dataset_without_scenes_of_any_weight_is_told(tmp_path: Path) -> None:
    never = episode(events=[event(armed=False)])
    zero = replace(never, factors=(WeightFactor("events.leap", -inf, 0.0),))
    folder = write_episodes(tmp_path / "data", [(zero, rolled(zero))])
    with pytest.raises(DatasetError, match="no scene has a weight above 0"):
        write_weights(folder)
    assert not (folder / "weights.csv").exists()


def test_a_dataset_of_which_no_scene_was_drawn_is_told(tmp_path: Path) -> None:
    with DatasetWriter.create(tmp_path / "data", make_manifest(scene_count=1)) as writer:
        writer.write_failed(0, "no room", NOTHING_REFUSED)
        writer.finalise()
    assert undrawn_scenes(Dataset(tmp_path / "data")) == (0,)
    with pytest.raises(DatasetError, match="has no scene that was drawn"):
        write_weights(tmp_path / "data")
