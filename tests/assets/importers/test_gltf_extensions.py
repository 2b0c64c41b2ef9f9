"""Extensions of glTF materials: clear coat, transmission, emission, found by place and not by name."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from simgen.assets.importers.gltf_extensions import with_unique_names
from simgen.records.asset import Material
from tests.assets.importers.sources import read_glb
from tests.assets.importers.test_gltf import cube_glb


def with_material(glb: bytes, **fields: Any) -> bytes:
    """The file with more said of its material."""
    length = struct.unpack_from("<I", glb, 12)[0]
    document = json.loads(glb[20 : 20 + length])
    document["materials"][0] |= fields
    document["extensionsUsed"] = sorted(fields.get("extensions", {}))
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    rest = glb[20 + length :]
    return (
        struct.pack("<4sII", b"glTF", 2, 20 + len(text) + len(rest))
        + struct.pack("<I4s", len(text), b"JSON")
        + text
        + rest
    )


def extended(tmp_path: Path, extensions: dict[str, dict[str, float]], **material: object) -> Material:
    return read_glb(tmp_path, with_material(cube_glb(**material), extensions=extensions)).materials[0]


def test_without_extensions_nothing_is_added(tmp_path: Path) -> None:
    material = read_glb(tmp_path, cube_glb()).materials[0]
    assert (material.name, material.coat, material.transmission, material.alpha_mode) == (
        "paint",
        0.0,
        0.0,
        "opaque",
    )


def test_a_clear_coat_is_read(tmp_path: Path) -> None:
    coat = {"clearcoatFactor": 0.8, "clearcoatRoughnessFactor": 0.25}
    material = extended(tmp_path, {"KHR_materials_clearcoat": coat})
    assert (material.coat, material.coat_roughness, material.name) == (0.8, 0.25, "paint")


def test_what_transmits_is_see_through_in_its_base_colour(tmp_path: Path) -> None:
    glass = {"KHR_materials_transmission": {"transmissionFactor": 0.9}}
    material = extended(tmp_path, glass, baseColorFactor=[0, 255, 0, 255])
    assert (material.transmission, material.alpha_mode, material.alpha) == (0.9, "blend", 1.0)
    assert material.base_color_rgb == (0.0, 1.0, 0.0)


def test_strength_multiplies_what_shines_and_its_map_is_kept(tmp_path: Path) -> None:
    lit = {"KHR_materials_emissive_strength": {"emissiveStrength": 500.0}}
    glow = Image.new("RGB", (4, 4), (255, 128, 0))
    material = extended(tmp_path, lit, emissiveFactor=[1.0, 0.5, 0.0], emissiveTexture=glow)
    assert material.emissive_rgb == pytest.approx((500.0, 250.0, 0.0), rel=0.01)
    assert material.emissive_map is not None
    assert material.emissive_map.srgb
    np.testing.assert_array_equal(material.emissive_map.pixels[0, 0], (255, 128, 0))


def test_materials_of_one_name_are_told_apart() -> None:
    coat = {"extensions": {"KHR_materials_clearcoat": {"clearcoatFactor": 1.0}}}
    tree = {"asset": {"version": "2.0"}, "materials": [{"name": "m"}, {"name": "m", **coat}]}
    renamed, known = with_unique_names(tree)
    names = [material["name"] for material in renamed["materials"]]
    assert len(set(names)) == 2
    assert [each.coat for each in known] == [0.0, 1.0]
    assert [each.name for each in known] == ["m", "m"]
