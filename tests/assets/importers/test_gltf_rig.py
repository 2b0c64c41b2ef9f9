"""Skins of glTF files: the same vertices as the specification's formula gives, at rest, in an animation, in a gait."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.assets.imported import import_file
from simgen.assets.importers.gltf_rig import KEYS
from simgen.assets.importers.raw import RawModel
from simgen.errors import AssetError
from simgen.geometry import FloatArray
from simgen.records.asset import AssetRef
from simgen.skinning import deformed, skinning_matrices
from tests.assets.importers.sources import glb, gltf_tree, read_glb
from tests.assets.shapes import private_folders

__all__ = ["private_folders"]

SWING = np.radians(40.0)
SECONDS = 2.0
# A strip along +Y, a metre each on the first and the second joint, and half way at the elbow, which both move.
HEIGHTS = np.array([0.0, 0.4, 1.0, 1.5, 2.0])
STRIP = np.array([[x, y, 0.0] for y in HEIGHTS for x in (-0.1, 0.1)], np.float32)
FACES = np.array([[2 * k + a, 2 * k + b, 2 * k + c] for k in range(4) for a, b, c in ((0, 1, 2), (1, 3, 2))])
FOREARM = np.clip((STRIP[:, 1] - 0.9) / 0.2, 0.0, 1.0)  # weight of the second joint
# What holds the skeleton: a hundredth, lying down, as files from centimetres with another axis up have it.
ARMATURE = {"rotation": [np.sin(np.pi / 4), 0.0, 0.0, np.cos(np.pi / 4)], "scale": [0.01, 0.01, 0.01]}


def turned(angle: float) -> FloatArray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def bent(angle: float) -> FloatArray:
    """Return the strip with its forearm turned about the elbow: linear blend skinning in closed form."""
    elbow = np.array([0.0, 1.0, 0.0])
    swung = (STRIP - elbow) @ turned(angle).T + elbow
    return STRIP + FOREARM[:, None] * (swung - STRIP)


def in_file(points: FloatArray) -> FloatArray:
    """Return bound coordinates where the armature puts them: Y to Z, in hundredths."""
    return 0.01 * points @ np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]]).T


def arm(
    *, keys: list[float] | None = None, way: float = 0.0, pose: float = 0.0, scaled: bool = True, **swaps: Any
) -> bytes:
    """Return a file of the strip; `keys` are angles of its elbow over two seconds, `way` that of its root along X."""
    bind = np.tile(np.eye(4, dtype=np.float32), (2, 1, 1))
    bind[1, 1, 3] = -1.0
    times = np.linspace(0.0, SECONDS, len(keys or [0.0, 0.0])).astype(np.float32)
    half = np.array(keys or [0.0, 0.0]) / 2
    arrays = {
        "corners": STRIP,
        "faces": FACES.reshape(-1).astype(np.uint16),
        "joints": np.tile(np.array([0, 1, 0, 0], np.uint8), (len(STRIP), 1)),
        "weights": np.column_stack([1 - FOREARM, FOREARM, 0 * FOREARM, 0 * FOREARM]).astype(np.float32),
        "bind": bind,
        "times": times,
        "turns": np.column_stack([0 * half, 0 * half, np.sin(half), np.cos(half)]).astype(np.float32),
        "ways": np.column_stack([way * times / SECONDS, 0 * times, 0 * times]).astype(np.float32),
        **swaps,
    }
    channels = [{"sampler": 0, "target": {"node": 2, "path": "rotation"}}]
    channels.append({"sampler": 1, "target": {"node": 1, "path": "translation"}})
    tree, binary, at = gltf_tree(
        arrays,
        scene=0,
        scenes=[{"nodes": [0, 3]}],
        nodes=[
            {"name": "armature", "children": [1], **(ARMATURE if scaled else {})},
            {"name": "upper", "children": [2]},
            {
                "name": "lower",
                "translation": [0, 1, 0],
                "rotation": [0, 0, np.sin(pose / 2), np.cos(pose / 2)],
            },
            {"name": "surface", "mesh": 0, "skin": 0, "translation": [77, 77, 77]},  # which skins leave aside
        ],
        skins=[{"joints": [1, 2], "inverseBindMatrices": 4}],
    )
    attributes = {"POSITION": at["corners"], "JOINTS_0": at["joints"], "WEIGHTS_0": at["weights"]}
    tree["meshes"] = [{"primitives": [{"attributes": attributes, "indices": at["faces"]}]}]
    if keys is not None:
        samplers = [{"input": at["times"], "output": at[name]} for name in ("turns", "ways")]
        tree["animations"] = [{"name": "wave", "channels": channels, "samplers": samplers}]
    return glb(tree, binary)


def posed(model: RawModel, share: float) -> FloatArray:
    """Return the vertices of the first part after a share of its stride, at its own pace."""
    assert model.skin is not None
    [part] = model.parts
    assert part.joints is not None
    assert part.weights is not None
    gait = model.skin.gait
    matrices = skinning_matrices(model.skin, np.array([share * gait.stride_m, gait.full_speed_mps]))
    return deformed(part.positions, part.joints, part.weights, matrices)


def test_a_skin_without_animation_stands_as_its_nodes_do(tmp_path: Path) -> None:
    model = read_glb(tmp_path, arm(pose=SWING))
    assert model.skin is None
    np.testing.assert_allclose(model.parts[0].positions, in_file(bent(SWING)), atol=1e-8)


def test_an_animation_becomes_a_gait_through_the_poses_of_its_loop(tmp_path: Path) -> None:
    model = read_glb(tmp_path, arm(keys=[0.0, SWING, 0.0, -SWING, 0.0]))
    assert model.skin is not None
    assert model.skin.names == ("upper", "lower")
    assert model.skin.parents == (-1, 0)
    np.testing.assert_allclose(model.parts[0].positions, in_file(STRIP), atol=1e-8)
    for key in range(KEYS):
        angle = float(np.interp(4 * key / KEYS, range(5), [0.0, SWING, 0.0, -SWING, 0.0]))
        np.testing.assert_allclose(posed(model, key / KEYS), in_file(bent(angle)), atol=2e-8)


def test_between_the_keys_the_gait_stays_near_the_animation(tmp_path: Path) -> None:
    model = read_glb(tmp_path, arm(keys=[0.0, SWING, 0.0, -SWING, 0.0], scaled=False))
    for place in np.linspace(0.03, 0.2, 20):  # between the turning points
        assert np.abs(posed(model, place) - bent(4 * place * SWING)).max() < 0.002


def test_a_body_that_goes_in_its_animation_has_that_way_as_its_stride(tmp_path: Path) -> None:
    model = read_glb(tmp_path, arm(keys=[0.0, SWING, 0.0], way=1.4, scaled=False))
    assert model.skin is not None
    assert model.skin.gait.stride_m == pytest.approx(1.4)
    assert model.skin.gait.full_speed_mps == pytest.approx(1.4 / SECONDS)
    np.testing.assert_allclose(posed(model, 0.5), bent(SWING), atol=1e-6)


def test_else_the_lowest_point_stands_while_the_body_passes_over_it(tmp_path: Path) -> None:
    """Two legs of a metre that stand in turns, and are lifted while they swing back: each stands for 2 sin(40 deg)."""
    legs = np.array([[x, y, z] for x in (-0.2, 0.2) for y, z in ((0, 0), (0, 0.1), (-1, 0))], np.float32)
    swing = np.array([-SWING, SWING, -SWING]) / 2
    turns = np.column_stack([np.sin(swing), 0 * swing, 0 * swing, np.cos(swing)]).astype(np.float32)
    lift = np.array([[0, 0, 0], [0, 0.5, 0], [0, 0, 0], [0, 0, 0]], np.float32)
    tree, binary, at = gltf_tree(
        {
            "corners": legs,
            "faces": np.arange(6, dtype=np.uint16),
            "joints": np.array([[k, 0, 0, 0] for k in (0, 0, 0, 1, 1, 1)], np.uint8),
            "weights": np.tile(np.array([1, 0, 0, 0], np.float32), (6, 1)),
            "times": np.array([0, 1, 2], np.float32),
            "left": turns,
            "right": turns * np.array([-1, 1, 1, 1], np.float32),
            "first": np.array([0, 0.5, 1, 2], np.float32),
            "last": np.array([0, 1, 1.5, 2], np.float32),
            "lift": lift,
            "lift late": lift[[0, 2, 1, 3]],
        },
        nodes=[{}, {}, {"mesh": 0, "skin": 0}],
        skins=[{"joints": [0, 1]}],
    )
    moves = [("times", "left", 0, "rotation"), ("times", "right", 1, "rotation")]
    moves += [("last", "lift late", 0, "translation"), ("first", "lift", 1, "translation")]
    samplers = [{"input": at[times], "output": at[values]} for times, values, _, _ in moves]
    channels = [
        {"sampler": k, "target": {"node": node, "path": path}} for k, (_, _, node, path) in enumerate(moves)
    ]
    tree["animations"] = [{"samplers": samplers, "channels": channels}]
    attributes = {"POSITION": at["corners"], "JOINTS_0": at["joints"], "WEIGHTS_0": at["weights"]}
    tree["meshes"] = [{"primitives": [{"attributes": attributes, "indices": at["faces"]}]}]
    model = read_glb(tmp_path, glb(tree, binary))
    assert model.skin is not None
    assert model.skin.gait.stride_m == pytest.approx(4 * np.sin(SWING), abs=1e-5)
    assert model.skin.gait.full_speed_mps == pytest.approx(2 * np.sin(SWING), abs=1e-5)


def test_what_stands_still_goes_its_own_length_in_a_loop(tmp_path: Path) -> None:
    model = read_glb(tmp_path, arm(keys=[0.0, SWING, 0.0], scaled=False))
    assert model.skin is not None
    assert model.skin.gait.stride_m == pytest.approx(2.0)


def test_joints_beyond_64_move_with_what_they_hang_on(tmp_path: Path) -> None:
    count = 70
    points = np.array([[0, k, 0] for k in range(count)] + [[1, 0, 0]], np.float32)
    bind = np.tile(np.eye(4, dtype=np.float32), (count, 1, 1))
    bind[:, 1, 3] = -np.arange(count)
    own = np.zeros((count + 1, 4), np.uint8)
    own[:count, 0] = np.arange(count)
    tree, binary, at = gltf_tree(
        {
            "corners": points,
            "faces": np.array([[k, k + 1, count] for k in range(count - 1)], np.uint16).reshape(-1),
            "joints": own,
            "weights": np.tile(np.array([1, 0, 0, 0], np.float32), (count + 1, 1)),
            "bind": bind,
            "times": np.array([0, 1], np.float32),
            "turns": np.array([[0, 0, 0, 1], [0, 0, np.sin(0.1), np.cos(0.1)]], np.float32),
        },
        nodes=[
            *({"children": [k + 1], "translation": [0, float(k > 0), 0]} for k in range(count - 1)),
            {"translation": [0, 1, 0]},
            {"mesh": 0, "skin": 0},
        ],
        skins=[{"joints": list(range(count)), "inverseBindMatrices": 4}],
        animations=[{"channels": [{"sampler": 0, "target": {"node": 3, "path": "rotation"}}]}],
    )
    tree["animations"][0]["samplers"] = [{"input": at["times"], "output": at["turns"]}]
    attributes = {"POSITION": at["corners"], "JOINTS_0": at["joints"], "WEIGHTS_0": at["weights"]}
    tree["meshes"] = [{"primitives": [{"attributes": attributes, "indices": at["faces"]}]}]
    model = read_glb(tmp_path, glb(tree, binary))
    assert model.skin is not None
    assert len(model.skin.names) == 64
    assert model.notes == ("of 70 joints 64 are kept; the outermost move with what they hang on",)
    assert model.parts[0].joints is not None
    assert model.parts[0].joints[:count, 0].tolist() == [*range(64), *([63] * 6)]


@pytest.mark.parametrize(
    ("swaps", "message"),
    [
        ({"joints": np.full((10, 4), 5, np.uint8)}, "a vertex names joint 5 of 2"),
        ({"joints": np.zeros((9, 4), np.uint8)}, r"JOINTS_0 has the shape \(9, 4\), not \(10, 4\)"),
        (
            {"weights": np.zeros((10, 4), np.float32)},
            "a vertex has weights that are negative, not finite or all zero",
        ),
        (
            {"bind": np.tile(np.eye(4, dtype=np.float32), (3, 1, 1))},
            "skins\\[0\\] of 2 joints has 3 bind matrices",
        ),
        ({"turns": np.zeros((2, 4), np.float32)}, "an animation of 3 times and 2 values"),
        ({"turns": np.full((3, 4), np.nan, np.float32)}, "an animation holds numbers that are not finite"),
    ],
)
def test_skins_that_do_not_fit_are_told(tmp_path: Path, swaps: dict[str, Any], message: str) -> None:
    with pytest.raises(AssetError, match=rf"m\.glb: not a readable glTF file \(.*{message}"):
        read_glb(tmp_path, arm(keys=[0.0, SWING, 0.0], **swaps))


def test_an_import_keeps_the_skeleton_and_its_box_holds_all_poses(private_folders: Path) -> None:
    file = private_folders / "arm.glb"
    file.write_bytes(arm(keys=[0.0, SWING, 0.0, -SWING, 0.0], scaled=False))
    notes: list[str] = []
    [info] = import_file(file, stride_m=1.5, on_note=notes.append)
    assert "skinned" in info.tags
    assert notes == [
        "a skeleton of 2 joints, which goes 1.5 m in a loop of its animation, 0.75 m/s at its own pace; "
        "--stride gives another way"
    ]
    for library in (AssetLibrary(), AssetLibrary()):  # made, then from the cache
        model = library.load(AssetRef("imported/arm")).model
        assert model.skin is not None
        assert model.skin.gait.stride_m == 1.5
        reach, height = np.sin(SWING) + 0.1 * np.cos(SWING), 1.0 + np.hypot(1.0, 0.1)
        assert info.size_m == pytest.approx((2 * reach, 1e-4, height), abs=1e-4)
        [part] = model.lods[0]
        assert part.joints is not None
        assert part.weights is not None
        gait = np.array([1.5 / 4, 0.75])
        points = deformed(part.positions_m, part.joints, part.weights, skinning_matrices(model.skin, gait))
        swung = bent(SWING)
        wanted = np.column_stack(
            [swung[:, 0], -swung[:, 2], swung[:, 1] - info.size_m[2] / 2]
        )  # Z up, box centred
        np.testing.assert_allclose(points, wanted, atol=2e-6)
