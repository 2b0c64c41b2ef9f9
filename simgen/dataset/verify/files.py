"""Files against checksums; scenes that are missing, and things that should not be there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from simgen.dataset.files import Checksum, read_bytes, read_json
from simgen.dataset.layout import (
    CHECKSUMS_FILE,
    TIMINGS_FILE,
    committed_indices,
    part_folders,
    scene_path,
    stray_names,
)
from simgen.dataset.manifest import Manifest
from simgen.dataset.verify.report import Flaw
from simgen.errors import DatasetError


def folder_flaws(root: Path, manifest: Manifest, complete: bool) -> Iterator[Flaw]:
    """Yield leftover temporary folders, strays, scenes beyond the count, and gaps in a finished dataset."""
    for folder in part_folders(root):
        yield Flaw(
            "files", "a scene that was never completed; generate --resume removes it", file=_in(root, folder)
        )
    for name in stray_names(root):
        yield Flaw("files", "does not belong here", file=f"scenes/{name}")
    indices = set(committed_indices(root))
    for index in sorted(indices - set(range(manifest.scene_count))):
        yield Flaw("files", f"more than the {manifest.scene_count} scenes asked for", index)
    for index in sorted(set(range(manifest.scene_count)) - indices) if complete else ():
        yield Flaw("files", "missing; generate --resume makes it again", index)


def scene_file_flaws(root: Path, index: int) -> Iterator[Flaw]:
    """Yield files of one scene that are missing, changed, or unknown to its checksums."""
    folder = scene_path(root, index)
    listing_file = _in(root, folder / CHECKSUMS_FILE)
    try:
        raw = read_json(folder / CHECKSUMS_FILE)
        listed = {
            str(name): Checksum(str(entry["sha256"]), int(entry["size_bytes"])) for name, entry in raw.items()
        }
    except (DatasetError, AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        yield Flaw("files", f"unreadable checksums ({error})", index, file=listing_file)
        return
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in sorted(listed.keys() - present):
        yield Flaw("files", "missing", index, file=_in(root, folder / name))
    for name in sorted(present - listed.keys() - {CHECKSUMS_FILE, TIMINGS_FILE}):
        yield Flaw("files", "not in the scene's checksums", index, file=_in(root, folder / name))
    for name in sorted(listed.keys() & present):
        found = Checksum.of(read_bytes(folder / name))
        if found != listed[name]:
            yield Flaw("files", _mismatch(found, listed[name]), index, file=_in(root, folder / name))


def _mismatch(found: Checksum, listed: Checksum) -> str:
    if found.size_bytes != listed.size_bytes:
        return f"{found.size_bytes} bytes instead of {listed.size_bytes}"
    return f"bytes changed (SHA-256 {found.sha256[:12]}… instead of {listed.sha256[:12]}…)"


def _in(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()
