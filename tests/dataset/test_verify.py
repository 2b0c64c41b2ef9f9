"""A sound dataset has no problems; each thing corrupted by hand is found and named."""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simgen.annotate import Tile, encode_rles
from simgen.assets import AssetLibrary
from simgen.dataset import DatasetWriter, encode
from simgen.dataset.files import Checksum
from simgen.dataset.rle import decode_rle
from simgen.dataset.trajectory_file import decode_trajectory, encode_trajectory
from simgen.dataset.verify import Flaw, verify
from simgen.dataset.verify.surface import distance_to_triangles_m
from simgen.errors import AssetError, DatasetError
from simgen.records.annotation import Rle
from simgen.records.asset import Asset, AssetRef
from simgen.records.scene import Capture
from tests import builders
from tests.dataset.samples import ball_scene, make_manifest, write_dataset, write_scene

FRAME = "scenes/000001/camera/0002_"
Labels = dict[str, Any]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("verify") / "data")


@pytest.fixture
def data(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "copy"))


def rewrite(data: Path, name: str, content: bytes) -> None:
    """Replace a file and its checksum, so that only the content can give the change away."""
    (data / name).write_bytes(content)
    scene = data / "scenes" / name.split("/")[1]
    listing = json.loads((scene / "checksums.json").read_text())
    known = Checksum.of(content)
    inside = name.split("/", 2)[2]
    listing[inside] = {"sha256": known.sha256, "size_bytes": known.size_bytes}
    (scene / "checksums.json").write_text(json.dumps(listing))


def edit_labels(data: Path, change: Callable[[Labels], object]) -> None:
    labels = json.loads((data / f"{FRAME}labels.json").read_text())
    change(labels)
    rewrite(data, f"{FRAME}labels.json", json.dumps(labels).encode())


def edit_picture(data: Path, output: str, change: Callable[[np.ndarray], object]) -> None:
    codecs = {
        "depth.exr": (encode.decode_depth, encode.encode_depth),
        "rgb.png": (encode.decode_rgb, encode.encode_rgb),
        "instance.png": (encode.decode_ids, encode.encode_ids),
        "semantic.png": (encode.decode_ids, encode.encode_ids),
    }
    read, write = codecs[output]
    picture = read((data / f"{FRAME}{output}").read_bytes())
    change(picture)
    rewrite(data, f"{FRAME}{output}", write(picture))


def found(data: Path, check: str) -> list[Flaw]:
    """Problems of one check, all of which must be in the frame that was touched."""
    problems = [problem for problem in verify(data).problems if problem.check == check]
    assert problems, f"nothing found by '{check}'"
    assert {(p.scene_index, p.sensor, p.frame_index) for p in problems} == {(1, "camera", 2)}
    return problems


def test_a_sound_dataset_has_no_problems(sound: Path) -> None:
    done: list[tuple[int, int]] = []
    report = verify(sound, AssetLibrary(), progress=lambda at, of: done.append((at, of)))
    assert report.problems == ()
    assert (report.scenes, report.frames, report.failed_scenes) == (2, 6, 0)
    assert report.objects > 18
    assert report.surface_pixels > 300
    assert done == [(1, 2), (2, 2)]
    assert str(report).startswith("no problems in 2 scenes, 6 frames")


def test_an_unfinished_dataset_is_sound_and_says_so(data: Path) -> None:
    shutil.rmtree(data / "scenes/000000")
    head = json.loads((data / "dataset.json").read_text())
    for key in ("samples", "sensors", "assets"):
        del head[key]
    (data / "dataset.json").write_text(json.dumps(head | {"complete": False}))
    report = verify(data)
    assert report.ok
    assert "not complete yet" in str(report)


# -- files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["scene.json", "trajectory.npz", "camera/0001_rgb.png", "camera/0000_labels.json"]
)
def test_one_flipped_bit_is_found(data: Path, name: str) -> None:
    file = data / "scenes/000000" / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))
    faults = [p for p in verify(data).problems if p.file == f"scenes/000000/{name}" and p.check == "files"]
    assert len(faults) == 1
    assert "bytes changed (SHA-256" in faults[0].message


def test_a_truncated_file_is_found(data: Path) -> None:
    file = data / f"{FRAME}depth.exr"
    file.write_bytes(file.read_bytes()[:-7])
    assert any(str(p).startswith(f"scene 1 {FRAME}depth.exr: ") for p in verify(data).problems)


@pytest.mark.parametrize("name", ["rgb.png", "depth.exr", "labels.json"])
def test_a_deleted_file_is_found(data: Path, name: str) -> None:
    (data / f"{FRAME}{name}").unlink()
    problems = verify(data).problems
    assert any(p.file == f"{FRAME}{name}" and p.message == "missing" for p in problems)


def test_strays_leftovers_and_gaps_are_found(data: Path) -> None:
    (data / "scenes/000000/camera/notes.txt").write_text("x")
    (data / "scenes/.000005.99.part").mkdir()
    (data / "scenes/old").mkdir()
    shutil.rmtree(data / "scenes/000001")
    text = "\n".join(str(problem) for problem in verify(data).problems)
    assert "scene 0 scenes/000000/camera/notes.txt: not in the scene's checksums" in text
    assert "dataset scenes/.000005.99.part: a scene that was never completed" in text
    assert "dataset scenes/old: does not belong here" in text
    assert "scene 1: missing; generate --resume makes it again" in text
    assert "dataset dataset.json: claims 6 samples, has 3" in text


def test_a_scene_beyond_the_count_is_found(data: Path) -> None:
    shutil.copytree(data / "scenes/000001", data / "scenes/000009")
    assert any("more than the 2 scenes asked for" in p.message for p in verify(data).problems)


@pytest.mark.parametrize("text", ["", "[]", '{"scene.json": {}}'])
def test_unreadable_checksums_are_found(data: Path, text: str) -> None:
    (data / "scenes/000001/checksums.json").write_text(text)
    assert any("unreadable checksums" in p.message for p in verify(data).problems)


def test_no_dataset_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="is no dataset"):
        verify(tmp_path)


# -- pictures ----------------------------------------------------------------------------------------------------


def test_an_empty_frame_is_found(data: Path) -> None:
    edit_picture(data, "instance.png", lambda ids: ids.fill(0))
    edit_picture(data, "rgb.png", lambda rgb: rgb.fill(7))
    messages = [problem.message for problem in found(data, "empty")]
    assert messages == [
        "is empty: no object anywhere, though [4] are before the camera",
        "is one flat colour (7)",
    ]


def test_a_camera_that_sees_nothing_but_sky_has_no_problem(tmp_path: Path) -> None:
    """Of one colour, without any object: neither is a fault where no object is before the camera."""
    eye = builders.camera((0.0, 0.0, 1.0), target=(0.0, 9.0, 9.0), width=1, height=1)
    scene = replace(ball_scene(), cameras=(eye,), capture=Capture("start", 1))
    with DatasetWriter.create(tmp_path / "sky", make_manifest(scene_count=1)) as writer:
        write_scene(writer, scene)
        writer.finalise()
    assert verify(tmp_path / "sky").problems == ()


def test_a_picture_of_absurd_size_is_not_unpacked(data: Path) -> None:
    rgb = (data / f"{FRAME}rgb.png").read_bytes()
    rewrite(data, f"{FRAME}rgb.png", rgb[:16] + struct.pack(">II", 60_000, 60_000) + rgb[24:])
    assert "a PNG of 60000 x 60000 pixels; no side has more than 8192" in found(data, "files")[0].message


def test_a_trajectory_that_leads_nowhere_is_found(data: Path) -> None:
    name = "scenes/000001/trajectory.npz"
    trajectory = decode_trajectory((data / name).read_bytes())
    lost = replace(trajectory, positions_m=trajectory.positions_m * np.nan)
    rewrite(data, name, encode_trajectory(lost))
    assert any("numbers that are not finite in positions_m" in p.message for p in verify(data).problems)


def test_an_unknown_id_is_found(data: Path) -> None:
    edit_picture(data, "instance.png", lambda ids: ids.__setitem__((40, 30), 99))
    assert "[99]" in found(data, "ids")[0].message


def test_a_visible_object_without_label_is_found(data: Path) -> None:
    edit_labels(data, lambda labels: labels["objects"].pop(1))
    assert found(data, "ids")[0].message == "visible objects [2] have no label"


def test_a_wrong_category_picture_is_found(data: Path) -> None:
    edit_picture(data, "semantic.png", lambda ids: ids.__setitem__(slice(0, 2), 3))
    assert found(data, "semantic")[0].file == f"{FRAME}semantic.png"


def test_missing_and_surplus_depth_are_found(data: Path) -> None:
    edit_picture(data, "depth.exr", lambda depth: depth.__setitem__((40, slice(30, 35)), np.nan))
    assert found(data, "depth")[0].message == "5 pixels of objects have no depth"


def test_depth_without_object_is_found(data: Path) -> None:
    edit_picture(data, "instance.png", lambda ids: ids.__setitem__((40, slice(30, 35)), 0))
    assert found(data, "depth")[0].message == "5 background pixels have a depth"


def test_a_picture_of_another_size_is_found(data: Path) -> None:
    rewrite(data, f"{FRAME}rgb.png", encode.encode_rgb(np.zeros((10, 20, 3), np.uint8)))
    assert "(10, 20)" in found(data, "picture size")[0].message


# -- masks and boxes ---------------------------------------------------------------------------------------------


def shift_mask(labels: Labels, kind: str) -> None:
    raw = labels["objects"][1][kind]
    mask = np.roll(decode_rle(Rle(tuple(raw["size"]), raw["counts"])), 1, axis=1)
    raw["counts"] = encode_rles([Tile(0, 0, mask)], mask.shape[1], mask.shape[0])[0].counts


def test_a_shifted_modal_mask_is_found(data: Path) -> None:
    edit_labels(data, lambda labels: shift_mask(labels, "mask_modal"))
    text = " ".join(problem.message for problem in found(data, "masks"))
    assert "modal masks overlap" in text
    assert "object 2: modal mask and instance picture disagree" in text
    assert "object 2: modal box" in found(data, "boxes")[0].message


def test_a_shifted_amodal_mask_is_found(data: Path) -> None:
    edit_labels(data, lambda labels: shift_mask(labels, "mask_amodal"))
    assert "visible pixels lie outside its amodal mask" in found(data, "amodal masks")[0].message
    assert "object 2: amodal box" in found(data, "boxes")[0].message


def test_swapped_ids_are_found(data: Path) -> None:
    def swap(labels: Labels) -> None:
        a, b = labels["objects"][1], labels["objects"][2]
        a["instance_id"], b["instance_id"] = b["instance_id"], a["instance_id"]

    edit_labels(data, swap)
    assert len(found(data, "masks")) == 2
    assert any("not in order" in problem.message for problem in found(data, "identity"))
    assert found(data, "poses")


def test_a_wrong_pixel_count_is_found(data: Path) -> None:
    edit_labels(data, lambda labels: labels["objects"][1].update(visible_px=1))
    assert "visible_px 1" in found(data, "pixel counts")[0].message


def test_a_mask_of_another_size_is_found(data: Path) -> None:
    edit_labels(data, lambda labels: labels["objects"][1]["mask_modal"].update(size=[3, 5], counts="?"))
    assert "modal mask is (3, 5)" in found(data, "mask size")[0].message


def test_a_damaged_mask_is_found(data: Path) -> None:
    edit_labels(data, lambda labels: labels["objects"][1]["mask_modal"].update(counts="0`0"))
    assert "a mask's runs add up to" in found(data, "files")[0].message


@pytest.mark.parametrize("edge", range(4))
@pytest.mark.parametrize("kind", ["modal", "amodal"])
def test_a_box_off_by_one_is_found(data: Path, kind: str, edge: int) -> None:
    def widen(labels: Labels) -> None:
        labels["objects"][1][f"bbox_{kind}_xyxy"][edge] += 1

    edit_labels(data, widen)
    assert f"object 2: {kind} box" in found(data, "boxes")[0].message


def test_an_unclipped_box_that_is_too_small_is_found(data: Path) -> None:
    edit_labels(
        data, lambda labels: labels["objects"][1].update(bbox_unclipped_xyxy=[10.0, 10.0, 12.0, 12.0])
    )
    assert "does not enclose" in found(data, "unclipped boxes")[0].message


def test_a_3d_box_that_is_too_small_is_found(data: Path) -> None:
    edit_labels(data, lambda labels: labels["objects"][1].update(size_m=[0.1, 0.07, 0.05]))
    assert "passes its projected 3D box by" in found(data, "3D boxes")[0].message
    assert "size_m is (0.1, 0.07, 0.05), in the scene (0.2, 0.14, 0.1)" in found(data, "identity")[0].message


# -- fractions, identity, poses ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"unoccluded_fraction": 0.123}, "unoccluded_fraction 0.123, pixels give"),
        ({"visible_fraction": 0.123}, "visible_fraction 0.123 is not the product"),
        ({"in_frame_fraction": 1.5}, "leave 0..1"),
    ],
)
def test_a_wrong_fraction_is_found(data: Path, change: dict, words: str) -> None:
    edit_labels(data, lambda labels: labels["objects"][1].update(change))
    assert any(words in problem.message for problem in found(data, "fractions"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"category_id": 3}, "category_id is 3, in the scene 1"),
        ({"category": "bxo"}, "category is 'bxo', in the scene 'box'"),
        ({"name": "other"}, "name is 'other'"),
        ({"is_thing": False}, "is_thing is False"),
        ({"instance_id": 50}, "object 50 is not in the scene of 4 objects"),
    ],
)
def test_a_wrong_identity_is_found(data: Path, change: dict, words: str) -> None:
    edit_labels(data, lambda labels: labels["objects"][1].update(change))
    assert any(words in problem.message for problem in found(data, "identity"))


def test_a_moved_object_is_found_by_pose_and_by_depth(data: Path) -> None:
    def move(labels: Labels) -> None:
        labels["objects"][1]["T_camera_object"][2][3] += 0.02

    edit_labels(data, move)
    assert "object 2: T_camera_object is off by 0.02" in found(data, "poses")[0].message
    assert "object 2" in found(data, "surface")[0].message


def test_a_moved_camera_is_found(data: Path) -> None:
    def move(labels: Labels) -> None:
        labels["T_world_camera"][0][3] += 0.01
        labels["time_s"] += 1
        labels["intrinsics"]["fx"] += 1

    edit_labels(data, move)
    text = " ".join(problem.message for problem in found(data, "camera"))
    assert "T_world_camera is" in text
    assert "time_s is 1.2" in text
    assert "intrinsics are" in text


def test_depth_that_is_off_its_model_is_found(data: Path) -> None:
    edit_picture(data, "depth.exr", lambda depth: depth.__imul__(1.03))
    problems = found(data, "surface")
    assert problems[0].file == f"{FRAME}depth.exr"
    assert "are not on its model at its pose (off by up to" in problems[0].message


# -- the ray cast ------------------------------------------------------------------------------------------------

TRIANGLE = np.array([[[0.0, 0.0, 1.0], [1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]])


def met(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Distances along the rays from the origin through the points themselves."""
    return distance_to_triangles_m(np.zeros(3), points, points, triangles)


def test_a_point_on_the_triangle_is_at_distance_zero() -> None:
    assert met(np.array([[0.2, 0.2, 1.0]]), TRIANGLE)[0] == pytest.approx(0)


def test_distance_is_at_right_angles_to_the_triangle() -> None:
    points = np.array([[0.2, 0.2, 1.0]]) * 0.9  # on the same ray, 0.1 m in front of the plane
    assert met(points, TRIANGLE)[0] == pytest.approx(0.1)
    assert met(points, TRIANGLE[:, ::-1])[0] == pytest.approx(0.1)


def test_a_ray_that_misses_is_infinitely_far() -> None:
    assert np.isinf(met(np.array([[0.8, 0.8, 1.0]]), TRIANGLE)[0])


def test_a_model_that_is_not_installed_is_a_problem_not_a_crash(sound: Path) -> None:
    class Bare(AssetLibrary):
        def load(self, ref: AssetRef) -> Asset:
            raise AssetError(f"no asset named '{ref.asset_id}'")

    problems = verify(sound, Bare()).problems
    assert {problem.check for problem in problems} == {"surface"}
    assert problems[0].message.startswith("no asset named 'procedural/box'")


def test_a_ray_beside_the_point_finds_the_surface_that_ends_between_them() -> None:
    point, beside = np.array([[0.501, 0.501, 1.0]]), np.array([[0.499, 0.499, 1.0]])
    assert np.isinf(met(point, TRIANGLE)[0])
    assert distance_to_triangles_m(np.zeros(3), beside, point, TRIANGLE)[0] == pytest.approx(0)
