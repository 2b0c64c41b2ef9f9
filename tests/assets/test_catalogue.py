from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simgen.assets.catalogue import manifest, model_key, read_catalogue, shipped_catalogue
from simgen.assets.packs import PACKS
from simgen.errors import AssetError

ENTRY: dict[str, Any] = {
    "id": "sweethome3d/lib/cup",
    "source_library": "Lib.sh3f",
    "source_key": "/lib/cup/cup.obj",
    "name": "cup",
    "category": "cup",
    "size_m": [0.1, 0.2, 0.5],
    "licence": "CC0-1.0",
    "author": "Someone",
    "source": "somewhere",
}


def read(tmp_path: Path, measured: dict[str, Any] | None = None, **changes: Any) -> Any:
    file = tmp_path / "sweethome3d.json"
    entry = {k: v for k, v in (ENTRY | changes).items() if v is not None}
    file.write_text(json.dumps({"pack": "sweethome3d", "models": [entry]}))
    return read_catalogue(file, measured or {}).models["sweethome3d/lib/cup"]


def test_an_entry_becomes_info_and_recipe(tmp_path: Path) -> None:
    entry = read(tmp_path, mass_kg=0.3, friction=0.7, tags=["graspable"], up=[0, 1, 0, 0], collision="hull")
    assert (entry.library, entry.key) == ("Lib.sh3f", "lib/cup/cup.obj")
    assert (entry.info.mass_kg, entry.info.friction, entry.info.tags) == (0.3, 0.7, ("graspable",))
    assert (entry.recipe.size_m, entry.recipe.up) == ((0.1, 0.2, 0.5), (0.0, 1.0, 0.0, 0.0))
    assert entry.recipe.collision == "hull"


def test_density_counts_for_the_part_of_the_box_that_is_filled(tmp_path: Path) -> None:
    measured = {"models": {"Lib.sh3f:lib/cup/cup.obj": ["ab" * 32, 0.25]}}
    entry = read(tmp_path, measured, density_kg_m3=800.0)
    assert entry.info.mass_kg == pytest.approx(800 * 0.1 * 0.2 * 0.5 * 0.25)
    assert entry.info.content_hash == "ab" * 32


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"licence": None}, "entry 'sweethome3d/lib/cup': lacks 'licence'"),
        ({"size_m": [1, 2]}, "not enough values to unpack"),
        ({"size_m": [1, 2, 0]}, "size_m must be three positive metres"),
        ({"collision": "boxes"}, "collision must be auto, hull or decompose, got 'boxes'"),
        ({"mass_kg": "heavy"}, "could not convert string to float"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(AssetError, match=message):
        read(tmp_path, **changes)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"models": []}'])
def test_a_file_that_is_no_catalogue_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(AssetError, match=r"x\.json: not a catalogue"):
        read_catalogue(tmp_path / "x.json", {})


def test_every_shipped_entry_is_known_by_hash_and_belongs_to_a_pack() -> None:
    catalogue = shipped_catalogue()
    assert list(catalogue.models) == sorted(catalogue.models)
    for entry in [*catalogue.models.values(), *catalogue.maps.values()]:
        assert entry.info.asset_id.startswith(f"{entry.info.pack}/")
        assert entry.info.pack in PACKS
        assert len(entry.info.content_hash) == 64, entry.info.asset_id


def test_every_shipped_model_is_in_its_manifest() -> None:
    models = {pack: manifest(pack)["models"] for pack in PACKS}
    for entry in shipped_catalogue().models.values():
        assert model_key(entry.library, entry.key) in models[entry.info.pack], entry.info.asset_id
