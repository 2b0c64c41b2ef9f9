from __future__ import annotations

import os
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh

from simgen.assets.cache import cached_collision, cached_model, cached_surface
from simgen.assets.locks import held
from simgen.assets.mip_levels import smaller_levels
from simgen.assets.packed import (
    pack_collision,
    pack_model,
    pack_surface,
    unpack_collision,
    unpack_model,
    unpack_surface,
)
from simgen.assets.prepare import prepare_collision, prepare_model
from simgen.assets.recipe import Recipe
from simgen.errors import AssetError
from simgen.records.asset import Collision, Material, Model, Surface, Texture
from simgen.resources import cache_folder
from tests.assets.shapes import cup, model, private_folders

__all__ = ["private_folders"]


def prepared() -> Model:
    made = prepare_model(model(cup(), trimesh.creation.box()), Recipe())
    pixels = np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3)
    shared = with_levels(Texture(pixels, srgb=True))
    materials = (
        Material(
            "a", base_color_map=shared, alpha_mode="blend", alpha_cutoff=0.0, emissive_rgb=(1.0, 2.0, 3.0)
        ),
        Material("b", base_color_map=shared, normal_map=Texture(pixels, srgb=False), double_sided=False),
    )
    return Model(made.lods, materials, made.size_m)


def with_levels(texture: Texture) -> Texture:
    return replace(texture, smaller=smaller_levels(texture))


def shape() -> Collision:
    return prepare_collision(model(cup(), trimesh.creation.box()), Recipe(collision="hull"))


def plain(value: Any) -> Any:
    """Records and arrays as things that compare."""
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple):
        return [plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return (value.dtype.str, value.shape, value.tobytes())
    return value


def never() -> Any:
    raise AssertionError("made again")


def test_everything_comes_back_as_it_was() -> None:
    assert plain(unpack_model(pack_model(prepared()))) == plain(prepared())
    assert plain(unpack_collision(pack_collision(shape()))) == plain(shape())
    surface = Surface(prepared().materials[1], 0.8)
    assert plain(unpack_surface(pack_surface(surface))) == plain(surface)


def test_colours_are_kept_with_their_smaller_levels() -> None:
    colours, numbers = (Texture(np.full((8, 4, 3), 9, np.uint8), srgb) for srgb in (True, False))
    made = Surface(Material("a", base_color_map=colours, normal_map=numbers), 0.8)
    material = unpack_surface(pack_surface(made)).material
    assert material.base_color_map is not None
    assert plain(material.base_color_map) == plain(with_levels(colours))
    assert plain(material.normal_map) == plain(numbers)


def test_a_file_of_before_without_smaller_levels_is_read() -> None:
    numbers = Surface(Material("a", normal_map=Texture(np.zeros((2, 2, 3), np.uint8), srgb=False)), 0.8)
    data = bytearray(pack_surface(numbers).replace(b',"smaller":[]', b" " * len(b',"smaller":[]')))
    data[8:12] = zlib.crc32(data[16:], int.from_bytes(data[12:16], "little")).to_bytes(4, "little")
    assert plain(unpack_surface(bytes(data))) == plain(numbers)


def test_surfaces_that_nobody_draws_any_more_do_not_pile_up(
    private_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simgen.assets.cache._MOST_RESULTS", 2)
    surface = Surface(prepared().materials[0], 0.8)
    for age, name in enumerate(("aa", "bb", "cc")):
        cached_surface(name * 32, lambda: surface)
        kept = sorted((cache_folder() / "surfaces").glob("*/*.surface"))
        os.utime(cache_folder() / "surfaces" / name / f"{name * 32}.surface", (age, age))
    assert [file.parent.name for file in kept] == ["bb", "cc"]
    assert plain(cached_surface("cc" * 32, never)) == plain(surface)


def test_a_surface_is_drawn_once_a_machine_and_each_time_where_nothing_can_be_written(
    private_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    surface = Surface(prepared().materials[0], 0.8)
    assert cached_surface("ab" * 32, lambda: surface) is surface
    assert plain(cached_surface("ab" * 32, never)) == plain(surface)
    no_folder = private_folders / "file"
    no_folder.write_text("")
    monkeypatch.setenv("SIMGEN_CACHE", str(no_folder))
    assert cached_surface("ab" * 32, lambda: surface) is surface


def test_a_model_is_no_collision_shape() -> None:
    with pytest.raises(ValueError, match="another version"):
        unpack_collision(pack_model(prepared()))


def test_shared_textures_stay_shared_and_arrays_are_read_only() -> None:
    loaded = unpack_model(pack_model(prepared()))
    first, second = loaded.materials
    assert first.base_color_map is second.base_color_map
    with pytest.raises(ValueError, match="read-only"):
        loaded.lods[0][0].positions_m[0] = 0


def test_the_same_model_gives_the_same_bytes() -> None:
    assert pack_model(prepared()) == pack_model(prepared())
    assert pack_collision(shape()) == pack_collision(shape())


def test_a_model_is_made_once(private_folders: Path) -> None:
    made = cached_model("ab12", prepared)
    assert plain(cached_model("ab12", never)) == plain(made)
    assert [p.name for p in (private_folders / "cache").rglob("*") if p.is_file()] == ["ab12.model"]


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "other version"])
def test_a_damaged_file_is_made_again(private_folders: Path, damage: str) -> None:
    cached_model("ab12", prepared)
    file = private_folders / "cache" / "models" / "ab" / "ab12.model"
    data = file.read_bytes()
    flipped = data[:5000] + bytes([data[5000] ^ 1]) + data[5001:]
    file.write_bytes({"cut": data[:5000], "flip": flipped, "empty": b""}.get(damage, b"SIMGENM0" + data[8:]))
    assert plain(cached_model("ab12", prepared)) == plain(prepared())
    assert file.read_bytes() == data


def test_a_collision_shape_is_made_once(private_folders: Path) -> None:
    made = cached_collision("ab12", shape)
    assert plain(cached_collision("ab12", never)) == plain(made) == plain(shape())


def test_who_waits_for_a_model_takes_what_the_other_made(private_folders: Path) -> None:
    lock = private_folders / "cache" / "locks" / "ab12.model.lock"
    with ThreadPoolExecutor(1) as pool:
        with held(lock, 0.0) as mine:
            waiting = pool.submit(cached_model, "ab12", never)
            made = private_folders / "cache" / "models" / "ab" / "ab12.model"
            made.parent.mkdir(parents=True)
            made.write_bytes(pack_model(prepared()))
        assert mine
        assert plain(waiting.result()) == plain(prepared())


def test_a_folder_that_cannot_be_written_is_told(private_folders: Path) -> None:
    (private_folders / "cache").write_text("a file where the folder should be")
    with pytest.raises(
        AssetError, match=r"cannot write the model cache .* set SIMGEN_CACHE to another folder"
    ):
        cached_model("ab12", prepared)


def test_a_model_that_cannot_be_made_leaves_nothing_behind(private_folders: Path) -> None:
    def broken() -> Model:
        raise AssetError("no such model")

    with pytest.raises(AssetError, match="no such model"):
        cached_model("ab12", broken)
    assert not [path for path in (private_folders / "cache").rglob("*") if path.is_file()]
