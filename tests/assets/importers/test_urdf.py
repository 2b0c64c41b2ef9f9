from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simgen.assets.importers import read_model
from simgen.assets.importers.raw import RawModel
from simgen.colour import linear_rgb
from simgen.errors import AssetError
from tests.assets.importers.sources import BOX_MTL, BOX_OBJ, folder

TWO_LINKS = """<?xml version="1.0"?>
<robot name="lamp">
  <material name="blue"><color rgba="0 0 0.5 1"/></material>
  <link name="foot">
    <visual><geometry><box size="1 1 0.5"/></geometry><material name="blue"/></visual>
    <collision><geometry><box size="1 1 0.5"/></geometry></collision>
  </link>
  <link name="arm">
    <visual><origin xyz="0 0 1"/><geometry><box size="0.2 0.4 2"/></geometry></visual>
    <collision><origin xyz="0 0 1"/><geometry><box size="0.2 0.4 2"/></geometry></collision>
  </link>
  <joint name="hinge" type="revolute">
    <parent link="foot"/><child link="arm"/><origin xyz="0 0 0.25" rpy="0 0 1.5707963267948966"/>
  </joint>
</robot>
"""
MESH = """<robot name="m"><link name="l">
<visual><geometry><mesh filename="package://some_robot/box.obj" scale="0.5 0.5 0.5"/></geometry></visual>
<collision><geometry><mesh filename="two.obj"/></geometry></collision>
</link></robot>"""


def read(tmp_path: Path, text: str, **files: str) -> RawModel:
    return read_model(folder(tmp_path, r_urdf=text, **files), "r.urdf")


def bounds(points: np.ndarray) -> list[list[float]]:
    return np.array([points.min(axis=0), points.max(axis=0)]).round(9).tolist()


def test_links_stand_where_their_joints_at_zero_put_them(tmp_path: Path) -> None:
    model = read(tmp_path, TWO_LINKS)
    foot, arm = model.parts
    assert model.up_axis == "z"
    assert bounds(foot.positions) == [[-0.5, -0.5, -0.25], [0.5, 0.5, 0.25]]
    assert bounds(arm.positions) == [[-0.2, -0.1, 0.25], [0.2, 0.1, 2.25]], "a quarter turn about z"
    assert [bounds(points) for points in model.collision] == [bounds(foot.positions), bounds(arm.positions)]


def test_colours_of_the_urdf_paint_its_shapes(tmp_path: Path) -> None:
    blue, plain = read(tmp_path, TWO_LINKS).materials
    assert blue.base_color_rgb == pytest.approx(linear_rgb((0.0, 0.0, 0.5)))
    assert plain.name == "default"


def test_meshes_are_scaled_and_every_piece_of_a_collision_mesh_is_one_part(tmp_path: Path) -> None:
    two = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 3 1 4\n"
    two += "v 5 0 0\nv 6 0 0\nv 5 1 0\nv 5 0 1\nf 5 7 6\nf 5 6 8\nf 6 7 8\nf 7 5 8\n"
    model = read(tmp_path, MESH, box_obj=BOX_OBJ, box_mtl=BOX_MTL, two_obj=two)
    points = np.concatenate([part.positions for part in model.parts])
    assert bounds(points) == [[-0.5, -1, -1.5], [0.5, 1, 1.5]], "mesh axes are taken as they are"
    assert [bounds(piece)[0] for piece in model.collision] == [[0, 0, 0], [5, 0, 0]]
    assert [material.name for material in model.materials] == ["red paint", "steel"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("<robot", "<sdf"), "mismatched tag|root element is <sdf>"),
        (
            ('<child link="arm"/>', '<child link="leg"/>'),
            "joint 'hinge' names link 'leg', which does not exist",
        ),
        (
            ('<parent link="foot"/>', '<parent link="arm"/>'),
            "the joints above link 'arm' go round in a circle",
        ),
        (('xyz="0 0 0.25"', 'xyz="0 0"'), 'xyz="0 0" must be 3 numbers'),
        (('size="1 1 0.5"', 'size="1 1 nan"'), 'size="1 1 nan" must be 3 numbers'),
        (("<robot", "<!DOCTYPE r [<!ENTITY a 'b'>]><robot"), "document types and entities are not accepted"),
        (("<visual>", "<ignored>"), "not well-formed XML"),
    ],
)
def test_a_damaged_file_says_what_is_wrong(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    with pytest.raises(AssetError, match=message):
        read(tmp_path, TWO_LINKS.replace(*change))


def test_a_missing_mesh_and_a_urdf_without_shapes_are_told(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match=r"mesh 'package://some_robot/box\.obj' is not in"):
        read(tmp_path, MESH)
    with pytest.raises(AssetError, match="no link has a visual shape; there is nothing to draw"):
        read(tmp_path, '<robot name="r"><link name="l"/></robot>')


def test_a_urdf_that_names_itself_as_mesh_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match=r"no importer for '\.urdf'"):
        read(tmp_path, MESH.replace("package://some_robot/box.obj", "r.urdf"))


def test_unknown_shapes_are_noted(tmp_path: Path) -> None:
    model = read(tmp_path, TWO_LINKS.replace('<box size="0.2 0.4 2"/>', "<heightmap/>"))
    assert len(model.parts) == 1
    assert "shape <heightmap> is not understood and left out" in model.notes[0]
