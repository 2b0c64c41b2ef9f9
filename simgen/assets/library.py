"""Opens assets by reference: catalogue entry, visual model and collision shape, cached by content."""

from __future__ import annotations

from simgen.assets import procedural
from simgen.errors import AssetError
from simgen.records.asset import Asset, AssetInfo, AssetRef


class AssetLibrary:
    """Every asset of the installed packs and of the code, loaded at most once a process."""

    def __init__(self) -> None:
        self._loaded: dict[AssetRef, Asset] = {}

    def describe(self, ref: AssetRef) -> AssetInfo:
        """Return what is known of an asset without opening its mesh."""
        if ref.asset_id.startswith("procedural/"):
            return procedural.describe(ref)
        raise AssetError(f"no asset named '{ref.asset_id}'")

    def load(self, ref: AssetRef) -> Asset:
        """Return the asset, from memory where it was loaded before."""
        if ref not in self._loaded:
            if not ref.asset_id.startswith("procedural/"):
                raise AssetError(f"no asset named '{ref.asset_id}'")
            self._loaded[ref] = procedural.build(ref)
        return self._loaded[ref]
