"""The checksums of a scene folder, and which of its files are not as they say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from simgen.dataset.files import Checksum, read_bytes, read_json
from simgen.dataset.layout import CHECKSUMS_FILE, TIMINGS_FILE
from simgen.errors import DatasetError


def wrong_files(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield (path in the folder, what is wrong with it) of files that are missing, unknown or changed.

    Raises:
        DatasetError: the checksums themselves, or a file, cannot be read.
    """
    listed = _listed(folder)
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in sorted(listed.keys() - present):
        yield name, "missing"
    for name in sorted(present - listed.keys() - {CHECKSUMS_FILE, TIMINGS_FILE}):
        yield name, "not in the scene's checksums"
    for name in sorted(listed.keys() & present):
        found = Checksum.of(read_bytes(folder / name))
        if found != listed[name]:
            yield name, _mismatch(found, listed[name])


def is_whole(folder: Path) -> bool:
    """Whether every file of a scene folder is there and as its checksums say."""
    try:
        return next(wrong_files(folder), None) is None
    except DatasetError:
        return False


def _listed(folder: Path) -> dict[str, Checksum]:
    try:
        raw = read_json(folder / CHECKSUMS_FILE)
        return {
            str(name): Checksum(str(entry["sha256"]), int(entry["size_bytes"])) for name, entry in raw.items()
        }
    except (DatasetError, AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise DatasetError(f"unreadable checksums ({error})") from error


def _mismatch(found: Checksum, listed: Checksum) -> str:
    if found.size_bytes != listed.size_bytes:
        return f"{found.size_bytes} bytes instead of {listed.size_bytes}"
    return f"bytes changed (SHA-256 {found.sha256[:12]}… instead of {listed.sha256[:12]}…)"
