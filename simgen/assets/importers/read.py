"""Chooses the importer by the ending of the file name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

import numpy as np

from simgen.assets.importers.files import SourceFiles
from simgen.assets.importers.gltf import read_gltf
from simgen.assets.importers.obj import read_obj
from simgen.assets.importers.raw import RawModel
from simgen.assets.importers.surfaces import read_surface
from simgen.assets.importers.urdf import read_urdf
from simgen.errors import AssetError


def _read_urdf(files: SourceFiles, path: str) -> RawModel:
    return read_urdf(files, path, _read_mesh)


_MESHES: dict[str, Callable[[SourceFiles, str], RawModel]] = {
    ".glb": read_gltf,
    ".gltf": read_gltf,
    ".obj": read_obj,
    ".ply": read_surface,
    ".stl": read_surface,
}
_READERS = {**_MESHES, ".urdf": _read_urdf}
SUFFIXES = tuple(sorted(_READERS))


def read_model(files: SourceFiles, path: str) -> RawModel:
    """Return the model of one file.

    Raises:
        AssetError: no importer knows the ending, or the file is damaged.
    """
    return _read(files, path, _READERS)


def _read_mesh(files: SourceFiles, path: str) -> RawModel:
    return _read(files, path, _MESHES)


def _read(
    files: SourceFiles, path: str, readers: dict[str, Callable[[SourceFiles, str], RawModel]]
) -> RawModel:
    suffix = PurePosixPath(path).suffix.lower()
    if suffix not in readers:
        raise AssetError(
            f"{files.name}: {path}: no importer for '{suffix}'; known: {', '.join(sorted(readers))}"
        )
    with np.errstate(all="ignore"):  # files may hold any number; what comes of it is checked, not warned of
        return readers[suffix](files, path)
