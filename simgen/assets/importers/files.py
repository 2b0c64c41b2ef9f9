"""Where an importer reads from: a folder or a zip archive, and nothing outside it.

Model files name other files (materials, textures). Such a name is untrusted: it may be absolute, climb with
`..`, use backslashes or point at a folder of its author's machine. It is looked up inside the source, beside
the file that names it, and never elsewhere.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from pathlib import Path
from typing import Protocol

from simgen.errors import AssetError, did_you_mean

MAX_FILE_BYTES = 256 * 2**20  # of one file, unpacked; assumed: an archive must not fill the memory
MAX_FILES = 100_000  # of an archive; assumed


class SourceFiles(Protocol):
    """Read access to the files of one folder or archive by relative posix path."""

    name: str

    def find(self, path: str) -> str | None:
        """Return the file at this path, ignoring letter case where nothing matches exactly; None if none does."""
        ...

    def read(self, path: str) -> bytes:
        """Return the bytes of one file.

        Raises:
            AssetError: it does not exist, cannot be read or is larger than `MAX_FILE_BYTES`.
        """
        ...


class FolderFiles:
    """The files below one folder; links that lead out of it are not followed."""

    def __init__(self, root: Path) -> None:
        self.name = str(root)
        self._root = root.resolve()

    def find(self, path: str) -> str | None:
        """Return the file of the folder that this path means."""
        file = self._root / path
        if self._inside(file):
            return path
        if not file.parent.is_dir() or not file.parent.resolve().is_relative_to(self._root):
            return None
        alike = sorted(n.name for n in file.parent.iterdir() if n.name.casefold() == file.name.casefold())
        found = [file.with_name(name) for name in alike if self._inside(file.with_name(name))]
        return found[0].relative_to(self._root).as_posix() if found else None

    def read(self, path: str) -> bytes:
        """Return the bytes of one file of the folder."""
        file = self._root / path
        if not self._inside(file):
            raise AssetError(f"{self.name}: no file '{path}'")
        _check_size(self.name, path, file.stat().st_size)
        return file.read_bytes()

    def _inside(self, file: Path) -> bool:
        return file.is_file() and file.resolve().is_relative_to(self._root)


class ZipFiles:
    """The files of one zip archive, read without unpacking."""

    def __init__(self, archive: Path) -> None:
        self.name = str(archive)
        try:
            self._zip = zipfile.ZipFile(archive)
        except (OSError, zipfile.BadZipFile) as error:
            raise AssetError(f"{archive}: not a readable zip archive ({error})") from error
        names = [info.filename for info in self._zip.infolist() if not info.is_dir()]
        if len(names) > MAX_FILES:
            raise AssetError(f"{archive}: {len(names)} files; at most {MAX_FILES} are read")
        self.names = frozenset(names)
        self._folded = {name.casefold(): name for name in sorted(names, reverse=True)}

    def find(self, path: str) -> str | None:
        """Return the file of the archive that this path means."""
        return path if path in self.names else self._folded.get(path.casefold())

    def read(self, path: str) -> bytes:
        """Return the bytes of one file of the archive."""
        if path not in self.names:
            hint = did_you_mean(path, self.names)
            raise AssetError(f"{self.name}: no file '{path}' inside{';' if hint else ''}{hint}")
        _check_size(self.name, path, self._zip.getinfo(path).file_size)
        try:
            return self._zip.read(path)
        except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError) as error:
            raise AssetError(f"{self.name}: '{path}' is damaged ({error})") from error

    def size(self, path: str) -> int:
        """Return the bytes of one file of the archive, 0 where there is none."""
        return self._zip.getinfo(path).file_size if path in self.names else 0

    def close(self) -> None:
        """Close the archive."""
        self._zip.close()


def resolve(files: SourceFiles, beside: str, reference: str) -> str | None:
    """Return the path in `files` that `reference`, written inside the file `beside`, means; None if none.

    A reference that leads out of the source is looked up by its last component beside the naming file:
    authors' absolute paths are common, and often the file is there.
    """
    text = reference.strip().strip('"').replace("\\", "/")
    folder = posixpath.dirname(beside)
    candidates = [posixpath.join(folder, posixpath.basename(text))]
    if not (text.startswith("/") or ":" in text):
        inside = posixpath.normpath(posixpath.join(folder, text))
        if not inside.startswith(".."):
            candidates.insert(0, inside)
    return next((found for candidate in candidates if (found := files.find(candidate))), None)


def _check_size(source: str, path: str, size: int) -> None:
    if size > MAX_FILE_BYTES:
        most = MAX_FILE_BYTES // 2**20
        raise AssetError(f"{source}: '{path}' has {size / 2**20:.0f} MiB; at most {most} MiB are read")
