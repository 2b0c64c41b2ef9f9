"""The reader gives back what was written, opens only what is asked for, and names what is damaged."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from simgen.dataset import Dataset
from simgen.errors import DatasetError
from tests.dataset.samples import ball_scene, samples_of, still, write_dataset


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("reader") / "data")


@pytest.fixture
def copy(path: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(path, tmp_path / "copy"))


def test_every_buffer_comes_back(path: Path) -> None:
    scene = ball_scene(1)
    for written, read in zip(samples_of(scene, still(scene)), Dataset(path).scene(1), strict=True):
        assert np.array_equal(read.rgb, written.reading.rgb)
        assert np.array_equal(read.depth_m, written.frame.depth_m, equal_nan=True)
        assert np.array_equal(read.instance_id, written.frame.instance_id)
        assert np.array_equal(read.object_coordinates_m, written.frame.object_coordinates_m, equal_nan=True)
        assert np.allclose(read.normals_camera, written.frame.normals_camera, atol=5e-4, equal_nan=True)
        categories = np.array([0, *(body.category_id for body in scene.objects)])
        assert np.array_equal(read.semantic, categories[written.frame.instance_id])


def test_scene_motion_and_refusals_come_back(path: Path) -> None:
    view = Dataset(path).scene(1)
    assert view.scene == ball_scene(1)
    assert np.array_equal(view.trajectory.positions_m, still(ball_scene(1)).positions_m)
    assert view.rejections.by_reason == (("clearance", 1),)


def test_samples_are_in_order_of_scene_frame_and_sensor(path: Path) -> None:
    dataset = Dataset(path)
    keys = [sample.key for sample in dataset]
    assert keys == [f"{scene:06d}/camera/{frame:04d}" for scene in range(2) for frame in range(3)]
    assert len(dataset) == 6
    assert dataset[4].key == keys[4]
    assert dataset[-1].key == keys[-1]
    assert [sample.key for sample in dataset[1:3]] == keys[1:3]
    with pytest.raises(IndexError):
        dataset[6]


def test_camera_and_time_are_those_of_the_scene(path: Path) -> None:
    sample = Dataset(path).scene(0).sample("camera", 2)
    camera = sample.scene.cameras[0]
    assert sample.intrinsics == camera.intrinsics
    assert np.array_equal(sample.T_world_camera, camera.pose_at(2).matrix())
    assert sample.time_s == pytest.approx(0.2)


def test_a_dataset_still_being_made_can_be_read(copy: Path) -> None:
    shutil.rmtree(copy / "scenes/000000")
    assert [scene.index for scene in Dataset(copy).scenes()] == [1]


def test_missing_things_are_named(path: Path) -> None:
    dataset = Dataset(path)
    with pytest.raises(DatasetError, match=r"has no scene 7; it has 2 scenes, 0 to 1"):
        dataset.scene(7)
    with pytest.raises(DatasetError, match=r"no frame 9 of 'camera'; it has frames 0 to 2 of camera"):
        dataset.scene(0).sample("camera", 9)
    with pytest.raises(DatasetError, match=r"no frame 3; it has frames 0 to 2"):
        dataset.scene(0).require_frame(3)
    dataset.scene(0).require_frame(2)


def test_an_output_that_was_not_asked_for_says_how_to_get_it(tmp_path: Path) -> None:
    sample = Dataset(write_dataset(tmp_path / "a", indices=(0,), outputs=("rgb",)))[0]
    assert sample.rgb.shape == (48, 64, 3)
    with pytest.raises(DatasetError, match=r"no 'depth', only rgb; add it to labels.outputs"):
        _ = sample.depth_m


def test_a_folder_that_is_no_dataset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"is no dataset: it has no dataset.json"):
        Dataset(tmp_path)


@pytest.mark.parametrize("name", ["0000_rgb.png", "0000_depth.exr", "0000_labels.json"])
def test_a_damaged_file_is_named_with_what_to_do(copy: Path, name: str) -> None:
    file = copy / "scenes/000000/camera" / name
    file.write_bytes(file.read_bytes()[:40])
    sample = Dataset(copy).scene(0).sample("camera", 0)
    with pytest.raises(DatasetError, match=rf"{name} is damaged.*--resume"):
        _ = (sample.rgb, sample.depth_m, sample.labels)


def test_a_missing_file_is_named_with_what_to_do(copy: Path) -> None:
    (copy / "scenes/000000/camera/0001_depth.exr").unlink()
    with pytest.raises(DatasetError, match=r"0001_depth.exr is missing; make its scene again"):
        _ = Dataset(copy).scene(0).sample("camera", 1).depth_m


def test_a_damaged_scene_is_named(copy: Path) -> None:
    (copy / "scenes/000000/scene.json").write_text("{}")
    with pytest.raises(DatasetError, match=r"scene.json is damaged"):
        _ = Dataset(copy).scene(0).scene


def test_a_damaged_manifest_is_named(copy: Path) -> None:
    (copy / "dataset.json").write_text("{")
    with pytest.raises(DatasetError, match=r"dataset.json.*damaged"):
        Dataset(copy)


def test_a_stray_file_that_looks_like_labels_is_no_frame(copy: Path) -> None:
    folder = next(copy.glob("scenes/000000/*/"))
    frames = Dataset(copy).scene(0).frames
    (folder / "notes_labels.json").write_text("{}")
    assert Dataset(copy).scene(0).frames == frames


def test_an_unfinished_dataset_has_no_attribution_yet(copy: Path) -> None:
    (copy / "ATTRIBUTION.md").unlink()
    with pytest.raises(DatasetError, match="not finished; run generate --resume"):
        _ = Dataset(copy).attribution
