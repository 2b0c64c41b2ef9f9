from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from simgen.assets.importers import ZipFiles
from simgen.assets.importers.sh3f import CATALOGUE_FILE, licence_id, parse_properties, read_library
from simgen.errors import AssetError

PROPERTIES = """\
# comment
name=Test library
version=1.2
license=Creative Commons Attribution 3.0 license
id#1=Lib#cup
name#1=Tasse \\u00e0 th\\u00e9
category#1=Kitchen
model#1=/lib/cup/cup.obj
width#1=8
depth#1=10.5
height#1=9
modelRotation#1=0 0 1 0 1 0 -1 0 0
creator#1=Someone \\
   Else
name#2=Plain
model#2=/lib/plain.obj
width#2=100
depth#2=100
height#2=100
"""


def library_file(tmp_path: Path, properties: str, **files: str) -> ZipFiles:
    path = tmp_path / "lib.sh3f"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(CATALOGUE_FILE, properties.encode("latin-1"))
        for name, text in files.items():
            archive.writestr(name, text)
    return ZipFiles(path)


def test_entries_have_their_sizes_in_metres_as_width_depth_height(tmp_path: Path) -> None:
    library = read_library(library_file(tmp_path, PROPERTIES))
    cup, plain = library.entries
    assert (library.name, library.version, library.licence) == ("Test library", "1.2", "CC-BY-3.0")
    assert (cup.key, cup.library_id, cup.category) == ("lib/cup/cup.obj", "Lib#cup", "Kitchen")
    assert (cup.name, cup.author) == ("Tasse à thé", "Someone Else")
    assert cup.size_m == pytest.approx((0.08, 0.105, 0.09))
    np.testing.assert_array_equal(cup.rotation, [[0, 0, 1], [0, 1, 0], [-1, 0, 0]])
    assert (plain.library_id, plain.author) == ("lib/plain.obj", "")
    np.testing.assert_array_equal(plain.rotation, np.eye(3))


def test_an_entry_is_found_by_path_or_by_id(tmp_path: Path) -> None:
    library = read_library(library_file(tmp_path, PROPERTIES))
    assert library.entry("Lib#cup") is library.entry("lib/cup/cup.obj") is library.entries[0]
    assert library.entry("lib/cap.obj") is None


def test_properties_follow_the_java_rules() -> None:
    text = b"! note\na = b\nc:d\ne\\ f=g\nh=\xe9 \\u0041\\tz\ni=x\\\n   y\n"
    assert parse_properties(text) == {"a": "b", "c": "d", "e f": "g", "h": "é A\tz", "i": "xy"}


@pytest.mark.parametrize(
    ("text", "spdx"),
    [
        ("Public domain", "CC0-1.0"),
        ("Creative Commons Attribution 3.0 United States license  © 2008", "CC-BY-3.0-US"),
        ("Creative Commons Attribution 3.0 Unported license", "CC-BY-3.0"),
        ("my own terms", "my own terms"),
        ("", "unknown"),
    ],
)
def test_licence_texts_become_spdx_names(text: str, spdx: str) -> None:
    assert licence_id(text) == spdx


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("width#1=8", "width#1=wide"),
            "entry 1 'Tasse à thé' needs a model and a positive width, depth and height",
        ),
        (("height#2=100", "height#2=0"), "entry 2 'Plain' needs a model"),
        (
            ("modelRotation#1=0 0 1", "modelRotation#1=0 0"),
            "modelRotation#1 needs nine numbers, got '0 0 0 1",
        ),
    ],
)
def test_a_damaged_entry_says_what_is_wrong(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    with pytest.raises(AssetError, match=message):
        read_library(library_file(tmp_path, PROPERTIES.replace(*change)))


def test_an_archive_without_catalogue_is_no_library(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("readme.txt", "")
    with pytest.raises(AssetError, match=r"is it a Sweet Home 3D library\?"):
        read_library(ZipFiles(tmp_path / "a.zip"))
