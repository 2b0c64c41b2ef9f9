from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simgen.assets.importers import FolderFiles, read_model
from simgen.assets.importers.polygons import face_vectors
from simgen.assets.importers.raw import RawModel
from simgen.errors import AssetError
from tests.assets.importers.sources import BOX_MTL, BOX_OBJ, folder


@pytest.fixture
def box(tmp_path: Path) -> RawModel:
    return read_model(folder(tmp_path, box_obj=BOX_OBJ, box_mtl=BOX_MTL), "box.obj")


def read(tmp_path: Path, text: str) -> RawModel:
    return read_model(folder(tmp_path, m_obj=text), "m.obj")


def triangle_count(model: RawModel) -> int:
    return sum(len(part.triangles) for part in model.parts)


def test_a_model_is_split_by_material_in_order_of_use(box: RawModel) -> None:
    assert [material.name for material in box.materials] == ["red paint", "steel"]
    assert [len(part.triangles) for part in box.parts] == [2, 10]


def test_faces_of_a_box_have_its_normals_and_turn_outwards(box: RawModel) -> None:
    for part in box.parts:
        normals = part.normals[part.triangles].mean(axis=1)
        winding = face_vectors(part.positions, part.triangles)
        winding /= np.linalg.norm(winding, axis=1, keepdims=True)
        np.testing.assert_allclose(normals, winding, atol=1e-6)
        outwards = part.positions[part.triangles].mean(axis=1)
        assert np.all(np.einsum("ij,ij->i", winding, outwards) > 0)
    np.testing.assert_allclose(box.parts[0].normals, [[0, 1, 0]] * len(box.parts[0].normals), atol=1e-6)


def test_texture_coordinates_stay_with_their_corners(box: RawModel) -> None:
    top = box.parts[0]
    by_place = {tuple(p): tuple(uv) for p, uv in zip(top.positions, top.uvs, strict=True)}
    assert by_place == {(-1, 2, -3): (0, 0), (-1, 2, 3): (1, 0), (1, 2, 3): (1, 1), (1, 2, -3): (0, 1)}


def test_materials_follow_the_stated_reading_of_phong(box: RawModel) -> None:
    red, steel = box.materials
    assert red.base_color_rgb == (1.0, 0.0, 0.0)
    assert (red.metallic, red.roughness) == (0.0, 0.95)
    assert steel.metallic == pytest.approx(0.9)
    assert steel.roughness == pytest.approx((2 / 200) ** 0.25)
    assert steel.base_color_rgb == (1.0, 1.0, 1.0), "a metal reflects with its Ks"


def test_negative_indices_count_back_from_their_line(tmp_path: Path) -> None:
    triangles = "v 0 0 0\nv 1 0 0\nv 0 1 0\nf -3 -2 -1\nv 0 0 1\nv 1 0 1\nv 0 1 1\nf -3 -2 -1\n"
    model = read(tmp_path, triangles)
    np.testing.assert_allclose(sorted(model.parts[0].positions[:, 2]), [0, 0, 0, 1, 1, 1])


def test_a_concave_polygon_keeps_its_area(tmp_path: Path) -> None:
    letter_l = "v 0 0 0\nv 2 0 0\nv 2 1 0\nv 1 1 0\nv 1 2 0\nv 0 2 0\nf 1 2 3 4 5 6\n"
    part = read(tmp_path, letter_l).parts[0]
    vectors = face_vectors(part.positions, part.triangles)
    assert len(part.triangles) == 4
    assert np.all(vectors[:, 2] > 0)
    assert vectors[:, 2].sum() / 2 == pytest.approx(3.0)


def test_smoothing_groups_round_gentle_edges_and_keep_sharp_ones(tmp_path: Path) -> None:
    def roof(angle_deg: float, group: str) -> np.ndarray:
        x, z = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
        points = f"v -1 0 0\nv 0 0 0\nv 0 1 0\nv -1 1 0\nv {x} 0 {z}\nv {x} 1 {z}\n"
        part = read(tmp_path, f"{points}s {group}\nf 1 2 3 4\nf 2 5 6 3\n").parts[0]
        edge = np.abs(part.positions[:, 0]) < 1e-9
        return part.normals[edge]

    half = np.radians(15)
    np.testing.assert_allclose(roof(30, "1"), [[-np.sin(half), 0, np.cos(half)]] * 2, atol=2e-3)
    assert len(np.unique(roof(30, "off").round(3), axis=0)) == 2
    assert len(np.unique(roof(80, "1").round(3), axis=0)) == 2


def test_normals_of_the_file_are_kept(tmp_path: Path) -> None:
    model = read(tmp_path, "v 0 0 0\nv 1 0 0\nv 0 1 0\nvn 0 0.6 0.8\nf 1//1 2//1 3//1\n")
    np.testing.assert_allclose(model.parts[0].normals, [[0, 0.6, 0.8]] * 3, atol=1e-6)


def test_zero_normals_and_zero_areas_are_repaired(tmp_path: Path) -> None:
    text = "v 0 0 0\nv 1 0 0\nv 0 1 0\nvn 0 0 0\nf 1//1 2//1 3//1\nf 1//1 1//1 2//1\n"
    model = read(tmp_path, text)
    assert triangle_count(model) == 1
    np.testing.assert_allclose(model.parts[0].normals, [[0, 0, 1]] * 3, atol=1e-6)


def test_lines_may_be_joined_and_end_like_on_windows(tmp_path: Path) -> None:
    model = read(tmp_path, "v 0 0 0\r\nv 1 0 0\r\nv 0 \\\r\n1 0\r\nf 1 2 3\r\n")
    assert triangle_count(model) == 1


def test_a_material_file_that_is_not_there_is_noted(tmp_path: Path) -> None:
    model = read(tmp_path, "mtllib gone.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    assert any("material file 'gone.mtl' is not in" in note for note in model.notes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("v 0 0 0\n", "no faces; the file holds no surface to draw"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n", r"a face names v 9; the file has v 1\.\.3"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1/4 2/4 3/4\n", r"a face names vt 4; the file has vt 1\.\.0"),
        ("v 0 0 0\nv 1 0 0\nv 0 x 0\nf 1 2 3\n", "a 'v' line holds something that is no number"),
        ("v 0 0 0\nv 1 0 0\nv 0 nan 0\nf 1 2 3\n", "a 'v' line holds a number that is not finite"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf a b c\n", "'a' is no face corner; expected v, v/vt, v//vn or v/vt/vn"),
        ("v 0 0 0\nv 1 0 0\nv 0 1 0\nf -9 -2 -1\n", "a face names v -5"),
        ("v 0 0 0\nv 0 0 0\nv 0 0 0\nf 1 2 3\n", "every face has zero area"),
    ],
)
def test_a_damaged_file_says_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(AssetError, match=message):
        read(tmp_path, text)


def test_an_unknown_ending_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match=r"no importer for '\.fbx'; known: \.glb, \.gltf, \.obj"):
        read_model(FolderFiles(tmp_path), "a.fbx")


def test_a_face_of_more_corners_than_can_be_cut_is_told(tmp_path: Path) -> None:
    star = "".join(
        f"v {np.cos(k) * (1 + k % 2)} {np.sin(k) * (1 + k % 2)} 0\n" for k in np.linspace(0, 6, 1002)
    )
    face = "f " + " ".join(str(k + 1) for k in range(1002)) + "\n"
    with pytest.raises(AssetError, match=r"m\.obj: a face of 1002 corners; .* may have 1000"):
        read_model(folder(tmp_path, m_obj=star + face), "m.obj")
