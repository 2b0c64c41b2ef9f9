"""Turntables show all of an asset, from all around, and every kind of asset."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from simgen.errors import AssetError, SimgenError, UsageError
from simgen.geometry import apply, box_corners, invert_rigid
from simgen.pipeline import Studio
from simgen.records.asset import AssetRef
from simgen.report.picture import save_picture
from simgen.report.turntable import (
    COLUMNS,
    TILE_PX,
    VIEWS,
    light_scene,
    turntable,
    turntable_scene,
    write_turntable,
)


@pytest.fixture(scope="module")
def studio():
    studio = Studio()
    yield studio
    studio.close()


@pytest.mark.parametrize(
    "asset_id", ["procedural/box", "procedural/mug", "procedural/pallet", "procedural/bolt"]
)
def test_every_view_holds_the_whole_asset(studio: Studio, asset_id: str) -> None:
    scene = turntable_scene(AssetRef(asset_id), studio.library)
    (camera,) = scene.cameras
    body = scene.object(1)
    corners = apply(body.pose.matrix(), box_corners(body.size_m))
    for index in range(VIEWS):
        p_camera = apply(invert_rigid(camera.pose_at(index).matrix()), corners)
        pixels = camera.intrinsics.project(p_camera)
        assert p_camera[:, 2].min() > camera.intrinsics.near_m
        assert pixels.min() > 0
        assert pixels.max() < TILE_PX - 1


def test_views_go_evenly_all_around(studio: Studio) -> None:
    poses = turntable_scene(AssetRef("procedural/mug"), studio.library).cameras[0].poses
    angles = np.unwrap([np.arctan2(pose.position_m[1], pose.position_m[0]) for pose in poses])
    assert np.diff(angles) == pytest.approx(np.full(VIEWS - 1, 2 * np.pi / VIEWS))
    assert len({round(pose.position_m[2], 9) for pose in poses}) == 1


def test_an_asset_stands_on_the_floor_and_does_not_move(studio: Studio) -> None:
    scene = turntable_scene(AssetRef("procedural/mug"), studio.library)
    body, floor = scene.objects
    assert body.pose.position_m[2] - body.size_m[2] / 2 == pytest.approx(0)
    assert floor.pose.position_m[2] + floor.size_m[2] / 2 == pytest.approx(0)
    assert all(each.motion == "static" for each in scene.objects)


def test_tiles_lie_row_by_row_and_show_what_the_views_see(studio: Studio) -> None:
    sheet = turntable("procedural/mug", studio)
    assert sheet.shape == (VIEWS // COLUMNS * TILE_PX, COLUMNS * TILE_PX, 3)
    tiles = [
        sheet[y : y + TILE_PX, x : x + TILE_PX]
        for y in range(0, sheet.shape[0], TILE_PX)
        for x in range(0, sheet.shape[1], TILE_PX)
    ]
    assert all(tile.std() > 5 for tile in tiles)  # a mug on a floor is not one flat colour
    handle = [int(np.abs(a.astype(int) - b).sum()) for a, b in itertools.pairwise(tiles)]
    assert min(handle) > 0  # its handle is elsewhere in every view


def test_a_light_map_is_shown_by_what_it_lights(studio: Studio) -> None:
    scene = light_scene(AssetRef("procedural/softbox"), studio.library)
    assert scene.environment.map == AssetRef("procedural/softbox")
    assert scene.environment.background_visible
    assert scene.suns == ()
    assert [body.material.metallic for body in scene.objects if body.material] == [0.0, 1.0]
    assert turntable("procedural/softbox", studio).std() > 5


def test_the_picture_is_written_in_the_format_of_its_name(tmp_path: Path) -> None:
    write_turntable("procedural/box", tmp_path / "new" / "box.jpg")
    with Image.open(tmp_path / "new" / "box.jpg") as picture:
        assert picture.format == "JPEG"
        assert picture.size == (COLUMNS * TILE_PX, VIEWS // COLUMNS * TILE_PX)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["box.jpg"]


def test_an_unknown_asset_names_the_closest_one(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="mug"):
        write_turntable("procedural/mugg", tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a", "a.gif", "a.png.txt", "folder.png"])
def test_a_name_that_cannot_be_a_picture_is_refused_before_anything_is_drawn(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder.png").mkdir()
    monkeypatch.setattr("simgen.report.turntable.Studio", None)
    with pytest.raises(UsageError, match=r"for example"):
        write_turntable("procedural/box", tmp_path / name)


def test_a_picture_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_picture(Image.new("RGB", (2, 2), (9, 9, 9)), tmp_path / "a.png")
    before = (tmp_path / "a.png").read_bytes()

    def full(path: Path, target: Path) -> None:
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(SimgenError, match=r"cannot write .*a\.png: No space left on device; make room"):
        save_picture(Image.new("RGB", (3, 3)), tmp_path / "a.png")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.png", before)]
