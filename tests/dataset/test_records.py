"""Labels, trajectories and manifests come back from their files as they were."""

from __future__ import annotations

import io
import time
import zipfile

import numpy as np
import pytest

from simgen.dataset.labels import decode_labels, encode_labels, labels_of
from simgen.dataset.manifest import difference, manifest_from_json, manifest_to_json
from simgen.dataset.trajectory_file import decode_trajectory, encode_trajectory
from simgen.errors import DatasetError
from tests.dataset.samples import ball_scene, make_manifest, samples_of, still


@pytest.fixture(scope="module")
def sample():
    scene = ball_scene()
    return next(samples_of(scene, still(scene)))


def test_labels_round_trip_exactly(sample) -> None:
    labels = labels_of(sample)
    back = decode_labels(encode_labels(labels))
    assert encode_labels(back) == encode_labels(labels)
    assert np.array_equal(back.T_world_camera, sample.frame.view.T_world_camera)
    for a, b in zip(back.annotation.objects, sample.annotation.objects, strict=True):
        assert (a.instance_id, a.mask_modal, a.bbox_amodal_xyxy) == (
            b.instance_id,
            b.mask_modal,
            b.bbox_amodal_xyxy,
        )
        assert np.array_equal(a.T_camera_object, b.T_camera_object)


def test_labels_hold_one_object_a_line(sample) -> None:
    lines = encode_labels(labels_of(sample)).decode().splitlines()
    assert sum('"instance_id"' in line for line in lines) == len(sample.annotation.objects)


@pytest.mark.parametrize("data", [b"", b"{}", b'{"scene_index": 1}', b"[1]"])
def test_what_are_no_labels_is_refused(data: bytes) -> None:
    with pytest.raises(DatasetError, match="not readable labels"):
        decode_labels(data)


def test_a_trajectory_round_trips_exactly() -> None:
    trajectory = still(ball_scene())
    back = decode_trajectory(encode_trajectory(trajectory))
    assert np.array_equal(back.positions_m, trajectory.positions_m)
    assert back.contacts == trajectory.contacts
    assert (back.settled, back.settle_time_s) == (True, 0.5)


def test_a_trajectory_file_knows_no_date(monkeypatch: pytest.MonkeyPatch) -> None:
    before = encode_trajectory(still(ball_scene()))
    monkeypatch.setattr(time, "time", lambda: 2e9)
    assert encode_trajectory(still(ball_scene())) == before
    with zipfile.ZipFile(io.BytesIO(before)) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


@pytest.mark.parametrize("data", [b"", b"PK no archive"])
def test_what_is_no_trajectory_is_refused(data: bytes) -> None:
    with pytest.raises(DatasetError, match="not a readable trajectory"):
        decode_trajectory(data)


def test_a_manifest_round_trips() -> None:
    head = manifest_to_json(make_manifest())
    assert manifest_to_json(manifest_from_json(head)) == head
    assert head["conventions"]["quaternion_order"] == "wxyz"


def test_another_format_version_is_refused() -> None:
    head = manifest_to_json(make_manifest()) | {"format_version": "99"}
    with pytest.raises(DatasetError, match=r"format version '99'; this simgen reads '1'"):
        manifest_from_json(head)


def test_an_unknown_output_is_refused() -> None:
    with pytest.raises(DatasetError, match=r"\['flow'\]; allowed are rgb, depth"):
        make_manifest(outputs=("rgb", "flow"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seed": 3}, "seed was 0, now 3"),
        ({"scenario_hash": "cd"}, "scenario_hash was"),
        (
            {"scenario_hash": "cd", "scenario_json": '{"simgen":"1","name":"test","capture":{"frames":3}}'},
            "the scenario's capture was None, now {'frames': 3}",
        ),
        ({"renderer": "raster"}, "renderer was 'analytic', now 'raster'"),
        ({"simgen_version": "9"}, "simgen_version was '0.1.0', now '9'"),
        ({"software": (("numpy", "3"), ("python", "3"))}, "numpy was '2', now '3'"),
        ({"software": (("numpy", "2"),)}, "python was '3', now None"),
    ],
)
def test_what_keeps_a_dataset_from_being_continued_is_named(change: dict, words: str) -> None:
    assert words in difference(make_manifest(), make_manifest(**change))


def test_what_differs_within_the_scenario_is_named() -> None:
    was, now = ('{"a":{"b":[1,2],"c":5},"d":1}', '{"a":{"b":[1,2],"c":6},"d":2}')
    told = difference(
        make_manifest(scenario_json=was), make_manifest(scenario_json=now, scenario_hash="cd" * 32)
    )
    assert told == "the scenario's a.c was 5, now 6"


def test_more_scenes_of_the_same_are_no_difference() -> None:
    assert difference(make_manifest(), make_manifest(scene_count=50)) == ""
