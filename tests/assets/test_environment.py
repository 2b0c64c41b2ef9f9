from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest

from simgen.assets import AssetLibrary
from simgen.assets.environment import read_map
from simgen.errors import AssetError
from simgen.records.asset import AssetInfo, AssetRef

INFO = AssetInfo("x/map", "map", "environment", (0, 0, 0), 0, 0, 0, "x", "CC0-1.0", "", "", "")


def write(path: Path, pixels: np.ndarray, *, split: bool = False) -> Path:
    header: dict[str, Any] = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    channels = (
        {n: np.ascontiguousarray(pixels[..., i]) for i, n in enumerate("RGB")} if split else {"RGB": pixels}
    )
    OpenEXR.File(header, channels).write(str(path))
    return path


@pytest.mark.parametrize("split", [False, True])
def test_columns_run_with_the_azimuth(tmp_path: Path, split: bool) -> None:
    seen_from_inside = np.zeros((2, 4, 3), np.float32)
    seen_from_inside[0, 0] = (1, 2, 3)  # up, far left of the picture: behind, on the left hand
    radiance = read_map(write(tmp_path / "m.exr", seen_from_inside, split=split), INFO).radiance
    expected = np.zeros((2, 4, 3), np.float32)
    expected[0, 3] = (1, 2, 3)  # azimuth just below +180 degrees
    np.testing.assert_array_equal(radiance, expected)


def test_negative_light_is_dark(tmp_path: Path) -> None:
    pixels = np.full((2, 4, 3), -1.0, np.float32)
    assert read_map(write(tmp_path / "m.exr", pixels), INFO).radiance.max() == 0


def test_maps_that_are_none_are_told(tmp_path: Path) -> None:
    square = write(tmp_path / "square.exr", np.ones((4, 4, 3), np.float32))
    with pytest.raises(
        AssetError, match="4x4 is no latitude-longitude map; it must be twice as wide as high"
    ):
        read_map(square, INFO)
    nan = write(tmp_path / "nan.exr", np.full((2, 4, 3), np.nan, np.float32))
    with pytest.raises(AssetError, match=r"nan\.exr: holds values that are not finite"):
        read_map(nan, INFO)
    (tmp_path / "text.exr").write_text("no picture")
    with pytest.raises(AssetError, match=r"text\.exr: not a readable OpenEXR picture"):
        read_map(tmp_path / "text.exr", INFO)
    with pytest.raises(AssetError, match=r"gone\.exr: no such light map; reinstall its pack"):
        read_map(tmp_path / "gone.exr", INFO)


def test_the_sun_of_a_captured_map_keeps_its_peak() -> None:
    light = AssetLibrary().load_environment(AssetRef("blender-hdri/forest"))
    assert light.radiance.shape == (512, 1024, 3)
    assert light.radiance.max() > 1000
    assert light.info.licence == "CC0-1.0"
