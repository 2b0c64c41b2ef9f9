"""What glTF says of materials beyond its core: clear coat, transmission, how strongly they shine.

The scene reader leaves extensions out, and knows materials by names that need not be unique. So each gets a name that
is, before the reader sees the file; what the extensions say is then found by it. Of `KHR_materials_clearcoat` and
`KHR_materials_transmission` the factors count, their maps are left out; transmission is that of thin sheets, which
refract nothing. `KHR_materials_emissive_strength` multiplies the emissive factor, in cd/m² as that extension defines.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any

_MAGIC, _JSON = b"glTF", b"JSON"
_HEAD, _CHUNK = struct.Struct("<4sII"), struct.Struct("<I4s")
_MARK = "\x1f"  # between a material's place in the file and its own name


@dataclass(frozen=True, slots=True)
class Extensions:
    """What the extensions of one material say, in the terms of `records.asset.Material`."""

    name: str = ""
    coat: float = 0.0
    coat_roughness: float = 0.0
    transmission: float = 0.0
    emissive_strength: float = 1.0


def with_unique_names(data: bytes) -> tuple[bytes, tuple[Extensions, ...]]:
    """Return a glTF file whose materials have unique names, and what the extensions of each say, by place.

    Raises:
        ValueError: the file is no glTF.
    """
    if data[:4] != _MAGIC:
        document = json.loads(data)
        return json.dumps(_renamed(document)).encode(), _all_extensions(document)
    _, version, _ = _HEAD.unpack_from(data)
    length, kind = _CHUNK.unpack_from(data, _HEAD.size)
    if version != 2 or kind != _JSON:
        raise ValueError(f"a binary glTF of version {version}, only 2 is read")
    start = _HEAD.size + _CHUNK.size
    document = json.loads(data[start : start + length])
    text = json.dumps(_renamed(document)).encode()
    text += b" " * (-len(text) % 4)
    rest = data[start + length :]
    head = _HEAD.pack(_MAGIC, version, start + len(text) + len(rest))
    return head + _CHUNK.pack(len(text), _JSON) + text + rest, _all_extensions(document)


def extensions_of(name: str, known: tuple[Extensions, ...]) -> Extensions:
    """Return what the extensions of a material say, by the name that `with_unique_names` gave it."""
    place, mark, own = name.partition(_MARK)
    if not mark or not place.isdigit() or int(place) >= len(known):
        return Extensions(name=own or name)
    return known[int(place)]


def _renamed(document: Any) -> Any:
    if not isinstance(document, dict):
        raise ValueError("not a glTF document")  # noqa: TRY004 - a file's content, not an argument's type
    materials = [
        {**material, "name": f"{place}{_MARK}{material.get('name', '')}"}
        for place, material in enumerate(document.get("materials", []))
    ]
    return {**document, "materials": materials} if materials else document


def _all_extensions(document: Any) -> tuple[Extensions, ...]:
    return tuple(_extensions(material) for material in document.get("materials", []))


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
