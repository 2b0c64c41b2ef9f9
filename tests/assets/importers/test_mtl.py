from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simgen.assets.importers.mtl import normals_from_heights, read_mtl
from simgen.colour import linear_rgb
from simgen.records.asset import Material
from tests.assets.importers.sources import folder, picture

GREY = picture(np.full((4, 4, 3), 128))


def read(tmp_path: Path, text: str, **files: bytes) -> tuple[Material, list[str]]:
    notes: list[str] = []
    materials = read_mtl(folder(tmp_path, m_mtl=f"newmtl m\n{text}", **files), "m.mtl", notes)
    return materials["m"], notes


def test_colours_are_decoded_from_srgb(tmp_path: Path) -> None:
    material, _ = read(tmp_path, "Kd 0.5 0.04 2\n")  # a channel beyond 1 is taken for 1
    expected = (((0.5 + 0.055) / 1.055) ** 2.4, 0.04 / 12.92, 1.0)
    assert material.base_color_rgb == pytest.approx(expected)


def test_beside_a_map_the_colour_gives_its_hue_only(tmp_path: Path) -> None:
    grey, _ = read(tmp_path, "Kd 0.64 0.64 0.64\nmap_Kd t.png\n", t_png=GREY)
    tinted, _ = read(tmp_path, "Kd 0.4 0.2 0.4\nmap_Kd t.png\n", t_png=GREY)
    assert grey.base_color_rgb == (1.0, 1.0, 1.0)
    assert tinted.base_color_rgb == pytest.approx(linear_rgb((1.0, 0.5, 1.0)))


@pytest.mark.parametrize("line", ["d 0.3", "Tr 0.7"])
def test_opacity_is_read_from_either_keyword(tmp_path: Path, line: str) -> None:
    glass, _ = read(tmp_path, f"{line}\n")
    assert glass.alpha == pytest.approx(0.3)
    assert (glass.alpha_mode, glass.alpha_cutoff) == ("blend", 0.0)


def test_an_alpha_map_becomes_a_cut_out(tmp_path: Path) -> None:
    leaf = np.zeros((128, 128, 3))
    leaf[:, 64:] = 255
    color = picture(np.full((64, 64, 3), 128))
    material, _ = read(tmp_path, "map_Kd t.png\nmap_d leaf.png\n", t_png=color, leaf_png=picture(leaf))
    assert material.base_color_map is not None
    assert material.base_color_map.pixels.shape == (64, 64, 4), "resized to the colour map"
    assert material.alpha_mode == "mask"
    alpha = material.base_color_map.pixels[..., 3]
    assert alpha[:, 0].max() == 0
    assert alpha[:, -1].min() == 255


def test_an_alpha_map_without_colour_map_keeps_the_colour(tmp_path: Path) -> None:
    net = np.zeros((8, 8, 4))
    net[::2, :, 3] = 255
    material, _ = read(tmp_path, "Kd 0 1 0\nmap_d net.png\n", net_png=picture(net))
    assert material.base_color_rgb == (0.0, 1.0, 0.0)
    assert material.base_color_map is not None
    assert set(np.unique(material.base_color_map.pixels[..., 3])) == {0, 255}


def test_a_soft_alpha_is_blended(tmp_path: Path) -> None:
    fade = np.full((8, 8, 4), 255)
    fade[..., 3] = np.linspace(0, 255, 8)
    material, _ = read(tmp_path, "map_Kd fade.png\n", fade_png=picture(fade))
    assert material.alpha_mode == "blend"


def test_options_and_spaces_in_map_names_are_understood(tmp_path: Path) -> None:
    (tmp_path / "my wood.png").write_bytes(GREY)
    material, notes = read(tmp_path, "map_Kd -s 1 1 1 -o 0.2 0.2 0.2 my wood.png\n")
    assert notes == []
    assert material.base_color_map is not None


@pytest.mark.parametrize(
    "name",
    [r"C:\Users\someone\Pictures\wood.png", "/home/someone/wood.png", r"tex\WOOD.PNG", "../../wood.png"],
)
def test_a_path_of_the_authors_machine_is_looked_up_beside_the_file(tmp_path: Path, name: str) -> None:
    material, notes = read(tmp_path, f"map_Kd {name}\n", wood_png=GREY)
    assert notes == []
    assert material.base_color_map is not None


def test_a_map_that_is_missing_or_damaged_is_noted_and_left_out(tmp_path: Path) -> None:
    missing, notes = read(tmp_path, "map_Kd gone.png\n")
    assert missing.base_color_map is None
    assert "map 'gone.png' is not in" in notes[0]
    damaged, notes = read(tmp_path, "map_Kd bad.png\n", bad_png=b"no picture")
    assert damaged.base_color_map is None
    assert "image 'bad.png' cannot be decoded" in notes[0]


def test_words_where_numbers_belong_do_not_stop_the_import(tmp_path: Path) -> None:
    material, _ = read(tmp_path, "Kd spectral file.rfl 1\nNs nan\nillum x\nd halo 0.5\n")
    assert material.alpha == 0.5


def test_a_bump_map_becomes_normals_that_lean_down_its_slope() -> None:
    ramp = np.tile(np.linspace(0, 255, 16), (16, 1))
    normals = normals_from_heights(ramp)[4:-4, 4:-4] / 127.5 - 1
    slope = 4.0 / 15
    expected = np.array([-slope, 0, 1]) / np.hypot(slope, 1)
    np.testing.assert_allclose(normals.reshape(-1, 3), np.tile(expected, (64, 1)), atol=0.01)


def test_flat_heights_are_a_flat_normal_map() -> None:
    assert np.unique(normals_from_heights(np.full((4, 4), 99.0)).reshape(-1, 3), axis=0).tolist() == [
        [128, 128, 255]
    ]


def test_a_filter_tints_what_shows_through(tmp_path: Path) -> None:
    material, _ = read(tmp_path, "Kd 0.2 0.2 0.2\nd 0.3\nTf 0.1 0.8 0.2\n")
    assert material.base_color_rgb == (0.1, 0.8, 0.2)
    assert (material.alpha, material.alpha_mode) == (1.0, "blend")
    assert material.transmission == pytest.approx(0.7)


@pytest.mark.parametrize("lines", ["Tf 0.5 0.5 0.5\nd 0.3\n", "Tf 0.1 0.8 0.2\n"])
def test_a_filter_without_colour_or_on_what_is_solid_says_nothing(tmp_path: Path, lines: str) -> None:
    assert read(tmp_path, lines)[0].transmission == 0.0


def test_a_clear_coat_is_read(tmp_path: Path) -> None:
    material, _ = read(tmp_path, "Pc 1.0\nPcr 0.2\n")
    assert (material.coat, material.coat_roughness) == (1.0, 0.2)


def test_a_picture_that_was_renamed_to_a_word_of_its_name_is_found(tmp_path: Path) -> None:
    material, notes = read(tmp_path, "map_Kd /Users/x/ TEXTURES/Living room rug.png\n", rug_png=GREY)
    assert notes == []
    assert material.base_color_map is not None
