"""Sweet Home 3D furniture libraries (`.sh3f`): a zip of OBJ models and a Java properties catalogue.

Catalogue sizes are real, in centimetres: `width` along x, `height` along y (up), `depth` along z; the models
themselves are in any unit. `modelRotation` is a 3x3 matrix, row by row, that turns the model upright first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simgen.assets.importers.files import ZipFiles
from simgen.errors import AssetError
from simgen.geometry import Vec3

CATALOGUE_FILE = "PluginFurnitureCatalog.properties"
_LICENCES = (  # first match wins; texts of the `license` property
    (re.compile(r"public domain|cc-?0", re.IGNORECASE), "CC0-1.0"),
    (re.compile(r"attribution 3\.0 united states", re.IGNORECASE), "CC-BY-3.0-US"),
    (re.compile(r"attribution 4\.0", re.IGNORECASE), "CC-BY-4.0"),
    (re.compile(r"attribution", re.IGNORECASE), "CC-BY-3.0"),
    (re.compile(r"gpl|general public", re.IGNORECASE), "GPL-2.0-or-later"),
    (re.compile(r"free art", re.IGNORECASE), "LAL-1.3"),
)


@dataclass(frozen=True, slots=True)
class LibraryEntry:
    """One piece of a library.

    Attributes:
        key: path of the model file inside the archive.
        library_id: `id#n` of the catalogue, or `key` where it has none.
        name: as written, may hold a brand.
        category: as written, for example `Kitchen`.
        size_m: (width, depth, height): x, y, z of the Z-up frame.
        rotation: (3, 3) of `modelRotation`, in the file's Y-up frame.
        author: `creator#n`, empty where not said.
    """

    key: str
    library_id: str
    name: str
    category: str
    size_m: Vec3
    rotation: NDArray[np.float64]
    author: str


@dataclass(frozen=True, slots=True)
class Library:
    """A library's own description and its entries in the order of its catalogue."""

    name: str
    version: str
    licence: str
    entries: tuple[LibraryEntry, ...]

    def entry(self, key: str) -> LibraryEntry | None:
        """Return the entry of a model path, with or without the leading slash, or of a catalogue id."""
        return next((e for e in self.entries if key in (e.key, f"/{e.key}", e.library_id)), None)


def read_library(files: ZipFiles) -> Library:
    """Return the catalogue of a `.sh3f` archive.

    Raises:
        AssetError: it holds no catalogue, or an entry lacks its model or a positive size.
    """
    if CATALOGUE_FILE not in files.names:
        raise AssetError(f"{files.name}: no '{CATALOGUE_FILE}' inside; is it a Sweet Home 3D library?")
    values = parse_properties(files.read(CATALOGUE_FILE))
    numbers = sorted({int(key.rpartition("#")[2]) for key in values if re.fullmatch(r"model#\d+", key)})
    return Library(
        name=values.get("name", ""),
        version=values.get("version", ""),
        licence=licence_id(values.get("license", "")),
        entries=tuple(_entry(values, number, files.name) for number in numbers),
    )


def licence_id(text: str) -> str:
    """Return the SPDX identifier of a library's `license` text; a text not known stays as it is."""
    first = " ".join(text.split())
    return next((spdx for pattern, spdx in _LICENCES if pattern.search(first)), first or "unknown")


def parse_properties(data: bytes) -> dict[str, str]:
    r"""Return the pairs of a Java `.properties` file: Latin-1, `\uXXXX` escapes, line joins, `=` or `:`."""
    text = re.sub(r"(?<!\\)((?:\\\\)*)\\\r?\n[ \t]*", r"\1", data.decode("latin-1"))
    pairs: dict[str, str] = {}
    for line in text.splitlines():
        stripped = line.lstrip()
        if not stripped or stripped[0] in "#!":
            continue
        match = re.match(r"((?:\\.|[^\\=:\s])+)\s*[=:\s]\s*(.*)", stripped)
        if match:
            pairs[_unescape(match[1])] = _unescape(match[2]).strip()
    return pairs


def _unescape(text: str) -> str:
    named = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}

    def plain(match: re.Match[str]) -> str:
        word = match[1]
        return chr(int(word[1:], 16)) if len(word) == 5 else named.get(word, word)

    return re.sub(r"\\(u[0-9a-fA-F]{4}|.)", plain, text)


def _entry(values: dict[str, str], number: int, place: str) -> LibraryEntry:
    """Return one model of the catalogue: keys are `name#number`, lengths centimetres."""

    def text(name: str) -> str:
        return values.get(f"{name}#{number}", "")

    key = text("model").lstrip("/")
    sizes: list[float] = []
    for name in ("width", "depth", "height"):
        try:
            sizes.append(float(text(name)) / 100)
        except ValueError:
            sizes.append(0.0)
    if not (key and all(np.isfinite(size) and size > 0 for size in sizes)):
        raise AssetError(
            f"{place}: entry {number} '{text('name')}' needs a model and a positive width, depth and height (cm)"
        )
    return LibraryEntry(
        key=key,
        library_id=text("id") or key,
        name=text("name"),
        category=text("category"),
        size_m=(sizes[0], sizes[1], sizes[2]),
        rotation=_rotation(text("modelRotation"), place, number),
        author=text("creator"),
    )


def _rotation(text: str, place: str, number: int) -> NDArray[np.float64]:
    if not text:
        return np.eye(3)
    try:
        matrix = np.array(text.split(), float).reshape(3, 3)
    except ValueError as error:
        raise AssetError(f"{place}: modelRotation#{number} needs nine numbers, got '{text}'") from error
    return matrix
