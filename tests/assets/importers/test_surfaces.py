from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from simgen.assets.importers import read_model
from simgen.errors import AssetError
from tests.assets.importers.sources import folder


@pytest.mark.parametrize("kind", ["stl", "ply"])
def test_a_box_keeps_its_size_flat_faces_and_z_up(tmp_path: Path, kind: str) -> None:
    data = trimesh.creation.box(extents=(1, 2, 3)).export(file_type=kind)
    model = read_model(folder(tmp_path, **{f"m_{kind}": data}), f"m.{kind}")
    part = model.parts[0]
    assert model.up_axis == "z"
    np.testing.assert_allclose(np.ptp(part.positions, axis=0), [1, 2, 3], atol=1e-6)
    assert np.unique(np.abs(part.normals).round(6), axis=0).tolist() == [[0, 0, 1], [0, 1, 0], [1, 0, 0]]


def test_a_ball_is_smooth(tmp_path: Path) -> None:
    data = trimesh.creation.icosphere(subdivisions=3).export(file_type="stl")
    part = read_model(folder(tmp_path, m_stl=data), "m.stl").parts[0]
    radial = part.positions / np.linalg.norm(part.positions, axis=1, keepdims=True)
    assert np.einsum("ij,ij->i", part.normals, radial).min() > 0.995
    assert len(part.positions) == 642, "one vertex a place: no crease splits it"


@pytest.mark.parametrize("kind", ["stl", "ply"])
def test_damaged_files_are_told(tmp_path: Path, kind: str) -> None:
    source = folder(tmp_path, **{f"m_{kind}": b"solid or not, this is no mesh\n"})
    with pytest.raises(AssetError, match=rf"m\.{kind}: (not a readable {kind.upper()} file|no triangles)"):
        read_model(source, f"m.{kind}")


def test_an_index_out_of_range_is_told(tmp_path: Path) -> None:
    header = "ply\nformat ascii 1.0\nelement vertex 3\n"
    header += "property float x\nproperty float y\nproperty float z\n"
    header += "element face 1\nproperty list uchar int vertex_indices\nend_header\n"
    source = folder(tmp_path, m_ply=header + "0 0 0\n1 0 0\n0 1 0\n3 0 1 7\n")
    with pytest.raises(AssetError, match="a face names vertex 7 of 3"):
        read_model(source, "m.ply")


def test_triangles_that_are_not_there_are_told(tmp_path: Path) -> None:
    binary = trimesh.creation.box().export(file_type="stl")
    source = folder(tmp_path, m_stl=binary[:-60], t_stl=b"solid \xff\xfe")
    with pytest.raises(
        AssetError, match=rf"m\.stl: not a readable STL file \({len(binary) - 60} bytes are neither"
    ):
        read_model(source, "m.stl")
    with pytest.raises(AssetError, match=r"t\.stl: not a readable STL file .*can't decode byte 0xff"):
        read_model(source, "t.stl")
