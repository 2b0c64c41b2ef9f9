"""Readers of foreign 3D files; each gives a `RawModel` and knows nothing of catalogues, caches or packs."""

from simgen.assets.importers.files import FolderFiles, SourceFiles, ZipFiles
from simgen.assets.importers.raw import RawModel, RawPart
from simgen.assets.importers.read import SUFFIXES, read_model

__all__ = ["SUFFIXES", "FolderFiles", "RawModel", "RawPart", "SourceFiles", "ZipFiles", "read_model"]
