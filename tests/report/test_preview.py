"""The contact sheet shows what the dataset holds, where it should be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from simgen.dataset import Dataset, DatasetWriter
from simgen.dataset.labels import labels_of
from simgen.errors import DatasetError
from simgen.records.rejections import Rejections
from simgen.records.scene import Capture
from simgen.report import preview
from simgen.report.colours import instance_colour
from simgen.report.drawing import Overlay, draw_solid_labels
from simgen.report.picture import packed
from simgen.report.preview import ContactSheet, frame_sheet, spread, write_preview
from simgen.report.sheet import PAGE_WIDTH_PX, Picture
from tests import builders
from tests.dataset.samples import ball_scene, make_manifest, samples_of, still, write_dataset, write_scene


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("preview") / "data")


def panels(page: Image.Image, columns: int) -> list[np.ndarray]:
    """Columns of a page, without its header."""
    pixels = np.asarray(page)[110:]
    width = PAGE_WIDTH_PX // columns
    return [pixels[:, place * width : (place + 1) * width] for place in range(columns)]


def test_a_page_of_the_asked_width_appears(path: Path, tmp_path: Path) -> None:
    target = write_preview(path, tmp_path / "preview.png", rows=2)
    with Image.open(target) as page:
        assert page.size[0] == PAGE_WIDTH_PX
        assert page.size[1] > 700
    assert [entry.name for entry in tmp_path.iterdir()] == ["preview.png"]


def test_the_same_dataset_gives_the_same_picture(path: Path, tmp_path: Path) -> None:
    one = write_preview(path, tmp_path / "one.png", rows=2).read_bytes()
    assert write_preview(Dataset(path), tmp_path / "two.png", rows=2).read_bytes() == one


def test_colour_column_is_the_picture_and_instance_column_has_the_ids_colours(path: Path) -> None:
    scene = ball_scene()
    sample = next(samples_of(scene, still(scene)))
    colour, _, _, instances = panels(frame_sheet([sample], "test"), 4)
    assert abs(colour[40:380, 40:480].mean() - sample.reading.rgb.mean()) < 12
    flat = instances.reshape(-1, 3).astype(int)
    for label in sample.annotation.objects:
        if label.is_thing and label.visible_px > 40:
            hue = np.array(instance_colour(label.instance_id)) / 255
            matches = (
                np.abs(flat / flat.max(axis=1, keepdims=True).clip(1) - hue / hue.max()).max(axis=1) < 0.06
            )
            assert matches.sum() > 500, label.name


def test_a_row_for_each_sample(path: Path) -> None:
    scene = ball_scene()
    samples = list(samples_of(scene, still(scene)))
    one, three = frame_sheet(samples[:1], "t"), frame_sheet(samples, "t")
    row = (three.height - one.height) / 2
    assert row == int(row) > 300


def test_rows_are_spread_over_scenes_and_frames(path: Path) -> None:
    dataset = Dataset(path)
    assert [view.key for view in spread(dataset, 2)] == ["000000/camera/0000", "000001/camera/0001"]
    assert len({view.key for view in spread(dataset, 4)}) == 4
    assert {view.key for view in spread(dataset, 6)} == {view.key for view in dataset}
    assert {view.key for view in spread(dataset, 50)} == {view.key for view in dataset}
    assert spread(dataset, 0) == []


def test_columns_are_those_the_dataset_has(tmp_path: Path) -> None:
    data = write_dataset(tmp_path / "data", indices=(0,), outputs=("rgb",), scene_count=1)
    with Image.open(write_preview(data, tmp_path / "p.png", rows=1)) as page:
        assert page.height > 800  # two columns, so wider panels


def test_surroundings_get_no_box_and_tags_do_not_overlap() -> None:
    scene = ball_scene(width=320, height=240)
    sample = next(samples_of(scene, still(scene)))
    things = [label for label in sample.annotation.objects if label.is_thing]
    overlay = Overlay(Image.new("RGB", (640, 480)), 2.0)
    draw_solid_labels(overlay, things, sample.frame.view.intrinsics, 26)
    plates = overlay._tags
    assert len(plates) == len(things) == 3
    for i, (x0, y0, x1, y1) in enumerate(plates):
        assert x0 >= 0 and y0 >= 0 and x1 <= 640 and y1 <= 480
        assert all(x1 < a or c < x0 or y1 < b or d < y0 for a, b, c, d in plates[:i])


def test_an_axis_lies_where_the_pose_puts_it() -> None:
    scene = ball_scene(width=320, height=240)
    sample = next(samples_of(scene, still(scene)))
    label = sample.annotation.objects[1]
    overlay = Overlay(Image.new("RGB", (640, 480)), 2.0)
    overlay.axes(label, sample.frame.view.intrinsics)
    u, v = sample.frame.view.intrinsics.project(label.T_camera_object[:3, 3][None])[0]
    assert np.asarray(overlay.image)[round((v + 0.5) * 2), round((u + 0.5) * 2)].any()


def test_a_sheet_begun_before_the_last_scenes_is_that_of_the_whole_dataset(tmp_path: Path) -> None:
    data = tmp_path / "data"
    sheet = ContactSheet(data, rows=2)
    with DatasetWriter.create(data, make_manifest(scene_count=3)) as writer:
        write_scene(writer, ball_scene(0))
        sheet.begin(range(3))
        write_scene(writer, ball_scene(1))
        write_scene(writer, ball_scene(2))
        writer.finalise()
    whole = write_preview(data, tmp_path / "whole.png", rows=2).read_bytes()
    for picture in data.glob("scenes/000000/*/*.png"):
        picture.unlink()  # what is drawn is not read again
    assert sheet.write(tmp_path / "begun.png").read_bytes() == whole


def test_a_sheet_begun_for_scenes_that_then_fail_shows_those_that_do_not(tmp_path: Path) -> None:
    data = tmp_path / "data"
    sheet = ContactSheet(data, rows=2)
    with DatasetWriter.create(data, make_manifest(scene_count=3)) as writer:
        write_scene(writer, ball_scene(1))
        sheet.begin(range(3))
        writer.write_failed(0, "no luck", Rejections())
        writer.write_failed(2, "no luck", Rejections())
        writer.finalise()
    whole = write_preview(data, tmp_path / "whole.png", rows=2).read_bytes()
    assert sheet.write(tmp_path / "begun.png").read_bytes() == whole


def test_a_sheet_whose_rows_are_all_there_is_packed_before_the_last_scene(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, pages = tmp_path / "data", list[Image.Image]()
    monkeypatch.setattr(preview, "packed", lambda page: pages.append(page) or packed(page))
    sheet = ContactSheet(data, rows=2)
    with DatasetWriter.create(data, make_manifest(scene_count=3)) as writer:
        write_scene(writer, ball_scene(0))
        write_scene(writer, ball_scene(1))
        sheet.begin(range(3))
        write_scene(writer, ball_scene(2))
        writer.finalise()
    assert len(pages) == 1
    begun = sheet.write(tmp_path / "begun.png").read_bytes()
    assert len(pages) == 1
    assert begun == write_preview(data, tmp_path / "whole.png", rows=2).read_bytes()


def test_what_cannot_be_drawn_before_the_end_is_left_to_it(tmp_path: Path) -> None:
    data = write_dataset(tmp_path / "data")
    sheet = ContactSheet(data, rows=2)
    for picture in data.glob("scenes/000000/*/*_rgb.png"):
        picture.write_bytes(b"")
    sheet.begin(range(2))
    with pytest.raises(DatasetError, match=r"000000.*is damaged"):
        sheet.write(tmp_path / "sheet.png")


def test_a_dataset_of_failures_says_so(tmp_path: Path) -> None:
    with DatasetWriter.create(tmp_path / "data", make_manifest(scene_count=1)) as writer:
        writer.write_failed(0, "no luck", Rejections())
        writer.finalise()
    with pytest.raises(DatasetError, match="has no samples to show"):
        write_preview(tmp_path / "data", tmp_path / "p.png")


def test_no_samples_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="at least one sample"):
        frame_sheet([], "empty")


def test_what_carries_the_others_is_left_plain() -> None:
    table = builders.static_box((1.2, 0.9, 0.05), at=(0, 0, -0.025), name="table")
    mugs = [
        builders.box((0.08, 0.08, 0.1), at=(0.15 * x, 0.1 * y, 0.05)) for x in (-1, 0, 1) for y in (-1, 1)
    ]
    fork_lift = builders.box((0.5, 0.2, 0.6), at=(0.9, 0.5, 0.3), name="fork lift")
    eye = builders.camera((0.3, -1.9, 1.2), width=320, height=240)
    scene = builders.make_scene([table, *mugs, fork_lift], cameras=[eye], capture=Capture("start", 1))
    sample = next(samples_of(scene, still(scene)))
    picture = Picture(labels_of(sample), sample.reading.rgb, sample.frame.depth_m, sample.frame.instance_id)
    assert [label.name for label in picture.things if label.name in {"table", "fork lift"}] == ["fork lift"]
    assert picture.thing_ids == frozenset(range(2, 9))
