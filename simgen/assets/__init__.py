"""Models, light maps and their licences: catalogue, packs, importers, collision shapes, procedural models."""

from simgen.assets.library import AssetLibrary

__all__ = ["AssetLibrary"]
