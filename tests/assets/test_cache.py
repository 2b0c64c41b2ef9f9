from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh

from simgen.assets.cache import Prepared, cached, pack, unpack
from simgen.assets.prepare import prepare
from simgen.assets.recipe import Recipe
from simgen.errors import AssetError
from simgen.records.asset import Material, Model, Texture
from tests.assets.shapes import cup, model, private_folders

__all__ = ["private_folders"]


def prepared() -> Prepared:
    made, collision = prepare(model(cup(), trimesh.creation.box()), Recipe(collision="hull"))
    pixels = np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3)
    shared = Texture(pixels, srgb=True)
    materials = (
        Material(
            "a", base_color_map=shared, alpha_mode="blend", alpha_cutoff=0.0, emissive_rgb=(1.0, 2.0, 3.0)
        ),
        Material("b", base_color_map=shared, normal_map=Texture(pixels, srgb=False), double_sided=False),
    )
    return Model(made.lods, materials, made.size_m), collision


def plain(value: Any) -> Any:
    """Records and arrays as things that compare."""
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple):
        return [plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return (value.dtype.str, value.shape, value.tobytes())
    return value


def never() -> Prepared:
    raise AssertionError("made again")


def test_everything_comes_back_as_it_was() -> None:
    assert plain(unpack(pack(*prepared()))) == plain(prepared())


def test_shared_textures_stay_shared_and_arrays_are_read_only() -> None:
    loaded, _ = unpack(pack(*prepared()))
    first, second = loaded.materials
    assert first.base_color_map is second.base_color_map
    with pytest.raises(ValueError, match="read-only"):
        loaded.lods[0][0].positions_m[0] = 0


def test_the_same_model_gives_the_same_bytes() -> None:
    assert pack(*prepared()) == pack(*prepared())


def test_a_model_is_made_once(private_folders: Path) -> None:
    made = cached("ab12", prepared)
    assert plain(cached("ab12", never)) == plain(made)
    assert [p.name for p in (private_folders / "cache").rglob("*") if p.is_file()] == ["ab12.model"]


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "other version"])
def test_a_damaged_file_is_made_again(private_folders: Path, damage: str) -> None:
    cached("ab12", prepared)
    file = private_folders / "cache" / "models" / "ab" / "ab12.model"
    data = file.read_bytes()
    flipped = data[:5000] + bytes([data[5000] ^ 1]) + data[5001:]
    file.write_bytes({"cut": data[:5000], "flip": flipped, "empty": b""}.get(damage, b"SIMGENM0" + data[8:]))
    assert plain(cached("ab12", prepared)) == plain(prepared())
    assert file.read_bytes() == data


def test_a_folder_that_cannot_be_written_is_told(private_folders: Path) -> None:
    (private_folders / "cache").write_text("a file where the folder should be")
    with pytest.raises(
        AssetError, match=r"cannot write the model cache .* set SIMGEN_CACHE to another folder"
    ):
        cached("ab12", prepared)


def test_a_model_that_cannot_be_made_leaves_nothing_behind(private_folders: Path) -> None:
    def broken() -> Prepared:
        raise AssetError("no such model")

    with pytest.raises(AssetError, match="no such model"):
        cached("ab12", broken)
    assert not (private_folders / "cache").exists()
