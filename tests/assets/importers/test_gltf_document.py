"""A glTF file is checked before it is read: what its parts refer to is there, and each fault is told by its place."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simgen.assets.importers import read_model
from simgen.errors import AssetError
from tests.assets.importers.sources import folder, glb, gltf_tree

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)
Tree = dict[str, Any]


def triangle() -> tuple[Tree, bytes]:
    """One triangle with a material."""
    tree, binary, _ = gltf_tree(
        {"corners": CORNERS, "faces": np.array([0, 1, 2], np.uint16)},
        scene=0,
        scenes=[{"nodes": [0]}],
        nodes=[{"mesh": 0}],
        meshes=[{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1, "material": 0}]}],
        materials=[{"name": "paint"}],
    )
    return tree, binary


def told(tmp_path: Path, change: Callable[[Tree], object], binary: bytes | None = None) -> str:
    """Return what is said of the triangle's file after a change."""
    tree, known = triangle()
    tree = copy.deepcopy(tree)
    change(tree)
    with pytest.raises(AssetError) as caught:
        read_model(folder(tmp_path, m_glb=glb(tree, known if binary is None else binary)), "m.glb")
    return str(caught.value)


def test_a_sound_triangle_is_read(tmp_path: Path) -> None:
    model = read_model(folder(tmp_path, m_glb=glb(*triangle())), "m.glb")
    assert len(model.parts[0].triangles) == 1
    assert model.notes == ()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t["accessors"][0].update(count=4_000_000_000), "accessors[0].count is 4000000000"),
        (
            lambda t: t["accessors"][0].update(count=4),
            "accessors[0] ends at byte 48 of the 36 of bufferViews[0]",
        ),
        (
            lambda t: t["accessors"][0].update(count=-5),
            "accessors[0].count must be a whole number from 0, got -5",
        ),
        (lambda t: t["accessors"][0].update(count="3"), "got '3'"),
        (lambda t: t["accessors"][0].update(componentType=7), "component type 7"),
        (lambda t: t["accessors"][0].update(bufferView=9), "accessors[0].bufferView is 9; there are 2"),
        (lambda t: t["bufferViews"][1].update(byteOffset=99), "bufferViews[1] ends at byte 105 of the 44"),
        (lambda t: t["bufferViews"][0].update(buffer=1), "bufferViews[0].buffer is 1; there are 1"),
        (lambda t: t["nodes"][0].update(mesh=1), "nodes[0].mesh is 1; there are 1"),
        (lambda t: t["nodes"][0].update(children=[0]), "nodes[0] is above itself"),
        (
            lambda t: t["meshes"][0]["primitives"][0].update(material=2),
            "meshes[0].primitives[0].material is 2",
        ),
        (lambda t: t.update(accessors={}), "accessors must be a list of objects"),
        (
            lambda t: t.update(extensionsRequired=["KHR_draco_mesh_compression"]),
            "it needs the extension KHR_draco_mesh_compression, which is not read; export it without",
        ),
    ],
)
def test_a_reference_that_leads_nowhere(
    tmp_path: Path, change: Callable[[Tree], object], message: str
) -> None:
    said = told(tmp_path, change)
    assert "m.glb: not a readable glTF file (" in said
    assert message in said


def test_materials_beyond_those_that_are_read_are_no_obstacle(tmp_path: Path) -> None:
    tree, binary = triangle()
    tree["extensionsRequired"] = ["KHR_materials_sheen"]
    assert read_model(folder(tmp_path, m_glb=glb(tree, binary)), "m.glb").parts


@pytest.mark.parametrize(
    ("corners", "faces", "message"),
    [
        (CORNERS * np.float32(np.nan), [0, 1, 2], "m.glb: mesh 0.0: a vertex is not finite"),
        (CORNERS, [0, 1, 7], "a triangle names vertex 7 of 3"),
    ],
)
def test_numbers_that_make_no_triangle(
    tmp_path: Path, corners: np.ndarray, faces: list[int], message: str
) -> None:
    binary = corners.astype(np.float32).tobytes() + np.array(faces, np.uint16).tobytes() + bytes(2)
    assert message in told(tmp_path, lambda _: None, binary)


def test_text_nested_without_end_is_told(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="not a readable glTF file \\(nested too deep"):
        read_model(folder(tmp_path, m_gltf="[" * 100_000), "m.gltf")


def test_a_file_cut_short_is_told(tmp_path: Path) -> None:
    data = glb(*triangle())
    with pytest.raises(AssetError, match=rf"cut short: it says {len(data)} bytes, and has {len(data) - 20}"):
        read_model(folder(tmp_path, m_glb=data[:-20]), "m.glb")


def test_a_picture_that_is_not_there_is_noted(tmp_path: Path) -> None:
    tree, binary = triangle()
    tree |= {"images": [{"uri": "../a%20b.png"}], "textures": [{"source": 0}]}
    tree["materials"] = [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}]
    model = read_model(folder(tmp_path, m_glb=glb(tree, binary)), "m.glb")
    assert [note.split(" is not in")[0] for note in model.notes] == ["m.glb: image '../a%20b.png'"]
    assert model.materials[0].base_color_map is None


def test_primitives_keep_the_order_of_the_file(tmp_path: Path) -> None:
    """Parts are labels: the reader's own names for them are drawn anew each time."""
    tree, binary = triangle()
    [primitive] = tree["meshes"][0]["primitives"]
    tree["meshes"][0]["primitives"] = [{**primitive, "material": k} for k in (2, 0, 1)]
    tree["materials"] = [{"name": name} for name in ("red", "green", "blue")]
    tree["nodes"] = [{"children": [1], "camera": 0}, {"mesh": 0, "translation": [0, 0, 1]}]
    tree["cameras"] = [{"type": "perspective", "perspective": {"yfov": 1.0, "znear": 0.1}}]
    model = read_model(folder(tmp_path, m_glb=glb(tree, binary)), "m.glb")
    assert [material.name for material in model.materials] == ["blue", "red", "green"]
    assert [part.positions[0, 2] for part in model.parts] == [1.0, 1.0, 1.0]
