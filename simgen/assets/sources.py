"""Opens the source of a catalogue model: finds its files in the pack, checks them, imports and prepares them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from simgen.assets.catalogue import IMPORTED, ModelEntry
from simgen.assets.importers import FolderFiles, RawModel, SourceFiles, ZipFiles, read_model
from simgen.assets.importers.sh3f import Library, read_library
from simgen.assets.packs import require
from simgen.assets.prepare import prepare_collision, prepare_model
from simgen.assets.recipe import Recipe
from simgen.errors import AssetError
from simgen.memory import return_freed_memory
from simgen.records.asset import Collision, Model

Made = TypeVar("Made", Model, Collision)


class RecordingFiles:
    """Passes reads on and remembers them, so that a model's hash covers exactly the files it was made from."""

    def __init__(self, files: SourceFiles) -> None:
        self.name = files.name
        self._files = files
        self._digests: dict[str, str] = {}

    def find(self, path: str) -> str | None:
        """Return the file that this path means."""
        return self._files.find(path)

    def read(self, path: str) -> bytes:
        """Return the bytes of one file."""
        data = self._files.read(path)
        self._digests[path] = hashlib.sha256(data).hexdigest()
        return data

    def paths(self) -> tuple[str, ...]:
        """Return the paths of all files read so far, sorted."""
        return tuple(sorted(self._digests))

    def content_hash(self) -> str:
        """Return the SHA-256 (hex) over the paths and hashes of all files read so far, sorted by path."""
        text = "\n".join(f"{path}\t{digest}" for path, digest in sorted(self._digests.items()))
        return hashlib.sha256(text.encode()).hexdigest()


def make_model(entry: ModelEntry) -> Model:
    """Return the prepared visual model of a catalogue entry.

    Raises:
        AssetError: its pack is not installed, or its files are not those the catalogue was made for.
    """
    return _made(entry, prepare_model)


def make_collision(entry: ModelEntry) -> Collision:
    """Return the collision shape of a catalogue entry, computed from its files.

    Raises:
        AssetError: as for its model.
    """
    return _made(entry, prepare_collision)


def _made(entry: ModelEntry, prepare: Callable[[RawModel, Recipe], Made]) -> Made:
    raw, recipe, content_hash = open_raw(entry)
    return_freed_memory()  # reading a model needs much, and so does preparing it
    expected = entry.info.content_hash
    if expected and content_hash != expected:
        raise AssetError(
            f"{entry.info.asset_id}: its files in pack '{entry.info.pack}' are not those this catalogue describes "
            f"(SHA-256 {content_hash[:12]}, expected {expected[:12]}); reinstall the pack"
        )
    try:
        return prepare(raw, recipe)
    except AssetError as error:
        raise AssetError(f"{entry.info.asset_id}: {error}") from error


def open_raw(entry: ModelEntry) -> tuple[RawModel, Recipe, str]:
    """Return the imported model of an entry, its full recipe and the hash of what was read."""
    raw, rotation, content_hash = _read(_folder(entry), entry.library, entry.key)
    return raw, replace(entry.recipe, file_rotation=rotation), content_hash


def source_bytes(entry: ModelEntry) -> int:
    """Return the size of the file of an entry's model, 0 where it is not there: who opens it says what is wrong."""
    try:
        file = _folder(entry) / (entry.library or entry.key)
        if not entry.library:
            return file.stat().st_size
        archive, library = _library(file, file.stat().st_mtime_ns)
    except (AssetError, OSError):
        return 0
    piece = library.entry(entry.key)
    return archive.size(piece.key) if piece else 0


def hash_in(folder: Path, library: str, key: str) -> str:
    """Return the content hash of a model in a folder, empty if it cannot be read there."""
    try:
        return _read(folder, library, key)[2]
    except AssetError:
        return ""


def _folder(entry: ModelEntry) -> Path:
    folder = require(entry.info.pack)
    return folder / entry.info.asset_id.split("/")[1] if entry.info.pack == IMPORTED else folder


def _read(folder: Path, library_name: str, key: str) -> tuple[RawModel, tuple[float, ...], str]:
    """Return a model, the rotation (3x3, row by row) its library asks for, and its content hash."""
    if not library_name:
        files = RecordingFiles(FolderFiles(folder))
        raw = read_model(files, key)
        return raw, Recipe().file_rotation, files.content_hash()
    file = folder / library_name
    if not file.is_file():
        raise AssetError(f"'{file}' is not there; install its pack again")
    archive, library = _library(file, file.stat().st_mtime_ns)
    piece = library.entry(key)
    if piece is None:
        raise AssetError(f"'{key}' is not in the catalogue of {file}")
    files = RecordingFiles(archive)
    raw = read_model(files, piece.key)
    return raw, tuple(float(v) for v in piece.rotation.reshape(-1)), files.content_hash()


@lru_cache(maxsize=8)
def _library(path: Path, _changed_ns: int) -> tuple[ZipFiles, Library]:
    archive = ZipFiles(path)
    return archive, read_library(archive)
