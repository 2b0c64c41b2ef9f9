"""Sparse accessors and morph targets: the same vertices as the specification's formulas give."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from simgen.assets.importers import read_model
from simgen.assets.importers.gltf_document import take_apart
from simgen.assets.importers.raw import RawModel
from simgen.errors import AssetError
from tests.assets.importers.sources import folder, glb, gltf_tree, read_glb
from tests.assets.importers.test_gltf_rig import FACES, STRIP, arm

SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)
SQUARE_FACES = np.array([0, 1, 2, 0, 2, 3], np.uint16)
UP = np.tile(np.array([0, 0, 1], np.float32), (4, 1))
Tree = dict[str, Any]


def square(
    targets: list[dict[str, str]] | None = None, **arrays: NDArray[Any]
) -> tuple[Tree, bytes, dict[str, int]]:
    """A square of one primitive, and arrays that may change it; `targets` name those that are morph targets."""
    tree, binary, at = gltf_tree(
        {"corners": SQUARE, "faces": SQUARE_FACES, "normals": UP, **arrays},
        scene=0,
        scenes=[{"nodes": [0]}],
        nodes=[{"mesh": 0}],
    )
    primitive: Tree = {"attributes": {"POSITION": 0, "NORMAL": 2}, "indices": 1}
    if targets is not None:
        primitive["targets"] = [{k: at[name] for k, name in target.items()} for target in targets]
    tree["meshes"] = [{"primitives": [primitive]}]
    return tree, binary, at


def made_sparse(tree: Tree, accessor: int, at: dict[str, int], places: str, values: str) -> None:
    """Replace some values of an accessor by those of an array."""
    where, what = (tree["accessors"][at[name]] for name in (places, values))
    tree["accessors"][accessor]["sparse"] = {
        "count": where["count"],
        "indices": {"bufferView": where["bufferView"], "componentType": where["componentType"]},
        "values": {"bufferView": what["bufferView"]},
    }


def corners(model: RawModel) -> NDArray[np.float64]:
    """Return the corners of the first part's triangles (m, 3, 3)."""
    return model.parts[0].positions[model.parts[0].triangles]


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.uint32])
def test_sparse_values_replace_those_of_the_accessor(tmp_path: Path, kind: type[np.generic]) -> None:
    moved = np.array([[5, 5, 1], [0, 7, 1]], np.float32)
    tree, binary, at = square(places=np.array([2, 3], kind), values=moved)
    made_sparse(tree, 0, at, "places", "values")
    wanted = SQUARE.copy()
    wanted[[2, 3]] = moved
    np.testing.assert_array_equal(
        corners(read_glb(tmp_path, glb(tree, binary))), wanted[SQUARE_FACES.reshape(2, 3)]
    )


def test_a_sparse_accessor_without_values_of_its_own_is_zero_elsewhere(tmp_path: Path) -> None:
    tree, binary, at = square(places=np.array([1, 2, 3], np.uint16), values=SQUARE[1:])
    made_sparse(tree, 0, at, "places", "values")
    del tree["accessors"][0]["bufferView"]
    np.testing.assert_array_equal(
        corners(read_glb(tmp_path, glb(tree, binary))), SQUARE[SQUARE_FACES.reshape(2, 3)]
    )


def test_sparse_values_of_a_text_file_with_a_side_file(tmp_path: Path) -> None:
    tree, binary, at = square(places=np.array([0], np.uint16), values=np.array([[-1, -1, 0]], np.float32))
    made_sparse(tree, 0, at, "places", "values")
    tree["buffers"][0]["uri"] = "side.bin"
    model = read_model(folder(tmp_path, m_gltf=json.dumps(tree), side_bin=binary), "m.gltf")
    assert corners(model)[0, 0].tolist() == [-1, -1, 0]


def test_sparse_weights_move_a_skin(tmp_path: Path) -> None:
    """All on the first joint by the accessor, the top two vertices on the second by its sparse values."""
    first = np.tile(np.array([1, 0, 0, 0], np.float32), (len(STRIP), 1))
    second = np.tile(np.array([0, 1, 0, 0], np.float32), (2, 1))
    data = arm(pose=np.pi / 2, scaled=False, weights=first, places=np.array([8, 9], np.uint16), second=second)
    tree, binary = apart(data)
    at = {"places": len(tree["accessors"]) - 2, "values": len(tree["accessors"]) - 1}
    made_sparse(tree, tree["meshes"][0]["primitives"][0]["attributes"]["WEIGHTS_0"], at, "places", "values")
    wanted = STRIP.astype(float)
    elbow = np.array([0.0, 1.0, 0.0])
    wanted[8:] = elbow + (wanted[8:] - elbow) @ np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1.0]])
    np.testing.assert_allclose(corners(read_glb(tmp_path, glb(tree, binary))), wanted[FACES], atol=1e-6)


def apart(data: bytes) -> tuple[Tree, bytes]:
    packed = take_apart(data)
    return packed.tree, packed.rest[8:]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"count": 5}, "accessors[0].sparse.count is 5; the accessor has 4"),
        ({"indices": 3}, "accessors[0].sparse.indices must be an object, got 3"),
        ({"indices": {"bufferView": 0, "componentType": 5126}}, "known: [5121, 5123, 5125]"),
        ({"values": {"bufferView": 9}}, "accessors[0].sparse.values.bufferView is 9"),
        (
            {"values": {"bufferView": 4, "byteOffset": 4}},
            "accessors[0].sparse.values ends at byte 28 of the 24",
        ),
    ],
)
def test_sparse_values_that_are_not_there(tmp_path: Path, change: Tree, message: str) -> None:
    tree, binary, at = square(places=np.array([2, 3], np.uint16), values=SQUARE[:2])
    made_sparse(tree, 0, at, "places", "values")
    tree["accessors"][0]["sparse"] |= change
    with pytest.raises(AssetError) as caught:
        read_glb(tmp_path, glb(tree, binary))
    assert message in str(caught.value)


@pytest.mark.parametrize("places", [[3, 2], [2, 2], [2, 4]])
def test_places_of_sparse_values_grow_and_stay_inside(tmp_path: Path, places: list[int]) -> None:
    tree, binary, at = square(places=np.array(places, np.uint16), values=SQUARE[:2])
    made_sparse(tree, 0, at, "places", "values")
    with pytest.raises(AssetError, match=r"accessors\[0\]\.sparse: its indices must grow, below 4"):
        read_glb(tmp_path, glb(tree, binary))


LIFT = np.array([[0, 0, 0], [0, 0, 0], [0, 0, 1], [0, 0, 1]], np.float32)
PULL = np.array([[0, 0, 0], [1, 0, 0], [1, 0, 0], [0, 0, 0]], np.float32)
TILT = np.tile(np.array([0, -1, 0], np.float32), (4, 1))


def test_morph_targets_are_added_at_the_weights_of_the_mesh(tmp_path: Path) -> None:
    tree, binary, _ = square(
        [{"POSITION": "lift", "NORMAL": "tilt"}, {"POSITION": "pull"}], lift=LIFT, pull=PULL, tilt=TILT
    )
    tree["meshes"][0]["weights"] = [0.5, 0.25]
    model = read_glb(tmp_path, glb(tree, binary))
    wanted = SQUARE + 0.5 * LIFT + 0.25 * PULL
    np.testing.assert_allclose(corners(model), wanted[SQUARE_FACES.reshape(2, 3)], atol=1e-6)
    np.testing.assert_allclose(
        model.parts[0].normals, np.tile([0, -0.5, 1] / np.sqrt(1.25), (4, 1)), atol=1e-6
    )
    assert model.notes == ()


def test_without_weights_a_mesh_is_as_it_stands(tmp_path: Path) -> None:
    tree, binary, _ = square([{"POSITION": "lift"}], lift=LIFT)
    np.testing.assert_array_equal(
        corners(read_glb(tmp_path, glb(tree, binary))), SQUARE[SQUARE_FACES.reshape(2, 3)]
    )


def test_nodes_may_weigh_the_targets_of_a_mesh_for_themselves(tmp_path: Path) -> None:
    tree, binary, _ = square([{"POSITION": "lift"}], lift=LIFT)
    tree["meshes"][0]["weights"] = [0.5]
    tree["nodes"] = [
        {"children": [1, 2]},
        {"mesh": 0},
        {"mesh": 0, "weights": [1.0], "translation": [9, 0, 0]},
    ]
    heights = [part.positions[:, 2].max() for part in read_glb(tmp_path, glb(tree, binary)).parts]
    assert heights == [0.5, 1.0]


def test_targets_may_be_sparse(tmp_path: Path) -> None:
    tree, binary, at = square(
        [{"POSITION": "lift"}], lift=LIFT, places=np.array([2, 3], np.uint16), values=LIFT[2:]
    )
    made_sparse(tree, at["lift"], at, "places", "values")
    del tree["accessors"][at["lift"]]["bufferView"]
    tree["meshes"][0]["weights"] = [1.0]
    wanted = (SQUARE + LIFT)[SQUARE_FACES.reshape(2, 3)]
    np.testing.assert_array_equal(corners(read_glb(tmp_path, glb(tree, binary))), wanted)


def test_a_skin_moves_the_morphed_mesh(tmp_path: Path) -> None:
    wider = np.where(np.arange(3) == 0, STRIP, 0).astype(np.float32)
    tree, binary = apart(arm(pose=0.0, scaled=False, wider=wider))
    tree["meshes"][0]["primitives"][0]["targets"] = [{"POSITION": len(tree["accessors"]) - 1}]
    tree["meshes"][0]["weights"] = [1.0]
    np.testing.assert_allclose(
        corners(read_glb(tmp_path, glb(tree, binary))), (STRIP + wider)[FACES], atol=1e-6
    )


def test_what_is_left_out_of_morph_targets_is_noted(tmp_path: Path) -> None:
    tree, binary, at = square(
        [{"POSITION": "lift", "TEXCOORD_0": "slide"}],
        lift=LIFT,
        slide=SQUARE[:, :2].copy(),
        times=np.array([0, 1], np.float32),
        shares=np.array([0, 1], np.float32),
    )
    channel = {"sampler": 0, "target": {"node": 0, "path": "weights"}}
    sampler = {"input": at["times"], "output": at["shares"]}
    tree["animations"] = [{"channels": [channel], "samplers": [sampler]}]
    assert read_glb(tmp_path, glb(tree, binary)).notes == (
        "m.glb: meshes[0]: morph targets of TEXCOORD_0 are left out",
        "m.glb: animations of morph targets (1) are left out; the meshes stay as at rest",
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": [1.0, 2.0]}, "meshes[0]: 2 weights for 1 morph targets"),
        ({"weights": [1e999]}, "or one is not finite"),
        ({"weights": [1.0], "primitives": [{"targets": [{"POSITION": 1}]}]}, "a morph target of shape (6,)"),
        ({"primitives": [{"targets": [{"POSITION": 77}]}]}, "meshes[0].primitives[0].targets.POSITION is 77"),
    ],
)
def test_targets_and_weights_that_do_not_fit(tmp_path: Path, change: Tree, message: str) -> None:
    tree, binary, _ = square([{"POSITION": "lift"}], lift=LIFT)
    mesh, more = tree["meshes"][0], copy.deepcopy(change)
    mesh["primitives"][0] |= more.pop("primitives", [{}])[0]
    tree["meshes"] = [{**mesh, **more}]
    with pytest.raises(AssetError) as caught:
        read_glb(tmp_path, glb(tree, binary))
    assert message in str(caught.value)
