"""Of a cut-out material, triangles whose picture is soft blend; all others stay cut out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from simgen.assets.importers import read_model
from simgen.assets.importers.raw import RawPart
from simgen.assets.importers.soft_prints import with_soft_prints
from simgen.records.asset import Material, Texture
from tests.assets.importers.sources import folder, picture

# The left half of each picture is cut out; at the right a line is faint, and clear above and below.
LEFT, RIGHT = [0.05, 0.45], [0.55, 0.95]


def printed(line: int) -> NDArray[np.uint8]:
    """A picture (64, 64, 4): a solid square with a smoothed rim at the left, a line of some opacity at the right."""
    pixels = np.full((64, 64, 4), 60, np.uint8)
    pixels[..., 3] = 0
    pixels[7:57, 3:29, 3] = 120  # smoothed, a texel around
    pixels[8:56, 4:28, 3] = 255
    pixels[28:36, 33:63, 3] = line
    return pixels


def decals(material: Material) -> tuple[tuple[RawPart, ...], tuple[Material, ...]]:
    """Two triangles, of which one shows the square and the other the line."""
    uvs = [[u, v] for u0, u1 in (LEFT, RIGHT) for u, v in ((u0, 0.45), (u1, 0.45), (u1, 0.55))]
    points = np.column_stack([np.array(uvs), np.arange(6.0)])
    normals = np.tile(np.array([0, 0, 1], np.float32), (6, 1))
    part = RawPart(points, normals, np.array(uvs, np.float32), np.arange(6).reshape(2, 3), 0)
    return with_soft_prints([part], (material,))


def test_what_shows_a_faint_line_blends_and_the_rest_stays_cut_out() -> None:
    material = Material(name="print", base_color_map=Texture(printed(110), srgb=True), alpha_mode="mask")
    parts, materials = decals(material)
    assert [(m.name, m.alpha_mode) for m in materials] == [("print", "mask"), ("print", "blend")]
    assert [part.material for part in parts] == [0, 1]
    assert [part.positions[:, 2].tolist() for part in parts] == [[0, 1, 2], [3, 4, 5]]
    assert [part.triangles.tolist() for part in parts] == [[[0, 1, 2]], [[0, 1, 2]]]


@pytest.mark.parametrize(
    "material",
    [
        Material(base_color_map=Texture(printed(255), srgb=True), alpha_mode="mask"),
        Material(base_color_map=Texture(printed(0), srgb=True), alpha_mode="mask"),
        Material(base_color_map=Texture(printed(110), srgb=True), alpha_mode="opaque"),
        Material(base_color_map=Texture(printed(110), srgb=True), alpha_mode="blend"),
        Material(alpha_mode="mask"),
    ],
    ids=["solid", "clear", "opaque", "blended", "without a map"],
)
def test_all_else_stays_as_it_is(material: Material) -> None:
    parts, materials = decals(material)
    assert materials == (material,)
    assert len(parts) == 1
    assert len(parts[0].triangles) == 2


def test_texture_coordinates_beyond_the_picture_repeat_it() -> None:
    material = Material(base_color_map=Texture(printed(110), srgb=True), alpha_mode="mask")
    corners = np.array([[3.55, -1.55], [3.95, -1.55], [3.95, -1.45]])
    normals = np.tile(np.array([0, 0, 1], np.float32), (3, 1))
    part = RawPart(np.eye(3), normals, corners.astype(np.float32), np.array([[0, 1, 2]]), 0)
    (found,), materials = with_soft_prints([part], (material,))
    assert materials[found.material].alpha_mode == "blend"


def test_an_obj_file_with_one_opacity_map_for_both(tmp_path: Path) -> None:
    rows = [f"v {k} {k * k} 0\n" for k in range(6)]
    rows += [f"vt {u} {v}\n" for u0, u1 in (LEFT, RIGHT) for u, v in ((u0, 0.45), (u1, 0.45), (u1, 0.55))]
    obj = "mtllib m.mtl\n" + "".join(rows) + "usemtl print\nf 1/1 2/2 3/3\nf 4/4 5/5 6/6\n"
    mtl = "newmtl print\nKd 1 1 1\nmap_Kd p.png\n"
    model = read_model(folder(tmp_path, m_obj=obj, m_mtl=mtl, p_png=picture(printed(110))), "m.obj")
    assert [model.materials[part.material].alpha_mode for part in model.parts] == ["mask", "blend"]
