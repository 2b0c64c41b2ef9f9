"""What glTF says of materials beyond its core: clear coat, transmission, how strongly they shine.

The scene reader leaves extensions out, and knows materials by names that need not be unique. So each gets a name that
is, before the reader sees the file; what the extensions say is then found by it. Of `KHR_materials_clearcoat` and
`KHR_materials_transmission` the factors count, their maps are left out; transmission is that of thin sheets, which
refract nothing. `KHR_materials_emissive_strength` multiplies the emissive factor, in cd/m² as that extension defines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_MARK = "\x1f"  # between a material's place in the file and its own name


@dataclass(frozen=True, slots=True)
class Extensions:
    """What the extensions of one material say, in the terms of `records.asset.Material`."""

    name: str = ""
    coat: float = 0.0
    coat_roughness: float = 0.0
    transmission: float = 0.0
    emissive_strength: float = 1.0


def with_unique_names(tree: dict[str, Any]) -> tuple[dict[str, Any], tuple[Extensions, ...]]:
    """Return a glTF file's tree with unique names of materials, and what the extensions of each say, by place."""
    materials = [
        {**material, "name": f"{place}{_MARK}{material.get('name', '')}"}
        for place, material in enumerate(tree.get("materials", []))
    ]
    known = tuple(_extensions(material) for material in tree.get("materials", []))
    return ({**tree, "materials": materials} if materials else tree), known


def extensions_of(name: str, known: tuple[Extensions, ...]) -> Extensions:
    """Return what the extensions of a material say, by the name that `with_unique_names` gave it."""
    place, mark, own = name.partition(_MARK)
    if not mark or not place.isdigit() or int(place) >= len(known):
        return Extensions(name=own or name)
    return known[int(place)]


def _extensions(material: dict[str, Any]) -> Extensions:
    said: dict[str, dict[str, Any]] = material.get("extensions", {})
    coat = said.get("KHR_materials_clearcoat", {})
    return Extensions(
        name=str(material.get("name", "")),
        coat=_share(coat.get("clearcoatFactor", 0.0)),
        coat_roughness=_share(coat.get("clearcoatRoughnessFactor", 0.0)),
        transmission=_share(said.get("KHR_materials_transmission", {}).get("transmissionFactor", 0.0)),
        emissive_strength=max(
            float(said.get("KHR_materials_emissive_strength", {}).get("emissiveStrength", 1.0)), 0.0
        ),
    )


def _share(value: Any) -> float:
    return min(max(float(value), 0.0), 1.0)
