"""Pictures of the raster renderer stay what they are; `scripts/catalogue goldens` makes them anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from simgen.rendering import Renderer, make_renderer
from tests.golden.pictures import difference, difference_sheet, drawn, golden_path
from tests.golden.scenes import SCENES


@pytest.fixture(scope="module")
def raster() -> Iterator[Renderer]:
    renderer = make_renderer("raster")
    yield renderer
    renderer.close()


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_looks_as_it_did(name: str, raster: Renderer, tmp_path: Path) -> None:
    scene = SCENES[name]()
    golden = golden_path(name, scene)
    expected, found = np.asarray(Image.open(golden).convert("RGB")), drawn(raster, scene)
    what = difference(expected, found)
    if what:
        sheet = tmp_path / f"{name}.png"
        difference_sheet(expected, found).save(sheet)
        pytest.fail(
            f"{name}: {what}. Look at {sheet} (expected, found, eight times the difference); if it is meant, "
            "run scripts/catalogue goldens"
        )


def test_every_golden_belongs_to_a_scene() -> None:
    named = {golden_path(name, make()) for name, make in SCENES.items()}
    assert set(golden_path("noon", SCENES["noon"]()).parent.iterdir()) == named


def test_rounding_in_another_way_is_no_difference() -> None:
    picture = _gradient()
    noise = np.random.default_rng(0).integers(-1, 2, picture.shape)
    near = np.clip(picture.astype(int) + noise * (np.arange(picture.shape[1]) % 3 == 0)[:, None], 0, 255)
    assert not difference(picture, near.astype(np.uint8))


@pytest.mark.parametrize("change", ["one pixel aside", "one level brighter", "a spot of 2 % of the picture"])
def test_another_picture_is_a_difference(change: str) -> None:
    picture = _gradient()
    other = picture.copy()
    if change == "one pixel aside":
        other = np.roll(picture, 1, axis=1)
    elif change == "one level brighter":
        other += 1
    else:
        other[:17, :23] += 20
    assert "the mean difference is" in difference(picture, other)


def test_the_sheet_shows_expected_found_and_their_difference() -> None:
    picture = _gradient()
    found = picture.copy()
    found[10, 20] += 5
    sheet = np.asarray(difference_sheet(picture, found))
    assert sheet.shape == (120, 3 * 160 + 8, 3)
    assert (sheet[:, :160] == picture).all()
    assert (sheet[:, 164:324] == found).all()
    assert sheet[10, 328 + 20].tolist() == [40, 40, 40]
    assert sheet[:, 328:].sum() == 120


def _gradient() -> np.ndarray:
    """A picture with a fine pattern, away from black and white."""
    rows, columns = np.mgrid[0:120, 0:160]
    grey = 40 + rows + 25 * ((columns // 5) % 2)
    return np.repeat(grey[..., None], 3, axis=2).astype(np.uint8)
