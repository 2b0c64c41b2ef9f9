"""The shipped collision shapes: complete, small, and what the code computes from the models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simgen.assets.catalogue import ModelEntry, shipped_catalogue
from simgen.assets.collision import MAX_VERTICES
from simgen.assets.hulls import hull_file, hulls_as_bytes, read_hulls, shipped_hulls
from simgen.assets.sources import make_collision
from simgen.errors import AssetError
from simgen.records.asset import Collision
from simgen.resources import shipped

PACKS = ("pybullet-data", "sweethome3d")


def entries() -> list[ModelEntry]:
    return list(shipped_catalogue().models.values())


def shipped_shape(entry: ModelEntry) -> Collision | None:
    table = shipped_hulls(entry.info.pack)
    assert table is not None
    return table.get(entry.recipe.collision_key(entry.info.content_hash))


def box(size: float, at: float) -> np.ndarray:
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
    return corners * size + at


def two_shapes() -> dict[str, Collision]:
    return {
        "ff" * 32: Collision((box(1, 0), box(0.5, 3)), (0.25, 0.5, 0.75), 1.125),
        "0a" * 32: Collision((box(2, -1),), (0.0, 0.0, 0.0), 8.0),
    }


def test_shapes_come_back_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / "some.npz"
    file.write_bytes(hulls_as_bytes(two_shapes()))
    table = read_hulls(file)
    assert len(table.rows) == 2
    for key, shape in two_shapes().items():
        found = table.get(key)
        assert found is not None
        assert [hull.tolist() for hull in found.hulls_m] == [hull.tolist() for hull in shape.hulls_m]
        assert (found.center_of_mass_m, found.volume_m3) == (shape.center_of_mass_m, shape.volume_m3)
    assert table.get("ab" * 32) is None


def test_equal_shapes_in_any_order_give_equal_bytes() -> None:
    forwards = two_shapes()
    backwards = dict(reversed(list(two_shapes().items())))
    assert hulls_as_bytes(forwards) == hulls_as_bytes(backwards)


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "some.npz").write_bytes(hulls_as_bytes(two_shapes())[:300])
    with pytest.raises(
        AssetError, match=r"some\.npz: not readable as collision shapes .* install simgen again"
    ):
        read_hulls(tmp_path / "some.npz")


def test_every_catalogued_model_has_one_or_run_scripts_catalogue_hulls() -> None:
    assert [entry.info.asset_id for entry in entries() if shipped_shape(entry) is None] == []


def test_nothing_is_shipped_that_no_model_uses() -> None:
    keys = {entry.recipe.collision_key(entry.info.content_hash) for entry in entries()}
    for pack in PACKS:
        table = shipped_hulls(pack)
        assert table is not None
        assert set(table.rows) <= keys


def test_they_are_small_for_the_repository_and_for_physics() -> None:
    assert sum(hull_file(shipped("assets"), pack).stat().st_size for pack in PACKS) < 1_500_000
    shapes = [shape for entry in entries() if (shape := shipped_shape(entry)) is not None]
    assert max(len(shape.hulls_m) for shape in shapes) <= 16
    assert np.mean([len(shape.hulls_m) <= 12 for shape in shapes]) > 0.9
    assert max(len(hull) for shape in shapes for hull in shape.hulls_m) <= MAX_VERTICES


def test_they_have_the_size_of_their_model() -> None:
    for entry in entries():
        shape = shipped_shape(entry)
        assert shape is not None
        points = np.concatenate(shape.hulls_m)
        size = np.asarray(entry.info.size_m)
        reach = np.abs(points).max(axis=0) - size / 2
        beyond = (
            1e-6 if entry.info.pack == "sweethome3d" else 0.06
        )  # the other pack's files bring shapes of their own
        assert (reach < beyond * size.max() + 1e-6).all(), entry.info.asset_id
        stands_m = points[:, 2].min() + size[2] / 2
        assert stands_m < 0.01 * size[2], f"{entry.info.asset_id} stands on nothing"
        assert 0 < shape.volume_m3 < 1.5 * np.prod(size), entry.info.asset_id


@pytest.mark.parametrize(
    "asset_id",
    [
        "pybullet-data/lego",
        "sweethome3d/katorlegaz/dinner-plate",
        "sweethome3d/katorlegaz/oval-plate",
        "sweethome3d/katorlegaz/oil-and-vinegar-set",
    ],
)
def test_they_are_what_the_code_computes(asset_id: str) -> None:
    entry = shipped_catalogue().models[asset_id]
    known, computed = shipped_shape(entry), make_collision(entry)
    assert known is not None
    assert len(known.hulls_m) == len(computed.hulls_m)
    assert computed.volume_m3 == pytest.approx(known.volume_m3, rel=1e-3)
    np.testing.assert_allclose(
        computed.center_of_mass_m, known.center_of_mass_m, atol=1e-3 * max(entry.info.size_m)
    )


@pytest.mark.parametrize(
    "name",
    [
        "katorlegaz/white-coffee-mug",
        "katorlegaz/two-handled-bowl",
        "blendswap-cc-0/beer-glass",
        "scopia/white-bowl",
    ],
)
def test_things_can_lie_in_mugs_and_bowls(name: str) -> None:
    from scipy.spatial import ConvexHull

    entry = shipped_catalogue().models[f"sweethome3d/{name}"]
    shape = shipped_shape(entry)
    assert shape is not None
    walls = [hull for hull in shape.hulls_m if np.ptp(hull[:, 2]) > 0.4 * entry.info.size_m[2]]
    middle = np.mean([hull.mean(axis=0) for hull in walls], axis=0)
    middle[2] = 0.25 * entry.info.size_m[2]
    free = [np.max(ConvexHull(hull).equations @ (*middle, 1.0)) for hull in shape.hulls_m]
    assert min(free) > 0.15 * min(entry.info.size_m[:2]), "a ball of a third of its width has room"
