"""Chooses the importer by the ending of the file name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from simgen.assets.importers.files import SourceFiles
from simgen.assets.importers.obj import read_obj
from simgen.assets.importers.raw import RawModel
from simgen.errors import AssetError

_READERS: dict[str, Callable[[SourceFiles, str], RawModel]] = {".obj": read_obj}
SUFFIXES = tuple(sorted(_READERS))


def read_model(files: SourceFiles, path: str) -> RawModel:
    """Return the model of one file.

    Raises:
        AssetError: no importer knows the ending, or the file is damaged.
    """
    suffix = PurePosixPath(path).suffix.lower()
    if suffix not in _READERS:
        raise AssetError(f"{files.name}: {path}: no importer for '{suffix}'; known: {', '.join(SUFFIXES)}")
    return _READERS[suffix](files, path)
