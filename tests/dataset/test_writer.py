"""Datasets are whole or not there: atomic scenes, honest failures, the same bytes in any order."""

from __future__ import annotations

import errno
import json
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from simgen.dataset import Dataset, DatasetWriter, dataset_digest, differences, scene_digest
from simgen.dataset.files import write_synced
from simgen.errors import DatasetError
from simgen.records.rejections import Rejections
from tests.dataset.samples import (
    ball_scene,
    make_manifest,
    samples_of,
    still,
    write_dataset,
    write_scene,
)


def in_worker(arguments: tuple[Path, int]) -> None:
    path, index = arguments
    write_scene(DatasetWriter.attach(path), ball_scene(index))


def test_two_runs_write_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    a, b = write_dataset(tmp_path / "a"), write_dataset(tmp_path / "b", indices=(1, 0))
    assert differences(a, b) == []
    assert dataset_digest(a) == dataset_digest(b)


def test_worker_processes_write_the_same_bytes(tmp_path: Path) -> None:
    alone = write_dataset(tmp_path / "alone")
    shared = tmp_path / "shared"
    with DatasetWriter.create(shared, make_manifest()) as writer:
        with ProcessPoolExecutor(2, get_context("spawn")) as pool:
            list(pool.map(in_worker, [(shared, 0), (shared, 1)]))
        writer.finalise()
    assert differences(alone, shared) == []


def test_a_resumed_dataset_has_the_same_bytes(tmp_path: Path) -> None:
    whole, resumed = write_dataset(tmp_path / "whole"), tmp_path / "resumed"
    with DatasetWriter.create(resumed, make_manifest()) as writer:
        write_scene(writer, ball_scene(0))
    (resumed / "scenes" / ".000001.4711.part" / "camera").mkdir(parents=True)
    (resumed / ".dataset.json.4711.part").write_text("{")
    with DatasetWriter.create(resumed, make_manifest(), resume=True) as writer:
        assert writer.done_indices() == {0}
        write_scene(writer, ball_scene(1))
        writer.finalise()
    assert differences(whole, resumed) == []


def test_wall_times_are_in_no_digest_and_no_checksum(tmp_path: Path) -> None:
    path = write_dataset(tmp_path / "a")
    before = dataset_digest(path), scene_digest(path / "scenes/000000")
    (path / "scenes/000000/timings.json").write_text("{}")
    assert (dataset_digest(path), scene_digest(path / "scenes/000000")) == before
    assert "timings.json" not in json.loads((path / "scenes/000000/checksums.json").read_text())


def test_an_exception_leaves_nothing_of_the_scene(tmp_path: Path) -> None:
    writer = DatasetWriter.create(tmp_path / "a", make_manifest())
    scene = ball_scene()
    with pytest.raises(KeyboardInterrupt), writer.scene(0) as out:
        out.write_scene(scene, still(scene), Rejections())
        out.write_sample(next(samples_of(scene, still(scene))))
        raise KeyboardInterrupt
    assert list((tmp_path / "a" / "scenes").iterdir()) == []


def test_a_scene_is_not_there_until_all_of_it_is(tmp_path: Path) -> None:
    writer = DatasetWriter.create(tmp_path / "a", make_manifest())
    scene, trajectory = ball_scene(), still(ball_scene())
    with writer.scene(0) as out:
        out.write_scene(scene, trajectory, Rejections())
        for sample in samples_of(scene, trajectory):
            assert not writer.done_indices()
            out.write_sample(sample)
    assert writer.done_indices() == {0}


def test_a_deferred_commit_comes_when_it_is_called(tmp_path: Path) -> None:
    scene, trajectory = ball_scene(), still(ball_scene())
    for name in ("at once", "deferred"):
        writer = DatasetWriter.create(tmp_path / name, make_manifest())
        with writer.scene(0) as out:
            out.write_scene(scene, trajectory, Rejections())
            for sample in samples_of(scene, trajectory):
                out.write_sample(sample)
            commit = out.defer_commit() if name == "deferred" else None
        assert writer.done_indices() == (set() if commit else {0})
        if commit:
            commit()
    a, b = (tmp_path / name / "scenes" for name in ("at once", "deferred"))
    assert [entry.name for entry in b.iterdir()] == ["000000"]
    assert scene_digest(a / "000000") == scene_digest(b / "000000")


def test_a_deferred_commit_that_fails_leaves_nothing(tmp_path: Path) -> None:
    writer = DatasetWriter.create(tmp_path / "a", make_manifest())
    with writer.scene(0) as out:
        out.write_scene(ball_scene(), still(ball_scene()), Rejections())
        commit = out.defer_commit()
    with pytest.raises(DatasetError, match="samples were written"):
        commit()
    assert list((tmp_path / "a/scenes").iterdir()) == []


def test_a_scene_short_of_frames_is_refused(tmp_path: Path) -> None:
    writer = DatasetWriter.create(tmp_path / "a", make_manifest())
    scene, trajectory = ball_scene(), still(ball_scene())
    with pytest.raises(DatasetError, match="1 of 3 samples were written"), writer.scene(0) as out:
        out.write_scene(scene, trajectory, Rejections())
        out.write_sample(next(samples_of(scene, trajectory)))
    assert not writer.done_indices()


def test_calls_out_of_turn_are_refused(tmp_path: Path) -> None:
    writer = DatasetWriter.create(tmp_path / "a", make_manifest())
    scene, trajectory = ball_scene(), still(ball_scene())
    sample = next(samples_of(scene, trajectory))
    with pytest.raises(DatasetError, match="write_scene comes before write_sample"), writer.scene(0) as out:
        out.write_sample(sample)
    with pytest.raises(DatasetError, match="nothing was written"), writer.scene(0):
        pass
    with (
        pytest.raises(DatasetError, match="scene 0 was given to the writer of scene 5"),
        writer.scene(5) as out,
    ):
        out.write_scene(scene, trajectory, Rejections())
    with pytest.raises(DatasetError, match="written twice"), writer.scene(0) as out:
        out.write_scene(scene, trajectory, Rejections())
        out.write_sample(sample)
        out.write_sample(sample)
    with pytest.raises(DatasetError, match="sample of scene 3"), writer.scene(0) as out:
        out.write_scene(scene, trajectory, Rejections())
        out.write_sample(replace(sample, scene_index=3))


def test_a_buffer_of_another_size_is_refused(tmp_path: Path) -> None:
    writer = DatasetWriter.create(tmp_path / "a", make_manifest())
    scene, trajectory = ball_scene(), still(ball_scene())
    sample = next(samples_of(scene, trajectory))
    short = replace(sample, frame=replace(sample.frame, depth_m=sample.frame.depth_m[:-1]))
    with (
        pytest.raises(DatasetError, match=r"depth_m is \(47, 64\), the camera's picture \(48, 64\)"),
        writer.scene(0) as out,
    ):
        out.write_scene(scene, trajectory, Rejections())
        out.write_sample(short)


def test_a_sensor_name_cannot_leave_the_folder(tmp_path: Path) -> None:
    writer = DatasetWriter.create(tmp_path / "a", make_manifest())
    scene, trajectory = ball_scene(), still(ball_scene())
    sample = next(samples_of(scene, trajectory))
    view = replace(sample.frame.view, sensor="../../camera")
    evil = replace(sample, frame=replace(sample.frame, view=view))
    with pytest.raises(DatasetError, match="cannot be a folder name"), writer.scene(0) as out:
        out.write_scene(scene, trajectory, Rejections())
        out.write_sample(evil)


def test_a_failed_scene_is_recorded_and_needs_no_more_work(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with DatasetWriter.create(path, make_manifest()) as writer:
        writer.write_failed(1, "scene 1: all 3 draws were refused", Rejections((("clearance", 3),)))
        write_scene(writer, ball_scene(0))
        assert writer.done_indices() == {0, 1}
        writer.finalise()
    dataset = Dataset(path)
    assert dataset.complete
    assert dataset.failed == {1: "scene 1: all 3 draws were refused"}
    assert dataset.info["scenes_failed"] == [{"index": 1, "reason": "scene 1: all 3 draws were refused"}]
    assert dataset.info["rejections"] == {"clearance": 3}


@pytest.mark.parametrize("resume", [False, True])
def test_a_folder_of_other_things_is_no_dataset_to_continue(resume: bool, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(DatasetError, match=r"no dataset: it has no dataset.json; give another --out"):
        DatasetWriter.create(tmp_path, make_manifest(), resume=resume)
    assert [entry.name for entry in tmp_path.iterdir()] == ["notes.txt"]


def test_logs_of_crashes_alone_are_no_dataset(tmp_path: Path) -> None:
    (tmp_path / "crashes").mkdir()
    assert write_dataset(tmp_path) == tmp_path


def test_resume_of_nothing_starts(tmp_path: Path) -> None:
    assert not DatasetWriter.create(tmp_path / "new", make_manifest(), resume=True).done_indices()


def test_resume_from_another_seed_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    path = write_dataset(tmp_path / "a")
    before = dataset_digest(path)
    with pytest.raises(DatasetError, match="cannot be continued: seed was 0, now 8"):
        DatasetWriter.create(path, make_manifest(seed=8), resume=True)
    with pytest.raises(DatasetError, match=r"already has scene 1, more than --count 1"):
        DatasetWriter.create(path, make_manifest(scene_count=1), resume=True)
    assert dataset_digest(path) == before


def test_a_dataset_can_grow(tmp_path: Path) -> None:
    path = write_dataset(tmp_path / "a")
    with DatasetWriter.create(path, make_manifest(scene_count=3), resume=True) as writer:
        write_scene(writer, ball_scene(2))
        writer.finalise()
    assert differences(path, write_dataset(tmp_path / "b", indices=(0, 1, 2), scene_count=3)) == []


def test_two_processes_cannot_write_one_dataset(tmp_path: Path) -> None:
    first = DatasetWriter.create(tmp_path / "a", make_manifest())
    with pytest.raises(DatasetError, match="being written by another process"):
        DatasetWriter.create(tmp_path / "a", make_manifest(), resume=True)
    first.close()
    DatasetWriter.create(tmp_path / "a", make_manifest(), resume=True).close()


def test_a_committed_scene_is_not_overwritten(tmp_path: Path) -> None:
    writer = DatasetWriter.create(tmp_path / "a", make_manifest())
    write_scene(writer, ball_scene(0))
    with pytest.raises(DatasetError, match="scene 0 is already at"):
        write_scene(writer, ball_scene(0))


def test_a_full_disk_is_one_readable_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = DatasetWriter.create(tmp_path / "a", make_manifest())

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DatasetError, match=r"No space left on device.*then --resume"):
        write_scene(writer, ball_scene(0))
    assert not list((tmp_path / "a" / "scenes").iterdir())


def test_attribution_names_licence_and_author(tmp_path: Path) -> None:
    text = (write_dataset(tmp_path / "a") / "ATTRIBUTION.md").read_text()
    assert "## CC0-1.0" in text
    assert "simgen: box, sphere" in text


def test_the_summary_counts_what_is_there(tmp_path: Path) -> None:
    info = Dataset(write_dataset(tmp_path / "a")).info
    assert (info["complete"], info["scenes_written"], info["samples"], info["objects"]) == (True, 2, 6, 8)
    assert info["sensors"][0]["K"][0][0] == info["sensors"][0]["intrinsics"]["fx"]
    assert [asset["asset_id"] for asset in info["assets"]] == ["procedural/box", "procedural/sphere"]


def test_a_part_of_a_dataset_says_so(tmp_path: Path) -> None:
    assert not Dataset(write_dataset(tmp_path / "a", indices=(1,))).complete


def test_a_run_killed_before_its_first_file_can_be_started_again(tmp_path: Path) -> None:
    path = tmp_path / "a"
    (path / "scenes").mkdir(parents=True)
    (path / ".dataset.json.4711.part").write_text("{")
    for resume in (False, True):
        with DatasetWriter.create(path, make_manifest(), resume=resume) as writer:
            assert sorted(entry.name for entry in path.iterdir()) == ["dataset.json", "scenes"]
            assert not writer.done_indices()
        (path / "dataset.json").unlink()


def test_what_a_killed_worker_left_is_gone_when_the_run_ends(tmp_path: Path) -> None:
    with DatasetWriter.create(tmp_path / "a", make_manifest()) as writer:
        (tmp_path / "a/scenes/.000001.4711.part/camera").mkdir(parents=True)
        write_scene(writer, ball_scene(0))
    assert sorted(entry.name for entry in (tmp_path / "a/scenes").iterdir()) == ["000000"]


def test_files_of_others_are_not_swept(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.mkdir()
    (path / ".notes.12.part").write_text("mine")
    with pytest.raises(DatasetError, match="is not empty"):
        DatasetWriter.create(path, make_manifest())
    assert (path / ".notes.12.part").read_text() == "mine"


def test_a_file_is_no_place_for_a_dataset(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine")
    for resume in (False, True):
        with pytest.raises(DatasetError, match="a is a file; give --out a folder"):
            DatasetWriter.create(tmp_path / "a", make_manifest(), resume=resume)


def test_a_refused_folder_is_let_go(tmp_path: Path) -> None:
    path = write_dataset(tmp_path / "a")
    with pytest.raises(DatasetError, match="is not empty"):
        DatasetWriter.create(path, make_manifest())
    DatasetWriter.create(path, make_manifest(), resume=True).close()


def test_resume_with_another_taxonomy_is_refused(tmp_path: Path) -> None:
    path = write_dataset(tmp_path / "a")
    fewer = make_manifest().taxonomy[:-1]
    with pytest.raises(DatasetError, match="the taxonomy had other categories"):
        DatasetWriter.create(path, make_manifest(taxonomy=fewer), resume=True)


def test_a_failed_write_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    (tmp_path / "file").write_bytes(b"old")
    monkeypatch.setattr("simgen.dataset.files.sync", full)
    with pytest.raises(OSError, match="No space left"):
        write_synced(tmp_path / "file", b"new")
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("file", b"old")]


def test_an_error_before_any_scene_is_there_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with pytest.raises(ZeroDivisionError), DatasetWriter.create(data, make_manifest()):
        _ = 1 / 0
    assert list(data.iterdir()) == []
    write_dataset(data)  # without `resume`, and of another scenario


def test_an_error_after_a_scene_keeps_it(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), DatasetWriter.create(tmp_path / "data", make_manifest()) as writer:
        write_scene(writer, ball_scene(0))
        _ = 1 / 0
    assert DatasetWriter.attach(tmp_path / "data").done_indices() == {0}
