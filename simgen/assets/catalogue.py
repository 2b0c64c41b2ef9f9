"""What is known of every model without opening it: the shipped catalogues and the user's own imports.

A catalogue is `assets/<pack>.json`: `{"pack": ..., "models": [...], "maps": [...]}`, one entry a line. It is
JSON, since the command line reads it at every start. `assets/manifests/<pack>.json` adds what is computed from
the files themselves: hashes, and the share of its box that each model's collision shape fills.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from simgen.assets.recipe import Recipe
from simgen.errors import AssetError
from simgen.geometry import Vec3
from simgen.records.asset import AssetInfo
from simgen.resources import data_folder, shipped

IMPORTED = "imported"
SHIPPED_PACKS = ("blender-hdri", "pybullet-data", "sweethome3d")
Built = TypeVar("Built", "ModelEntry", "MapEntry")
_FILL = 0.5  # assumed for a model that no manifest measured
_DEFAULT_DENSITY_KG_M3 = 500.0  # assumed: between softwood and water
_DEFAULT_FRICTION, _DEFAULT_RESTITUTION = 0.5, 0.1  # assumed: as of wood on wood


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model of a catalogue.

    Attributes:
        info: what everyone may know of it.
        library: archive inside the pack, for example `Scopia.sh3f`; empty where the pack is a folder.
        key: path of the model file in there (or its id in a `.sh3f` catalogue).
        recipe: how the file becomes the asset; a `.sh3f` adds its own rotation.
        coat: names of its materials that lie under a clear coat, as car paint does.
    """

    info: AssetInfo
    library: str
    key: str
    recipe: Recipe
    coat: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MapEntry:
    """A light map of a catalogue: `file` inside the pack."""

    info: AssetInfo
    file: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Entries by asset id, in the order of the ids."""

    models: Mapping[str, ModelEntry]
    maps: Mapping[str, MapEntry]


@lru_cache(maxsize=1)
def shipped_catalogue() -> Catalogue:
    """Return what the shipped catalogues hold, read once a process.

    Raises:
        AssetError: a catalogue is damaged.
    """
    folder = shipped("assets")
    files = [folder / f"{pack}.json" for pack in SHIPPED_PACKS]
    return _joined([read_catalogue(file, manifest(file.stem)) for file in files if file.is_file()])


def user_catalogue() -> Catalogue:
    """Return what the user imported, see `simgen.assets.imported`."""
    files = sorted((data_folder() / IMPORTED).glob("*/catalogue.json"))
    return _joined([read_catalogue(file, {}) for file in files])


@lru_cache(maxsize=8)
def manifest(pack: str) -> Mapping[str, Any]:
    """Return the shipped manifest of a pack: `versions` and, by `library:key`, `models`; empty without one."""
    file = shipped("assets") / "manifests" / f"{pack}.json"
    return MappingProxyType(json.loads(file.read_text("utf-8"))) if file.is_file() else MappingProxyType({})


def read_catalogue(file: Path, measured: Mapping[str, Any]) -> Catalogue:
    """Return the entries of one catalogue file.

    Raises:
        AssetError: the file is no catalogue, or an entry of it lacks something or says it wrongly.
    """
    try:
        data = json.loads(file.read_text("utf-8"))
        pack, models, maps = data["pack"], data.get("models", []), data.get("maps", [])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AssetError(f"{file}: not a catalogue ({type(error).__name__}: {error})") from error
    known = measured.get("models", {})
    found = [_checked(file, entry, partial(_model, pack=pack, measured=known)) for entry in models]
    lights = [_checked(file, entry, partial(_map, pack=pack, measured=known)) for entry in maps]
    return Catalogue({m.info.asset_id: m for m in found}, {m.info.asset_id: m for m in lights})


def model_key(library: str, key: str) -> str:
    """Return the name of a source model in a manifest."""
    return f"{library}:{key}" if library else key


def _joined(catalogues: list[Catalogue]) -> Catalogue:
    models = {asset_id: e for catalogue in catalogues for asset_id, e in catalogue.models.items()}
    maps = {asset_id: e for catalogue in catalogues for asset_id, e in catalogue.maps.items()}
    return Catalogue(
        MappingProxyType(dict(sorted(models.items()))), MappingProxyType(dict(sorted(maps.items())))
    )


def _checked(file: Path, entry: Any, build: Callable[[dict[str, Any]], Built]) -> Built:
    try:
        return build(entry)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        name = entry.get("id", entry) if isinstance(entry, dict) else entry
        what = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        raise AssetError(f"{file}: entry {str(name)[:80]!r}: {what}") from error


def _model(entry: dict[str, Any], pack: str, measured: Mapping[str, Any]) -> ModelEntry:
    """Return the entry of a model; `measured` maps its source to (hash, share of its box that it fills)."""
    size_m, recipe = _size_m(entry), _recipe(entry)
    library, key = entry.get("source_library", ""), entry["source_key"].lstrip("/")
    content_hash, fill = measured.get(
        model_key(library, key), (entry.get("sha256", ""), entry.get("fill", _FILL))
    )
    info = _info(
        entry,
        pack,
        content_hash,
        category=entry["category"],
        size_m=size_m,
        mass_kg=_mass_kg(entry, size_m, fill),
        friction=float(entry.get("friction", _DEFAULT_FRICTION)),
        restitution=float(entry.get("restitution", _DEFAULT_RESTITUTION)),
    )
    return ModelEntry(info, library, key, recipe, tuple(entry.get("coat", ())))


def _size_m(entry: dict[str, Any]) -> Vec3:
    x, y, z = (float(v) for v in entry["size_m"])
    if not min(x, y, z) > 0:
        raise ValueError(f"size_m must be three positive metres, got {entry['size_m']}")
    return (x, y, z)


def _recipe(entry: dict[str, Any]) -> Recipe:
    w, i, j, k = (float(v) for v in entry.get("up", (1, 0, 0, 0)))
    mode = entry.get("collision", "auto")
    if mode not in ("auto", "hull", "decompose"):
        raise ValueError(f"collision must be auto, hull or decompose, got '{mode}'")
    stride = float(entry["stride_m"]) if "stride_m" in entry else None
    return Recipe(size_m=_size_m(entry), up=(w, i, j, k), collision=mode, stride_m=stride)


def _mass_kg(entry: dict[str, Any], size_m: Vec3, fill: float) -> float:
    """Return what a model weighs: as it says, or by its density and what it fills of its box."""
    if "mass_kg" in entry:
        return float(entry["mass_kg"])
    x, y, z = size_m
    return float(entry.get("density_kg_m3", _DEFAULT_DENSITY_KG_M3)) * x * y * z * fill


def _map(entry: dict[str, Any], pack: str, measured: Mapping[str, Any]) -> MapEntry:
    content_hash = measured.get(entry["file"], (entry.get("sha256", ""), 0.0))[0]
    return MapEntry(_info(entry, pack, content_hash, category="environment"), entry["file"])


def _info(
    entry: dict[str, Any],
    pack: str,
    content_hash: str,
    *,
    category: str,
    size_m: Vec3 = (0.0, 0.0, 0.0),
    mass_kg: float = 0.0,
    friction: float = 0.0,
    restitution: float = 0.0,
) -> AssetInfo:
    """Return what models and maps say in the same way; maps have no size and weigh nothing."""
    return AssetInfo(
        asset_id=entry["id"],
        name=entry["name"],
        category=category,
        size_m=size_m,
        mass_kg=mass_kg,
        friction=friction,
        restitution=restitution,
        pack=pack,
        licence=entry["licence"],
        author=entry["author"],
        source=entry["source"],
        content_hash=content_hash,
        tags=tuple(entry.get("tags", ())),
    )
