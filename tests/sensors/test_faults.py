"""Faulty sensors: what comes out, what the labels say of it, and that any frame can be made again alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simgen.dataset import Dataset
from simgen.dataset.verify import verify
from simgen.errors import DatasetError
from simgen.formats import export
from simgen.pipeline import SettledScene, Studio
from simgen.records.annotation import Sample
from simgen.records.rejections import Rejections
from simgen.records.sensing import shift_of
from tests.episodes import episode, fault, rolled, write_episodes

TURN = (("yaw_rad", 0.1),)


def samples_of(
    *faults: Any, frames: tuple[int, ...] | None = None, outputs: tuple[str, ...] = ()
) -> list[Sample]:
    scene = episode(faults=faults)
    settled = SettledScene(scene, rolled(scene), Rejections())
    return list(Studio("analytic").samples(settled, frame_indices=frames, outputs=outputs))


def pictures(samples: list[Sample]) -> list[bytes]:
    return [sample.reading.rgb.tobytes() for sample in samples]


@pytest.fixture(scope="module")
def sound() -> list[Sample]:
    return samples_of()


def test_a_black_sensor_sees_nothing_and_labels_stay(sound: list[Sample]) -> None:
    made = samples_of(fault("cap", "black", 0.2, 0.2))
    assert [not sample.reading.rgb.any() for sample in made] == [False, False, True, True] + [False] * 4
    assert [s.annotation.objects[-1].visible_px for s in made] == [
        s.annotation.objects[-1].visible_px for s in sound
    ]


def test_a_frozen_sensor_repeats_its_last_picture_with_its_exposure(sound: list[Sample]) -> None:
    made, whole = pictures(samples_of(fault("cable", "freeze", 0.3, 0.2))), pictures(sound)
    assert made == [*whole[:3], whole[2], whole[2], *whole[5:]]
    assert len(set(whole)) == 8


def test_a_dropped_picture_is_marked_and_black_in_memory() -> None:
    made = samples_of(fault("cable", "drop", 0.3, 0.1))
    assert [sample.reading.dropped for sample in made] == [False] * 3 + [True] + [False] * 4
    assert not made[3].reading.rgb.any()


def test_a_shifted_camera_sees_from_where_it_is_and_calibration_does_not_know(sound: list[Sample]) -> None:
    bump = fault("bump", "shift", 0.4, 1.0, settings=TURN, clean_twin=True)
    made = samples_of(bump)
    assert pictures(made)[:4] == pictures(sound)[:4]
    for before, after in zip(sound[4:], made[4:], strict=True):
        nominal = before.frame.view.T_world_camera
        assert np.allclose(after.frame.view.T_world_camera, nominal @ shift_of(bump))
        assert after.circumstances is not None
        assert np.array_equal(after.circumstances.T_world_camera_nominal, nominal)
        assert after.clean is not None
        assert np.array_equal(after.clean.rgb, before.reading.rgb)
        ball = after.annotation.objects[-1]
        assert ball.name == "ball"
        assert np.allclose(
            nominal @ shift_of(bump) @ ball.T_camera_object, after.frame.view.T_world_objects[2]
        )


@pytest.mark.parametrize("outputs", [(), ("flow_occlusion_forward", "flow_occlusion_backward")])
def test_any_frame_made_alone_is_the_same(outputs: tuple[str, ...]) -> None:
    faults = (
        fault("a", "freeze", 0.3, 0.3),
        fault("b", "drop", 0.2, 0.1),
        fault("c", "shift", 0.1, 0.4, settings=TURN, clean_twin=True),
    )
    whole = samples_of(*faults, outputs=outputs)
    for frame_index in (1, 2, 4, 6):
        (alone,) = samples_of(*faults, frames=(frame_index,), outputs=outputs)
        assert np.array_equal(alone.reading.rgb, whole[frame_index].reading.rgb)
        for name in outputs:
            assert np.array_equal(getattr(alone.frame, name), getattr(whole[frame_index].frame, name))


def test_a_fault_that_is_not_armed_changes_no_picture(sound: list[Sample]) -> None:
    assert pictures(
        samples_of(fault("cap", "black", 0.0, 1.0, armed=False, sampled_probability=0.5))
    ) == pictures(sound)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Faults one after the other: shifted, black, dropped, frozen; the dropped and the shifted keep a clean twin."""
    scene = episode(
        faults=[
            fault("a", "shift", 0.0, 0.2, settings=TURN, clean_twin=True),
            fault("b", "black", 0.2, 0.2),
            fault("c", "drop", 0.4, 0.2, clean_twin=True),
            fault("d", "freeze", 0.6, 0.2),
        ]
    )
    return write_episodes(tmp_path_factory.mktemp("faults") / "data", [(scene, rolled(scene))])


def test_faulty_pictures_are_no_problem(data: Path) -> None:
    assert verify(data).problems == ()


def test_a_dropped_frame_has_labels_and_no_picture(data: Path) -> None:
    sample = Dataset(data).scene(0).sample("front", 4)
    assert sample.dropped
    assert not sample.path("rgb").exists()
    assert sample.annotation.objects
    assert sample.depth_m.shape == sample.rgb_clean.shape[:2] == (32, 48)
    with pytest.raises(DatasetError, match="000000/front/0004 was dropped by its sensor"):
        _ = sample.rgb


def test_a_fault_without_a_clean_twin_says_how_to_get_one(data: Path) -> None:
    with pytest.raises(DatasetError, match="keeps no clean picture; set clean_twin of b"):
        _ = Dataset(data).scene(0).sample("front", 2).rgb_clean


def test_the_nominal_pose_stands_beside_the_true_one(data: Path) -> None:
    shifted, straight = (Dataset(data).scene(0).sample("front", k) for k in (0, 2))
    nominal = shifted.circumstances.T_world_camera_nominal
    assert nominal is not None
    assert np.arccos(nominal[:3, 2] @ shifted.T_world_camera[:3, 2]) == pytest.approx(0.1)
    assert straight.circumstances.T_world_camera_nominal is None


def test_an_export_leaves_out_dropped_pictures_and_says_so(data: Path, tmp_path: Path) -> None:
    report = export(data, tmp_path / "coco", "coco")
    assert report.images == 6
    assert ("pictures dropped by a fault", 2) in report.left_out
    images = json.loads((tmp_path / "coco/annotations/instances_all.json").read_text())["images"]
    assert [[each["kind"] for each in image["faults"]] for image in images] == [
        *[["shift"]] * 2,
        *[["black"]] * 2,
        *[["freeze"]] * 2,
    ]
    assert images[0]["events"] == []
    assert images[0]["log_weight"] == pytest.approx(4 * np.log(0.1))
