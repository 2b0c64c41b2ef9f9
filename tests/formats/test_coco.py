"""COCO export, held against the official reader and evaluator."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from simgen.dataset import Dataset, file_digests
from simgen.errors import DatasetError, UsageError
from simgen.formats import ExportOptions, ExportReport, export
from tests.dataset.samples import write_dataset


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("coco") / "data")


@pytest.fixture(scope="module")
def report(path: Path) -> ExportReport:
    return export(path, path.parent / "coco", "coco")


@pytest.fixture(scope="module")
def coco(report: ExportReport) -> COCO:
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(report.path / "annotations/instances_all.json"))


@pytest.mark.parametrize("kind", ["segm", "bbox"])
def test_ground_truth_as_detections_scores_one(coco: COCO, kind: str) -> None:
    detections = [annotation | {"score": 0.9} for annotation in coco.dataset["annotations"]]
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation = COCOeval(coco, coco.loadRes(detections), kind)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    assert evaluation.stats[0] == pytest.approx(1.0)


# pycocotools' mask type predates the copy argument that NumPy 2 passes.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_every_mask_is_the_instance_picture(path: Path, coco: COCO) -> None:
    for image_id, sample in enumerate(Dataset(path), start=1):
        annotations = coco.loadAnns(coco.getAnnIds(imgIds=[image_id]))
        assert annotations
        for annotation in annotations:
            mask = coco.annToMask(annotation).astype(bool)
            assert np.array_equal(mask, sample.instance_id == annotation["instance_id"])
            rows, columns = np.nonzero(mask)
            x, y, width, height = annotation["bbox"]
            assert (x, y) == (columns.min(), rows.min())
            assert (x + width, y + height) == (columns.max() + 1, rows.max() + 1)
            assert annotation["area"] == mask.sum()


def test_every_visible_thing_is_there_and_nothing_else(path: Path, coco: COCO, report: ExportReport) -> None:
    objects = [label for sample in Dataset(path) for label in sample.annotation.objects]
    things = [label for label in objects if label.is_thing and label.visible_px >= 1]
    assert len(coco.dataset["annotations"]) == report.annotations == len(things)
    assert sum(count for _, count in report.left_out) == len(objects) - len(things)
    assert "surroundings" in str(report)


def test_ids_start_at_one_and_categories_are_things(coco: COCO) -> None:
    assert sorted(coco.getImgIds()) == list(range(1, 7))
    assert sorted(coco.getAnnIds()) == list(range(1, len(coco.getAnnIds()) + 1))
    assert [c["name"] for c in coco.loadCats(coco.getCatIds())] == ["box", "sphere", "cylinder"]


def test_pictures_are_those_of_the_dataset(path: Path, coco: COCO, report: ExportReport) -> None:
    for image_id, sample in enumerate(Dataset(path), start=1):
        entry = coco.loadImgs([image_id])[0]
        picture = cv2.imread(str(report.path / "images/all" / entry["file_name"]))
        assert picture.shape[:2] == (entry["height"], entry["width"])
        assert np.array_equal(picture[..., ::-1], sample.rgb)
        assert entry["K"] == sample.intrinsics.K.tolist()


def test_amodal_labels_ride_along(path: Path, coco: COCO) -> None:
    labels = {label.instance_id: label for label in Dataset(path)[0].annotation.objects}
    for annotation in coco.loadAnns(coco.getAnnIds(imgIds=[1])):
        label = labels[annotation["instance_id"]]
        assert annotation["amodal_segmentation"]["counts"] == label.mask_amodal.counts
        assert annotation["visible_fraction"] == label.visible_fraction
        x0, y0, x1, y1 = label.bbox_amodal_xyxy
        assert annotation["amodal_bbox"] == [x0, y0, x1 - x0, y1 - y0]


def test_licence_author_and_attribution_come_from_the_dataset(coco: COCO, report: ExportReport) -> None:
    assert coco.dataset["licenses"][0]["name"] == "CC0-1.0"
    assert coco.dataset["info"]["contributor"] == "A. Author"
    assert "CC0-1.0" in (report.path / "ATTRIBUTION.md").read_text()


def test_the_same_dataset_gives_the_same_bytes(path: Path, report: ExportReport, tmp_path: Path) -> None:
    again = export(path, tmp_path / "again")
    assert file_digests(again.path) == file_digests(report.path)


def test_small_objects_can_be_left_out_and_are_counted(path: Path, tmp_path: Path) -> None:
    report = export(path, tmp_path / "few", options=ExportOptions(split="train", min_visible_px=40))
    raw = json.loads((tmp_path / "few/annotations/instances_train.json").read_text())
    assert raw["annotations"]
    assert min(annotation["area"] for annotation in raw["annotations"]) >= 40
    assert dict(report.left_out)["fewer than 40 visible pixels"] > 0
    assert len(list((tmp_path / "few/images/train").iterdir())) == report.images == 6


def test_what_is_not_seen_at_all_is_told_as_such(path: Path, tmp_path: Path) -> None:
    told = [reason for reason, _ in export(path, tmp_path / "seen").left_out]
    assert "not visible" in told


def test_links_hold_the_same_pictures(path: Path, tmp_path: Path) -> None:
    export(path, tmp_path / "linked", options=ExportOptions(link=True))
    picture = tmp_path / "linked/images/all/000000_camera_0000.png"
    assert picture.samefile(path / "scenes/000000/camera/0000_rgb.png")


def test_an_export_without_objects_is_still_readable(path: Path, tmp_path: Path) -> None:
    export(path, tmp_path / "none", options=ExportOptions(min_visible_px=10**6))
    with contextlib.redirect_stdout(io.StringIO()):
        assert COCO(str(tmp_path / "none/annotations/instances_all.json")).getAnnIds() == []


def test_an_existing_folder_is_not_touched(path: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="exists already; give another --out"):
        export(path, tmp_path)


def test_a_failed_export_leaves_nothing(path: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(path, tmp_path / "broken"))
    (broken / "scenes/000001/camera/0001_rgb.png").unlink()
    with pytest.raises(DatasetError, match=r"0001_rgb.png is missing"):
        export(broken, tmp_path / "out" / "coco")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_dataset_without_colour_is_refused(tmp_path: Path) -> None:
    depth_only = write_dataset(tmp_path / "data", indices=(0,), outputs=("depth",))
    with pytest.raises(DatasetError, match="has no 'rgb'"):
        export(depth_only, tmp_path / "out")


def test_an_unknown_format_is_a_usage_error(path: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no export format 'coca'; did you mean 'coco'\?"):
        export(path, tmp_path / "out", "coca")
