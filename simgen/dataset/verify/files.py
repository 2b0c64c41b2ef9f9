"""Files against checksums; scenes that are missing, and things that should not be there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from simgen.dataset.checksums import wrong_files
from simgen.dataset.layout import (
    CHECKSUMS_FILE,
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
    try:
        for name, wrong in wrong_files(folder):
            yield Flaw("files", wrong, index, file=_in(root, folder / name))
    except DatasetError as error:
        yield Flaw("files", str(error), index, file=_in(root, folder / CHECKSUMS_FILE))


def _in(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()
