"""The gallery shows what its command makes, in files that a repository can carry."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import simgen

ROOT = Path(__file__).parents[1]
GALLERY = runpy.run_path(str(ROOT / "scripts" / "upkeep" / "gallery.py"))
SHOTS: tuple[Any, ...] = GALLERY["SHOTS"]
SHOWN = re.findall(r"\]\((images/gallery/[^)]+)\)", (ROOT / "docs" / "gallery.md").read_text())
MOST_BYTES, MOST_BYTES_IN_ALL = 200_000, 2_500_000


def picture_size(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


def test_the_page_shows_every_picture_of_the_command_once() -> None:
    made = [GALLERY["picture_path"](shot, name) for shot in SHOTS for name in GALLERY["RENDERERS"]]
    assert [ROOT / "docs" / path for path in SHOWN] == made


def test_pictures_are_of_the_stated_size() -> None:
    sizes = [(ROOT / "docs" / path).stat().st_size for path in SHOWN]
    assert max(sizes) <= MOST_BYTES
    assert sum(sizes) <= MOST_BYTES_IN_ALL
    assert {picture_size(ROOT / "docs" / path) for path in SHOWN} == {(960, 540)}


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_every_scenario_of_the_gallery_is_valid_and_has_the_camera(shot: Any) -> None:
    scenario = GALLERY["scenario_of"](shot)
    assert isinstance(scenario, simgen.Scenario)
    assert not shot.camera or shot.camera in scenario.sensors


def test_every_scenario_file_of_the_gallery_is_shown() -> None:
    files = {path.stem for path in (ROOT / "docs" / "gallery").glob("*.yaml")}
    assert files <= {shot.scenario for shot in SHOTS}


def test_a_picture_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(SystemExit, match="no such picture: nowhere; known: day_road, "):
        GALLERY["write_gallery"](["nowhere"])


def test_pictures_through_lenses_are_those_of_their_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts" / "upkeep"))
    shots: tuple[Any, ...] = runpy.run_path(str(ROOT / "scripts" / "upkeep" / "lens_pictures.py"))["SHOTS"]
    page = (ROOT / "docs" / "gallery.md").read_text()
    for shot in shots:
        camera = GALLERY["scenario_of"](shot).sensors["front"]
        path = f"images/lenses/{shot.name}.jpg"
        assert getattr(camera.lens, shot.name) is not None
        assert picture_size(ROOT / "docs" / path) == (camera.width, camera.height)
        assert f"]({path})" in page
