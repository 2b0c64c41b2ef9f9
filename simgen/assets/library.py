"""Opens assets by reference: catalogue entry, visual model and collision shape, cached by content."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import TypeVar

import numpy as np

from simgen.assets.catalogue import Catalogue, MapEntry, ModelEntry, shipped_catalogue, user_catalogue
from simgen.assets.packs import PACKS, require
from simgen.assets.taxonomy import Taxonomy, load_taxonomy
from simgen.errors import AssetError, did_you_mean
from simgen.records.asset import Asset, AssetInfo, AssetRef, Collision, EnvironmentMap, Model

PROCEDURAL = "procedural"
MEMORY_BYTES = 12 * 2**20  # renderers hold their own copies: these only save reading the cache's files again
_COLLISIONS_HELD = 1024  # some kilobytes each
Held = TypeVar("Held", Asset, EnvironmentMap)


class AssetLibrary:
    """Every asset of the packs, of the user's imports and of the code.

    Models and light maps stay in memory up to `memory_bytes` together; the least recently used go first.
    """

    def __init__(self, memory_bytes: int = MEMORY_BYTES) -> None:
        self._memory_bytes = memory_bytes
        self._held: OrderedDict[AssetRef, tuple[Asset | EnvironmentMap, int]] = OrderedDict()
        self._collisions: OrderedDict[AssetRef, Collision] = OrderedDict()
        self._held_bytes = 0
        self._user: Catalogue | None = None
        self._found: dict[tuple[object, ...], tuple[AssetInfo, ...]] = {}

    @property
    def taxonomy(self) -> Taxonomy:
        """The classes that categories name."""
        return load_taxonomy()

    def find(
        self,
        pack: str | Sequence[str] | None = None,
        category: str | Sequence[str] | None = None,
        tags: Iterable[str] = (),
        ids: Sequence[str] = (),
        min_size_m: float | None = None,
        max_size_m: float | None = None,
    ) -> tuple[AssetInfo, ...]:
        """Return the catalogue entries that meet every condition given, sorted by id.

        Args:
            pack: one pack or any of several.
            category: one taxonomy name or any of several; synonyms are understood.
            tags: all of them.
            ids: any of these ids, `*` and `?` allowed.
            min_size_m: least length of the longest side.
            max_size_m: greatest length of the longest side.

        Raises:
            AssetError: a pack or a category that does not exist, or an id without `*` that is not known.
        """
        packs, categories = _words(pack), {self.taxonomy.by_name(c).name for c in _words(category)}
        for name in packs:
            if name not in (*PACKS, "imported"):
                raise AssetError(
                    f"no pack '{name}';{did_you_mean(name, PACKS)} known: {', '.join(PACKS)}, imported"
                )
        for name in ids:
            if not any(mark in name for mark in "*?["):
                self.describe(AssetRef(name))
        wanted, patterns = frozenset(tags), tuple(ids)
        low, high = min_size_m or 0.0, np.inf if max_size_m is None else max_size_m
        key = (packs, frozenset(categories), wanted, patterns, low, high)
        if key not in self._found:  # scenes of one scenario ask the same for every object
            self._found[key] = tuple(
                entry.info
                for entry in self._models()
                if (not packs or entry.info.pack in packs)
                and (not categories or entry.info.category in categories)
                and wanted.issubset(entry.info.tags)
                and (not ids or any(fnmatchcase(entry.info.asset_id, pattern) for pattern in patterns))
                and low <= max(entry.info.size_m) <= high
            )
        return self._found[key]

    def find_environments(self, pack: str | Sequence[str] | None = None) -> tuple[AssetInfo, ...]:
        """Return the light maps of the packs and of the code, sorted by id."""
        from simgen.assets import procedural

        packs = _words(pack)
        made = [
            _describe_procedural(AssetRef(f"{PROCEDURAL}/{name}")) for name in procedural.environment_names()
        ]
        infos = [*(entry.info for entry in shipped_catalogue().maps.values()), *made]
        wanted = [info for info in infos if not packs or info.pack in packs]
        return tuple(sorted(wanted, key=lambda info: info.asset_id))

    def describe(self, ref: AssetRef) -> AssetInfo:
        """Return what is known of an asset (model or light map) without opening it.

        Raises:
            AssetError: no asset has that id; the message names the closest one.
        """
        if _is_procedural(ref):
            return _describe_procedural(ref)
        return self._entry(ref).info

    def load(self, ref: AssetRef) -> Asset:
        """Return the asset, from memory where it was loaded not long ago.

        Raises:
            AssetError: it does not exist, its pack is not installed, or its files are damaged.
        """
        found = self._recall(ref)
        return found if isinstance(found, Asset) else self._hold(ref, self._open(ref))

    def _recall(self, ref: AssetRef) -> Asset | EnvironmentMap | None:
        if ref not in self._held:
            return None
        self._held.move_to_end(ref)
        return self._held[ref][0]

    def _hold(self, ref: AssetRef, thing: Held) -> Held:
        size = memory_of(thing) if isinstance(thing, Asset) else thing.radiance.nbytes
        if size > self._memory_bytes and isinstance(thing, EnvironmentMap):
            return thing  # asked for once a scene, where a model is once a body
        self._held[ref] = (thing, size)
        self._held_bytes += size
        while self._held_bytes > self._memory_bytes and len(self._held) > 1:
            self._held_bytes -= self._held.popitem(last=False)[1][1]
        return thing

    def collision(self, ref: AssetRef) -> Collision:
        """Return what physics needs of an asset, without its meshes and textures.

        Raises:
            AssetError: as in `load`; a catalogued model's files are opened only where no shape was shipped for it.
        """
        if ref in self._collisions:
            self._collisions.move_to_end(ref)
            return self._collisions[ref]
        shape = self._open_collision(ref)
        self._collisions[ref] = shape
        if len(self._collisions) > _COLLISIONS_HELD:
            self._collisions.popitem(last=False)
        return shape

    def load_environment(self, ref: AssetRef) -> EnvironmentMap:
        """Return a light map, from memory where it was loaded not long ago.

        Raises:
            AssetError: it does not exist, its pack is not installed, or its file is damaged.
        """
        found = self._recall(ref)
        return found if isinstance(found, EnvironmentMap) else self._hold(ref, self._open_map(ref))

    def _open(self, ref: AssetRef) -> Asset:
        if _is_procedural(ref):
            from simgen.assets import procedural

            return procedural.build(ref)
        from simgen.assets.cache import cached_model
        from simgen.assets.lacquer import lacquered

        entry = self._model_entry(ref)
        key = entry.recipe.key(entry.info.content_hash or entry.info.asset_id)
        model = lacquered(cached_model(key, lambda: _made_model(entry)), entry)
        return Asset(entry.info, model, self.collision(ref))

    def _open_collision(self, ref: AssetRef) -> Collision:
        if _is_procedural(ref):
            from simgen.assets import procedural

            return procedural.collision(ref)
        from simgen.assets.cache import cached_collision
        from simgen.assets.hulls import shipped_hulls

        entry = self._model_entry(ref)
        key = entry.recipe.collision_key(entry.info.content_hash or entry.info.asset_id)
        table = shipped_hulls(entry.info.pack)
        shape = None if table is None else table.get(key)
        return shape or cached_collision(key, lambda: _computed_collision(entry))

    def _model_entry(self, ref: AssetRef) -> ModelEntry:
        entry = self._entry(ref)
        if isinstance(entry, MapEntry):
            raise AssetError(f"'{ref.asset_id}' is a light map, not a model; use it as `environment: map:`")
        return entry

    def _open_map(self, ref: AssetRef) -> EnvironmentMap:
        from simgen.assets.environment import read_map

        if _is_procedural(ref):
            from simgen.assets import procedural

            return procedural.build_environment(ref)
        entry = self._entry(ref)
        if not isinstance(entry, MapEntry):
            raise AssetError(f"'{ref.asset_id}' is a model, not a light map")
        return read_map(require(entry.info.pack) / entry.file, entry.info)

    def _entry(self, ref: AssetRef) -> ModelEntry | MapEntry:
        for catalogue in self._catalogues():
            found = catalogue.models.get(ref.asset_id) or catalogue.maps.get(ref.asset_id)
            if found is not None:
                if ref.params:
                    raise AssetError(
                        f"'{ref.asset_id}' takes no parameters (got {ref.params[0][0]}); only procedural models do"
                    )
                return found
        raise AssetError(f"no asset '{ref.asset_id}';{self._hint(ref.asset_id)}")

    def _hint(self, asset_id: str) -> str:
        known = [name for c in self._catalogues() for name in (*c.models, *c.maps)]
        return did_you_mean(asset_id, known) or " `simgen assets list` names all of them"

    def _catalogues(self) -> tuple[Catalogue, Catalogue]:
        if self._user is None:
            self._user = user_catalogue()
        return shipped_catalogue(), self._user

    def _models(self) -> list[ModelEntry]:
        entries = [entry for catalogue in self._catalogues() for entry in catalogue.models.values()]
        return sorted(entries, key=lambda entry: entry.info.asset_id)


def _made_model(entry: ModelEntry) -> Model:
    from simgen.assets.apart import model_of  # brings the importers

    return model_of(entry)


def _computed_collision(entry: ModelEntry) -> Collision:
    from simgen.assets.apart import collision_of  # brings SciPy and the importers

    return collision_of(entry)


def memory_of(asset: Asset) -> int:
    """Return the bytes an asset's arrays hold, each counted once."""
    arrays = {
        id(array): array.nbytes
        for level in asset.model.lods
        for s in level
        for array in (s.positions_m, s.normals, s.uvs, s.triangles, s.joints, s.weights)
        if array is not None
    }
    for material in asset.model.materials:
        for texture in (
            material.base_color_map,
            material.metallic_roughness_map,
            material.normal_map,
            material.emissive_map,
        ):
            if texture is not None:
                arrays |= {id(level): level.nbytes for level in (texture.pixels, *texture.smaller)}
    return sum(arrays.values())


def _is_procedural(ref: AssetRef) -> bool:
    return ref.asset_id.startswith(f"{PROCEDURAL}/")


def _describe_procedural(ref: AssetRef) -> AssetInfo:
    from simgen.assets import procedural  # brings trimesh

    if ref.asset_id.removeprefix(f"{PROCEDURAL}/") in procedural.environment_names():
        return procedural.describe_environment(ref)
    return procedural.describe(ref)


def _words(value: str | Sequence[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
