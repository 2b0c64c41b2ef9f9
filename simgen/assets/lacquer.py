"""Clear coat on what found models have of car paint: their files know only one highlight."""

from __future__ import annotations

from dataclasses import replace

from simgen.assets.catalogue import ModelEntry
from simgen.errors import AssetError
from simgen.records.asset import Model

_ROUGHNESS = 0.05  # assumed: new, washed paint; its orange peel is finer than a pixel


def lacquered(model: Model, entry: ModelEntry) -> Model:
    """Return the model of a catalogue's entry with a clear coat on the materials that the entry names.

    Raises:
        AssetError: the model has no material of such a name.
    """
    if not entry.coat:
        return model
    names = [material.name for material in model.materials]
    unknown = sorted(set(entry.coat) - set(names))
    if unknown:
        raise AssetError(
            f"{entry.info.asset_id}: the catalogue names a clear coat on '{unknown[0]}'; its materials are"
            f" {', '.join(names)}"
        )
    coated = (
        replace(material, coat=1.0, coat_roughness=_ROUGHNESS) if material.name in entry.coat else material
        for material in model.materials
    )
    return replace(model, materials=tuple(coated))
