"""One number for all bytes of a scene or dataset, and what differs between two; wall times are left out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from simgen.dataset.files import read_bytes
from simgen.dataset.layout import ATTRIBUTION_FILE, DATASET_FILE, SCENES_FOLDER, TIMINGS_FILE


def file_digests(root: Path, below: str = "") -> dict[str, str]:
    """Return path -> SHA-256 (hex) of every file under `root` except timings, in order of path.

    Args:
        root: a dataset, a scene, or any folder.
        below: only paths that start with this.
    """
    found = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return {
        name: hashlib.sha256(read_bytes(root / name)).hexdigest()
        for name in found
        if name.startswith(below) and name.rpartition("/")[2] != TIMINGS_FILE
    }


def scene_digest(path: Path) -> str:
    """Return one SHA-256 (hex) over names and bytes of a scene folder."""
    lines = "".join(f"{digest}  {name}\n" for name, digest in file_digests(path).items())
    return hashlib.sha256(lines.encode()).hexdigest()


def dataset_digest(path: Path) -> str:
    """Return one SHA-256 (hex) over `dataset.json`, `ATTRIBUTION.md` and all scenes; a preview is not in it."""
    known = {name: digest for name, digest in file_digests(path).items() if _belongs(name)}
    return hashlib.sha256("".join(f"{d}  {n}\n" for n, d in known.items()).encode()).hexdigest()


def differences(a: Path, b: Path, below: str = "") -> list[str]:
    """Return the paths that are missing on one side or differ in bytes, each with what is wrong, in order."""
    left, right = file_digests(a, below), file_digests(b, below)
    found: list[str] = []
    for name in sorted(left.keys() | right.keys()):
        if name not in left or name not in right:
            found.append(f"{name}: only in {a if name in left else b}")
        elif left[name] != right[name]:
            found.append(f"{name}: bytes differ")
    return found


def differs_from(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """Return the names whose bytes in `folder` are not those given, or are missing, in order."""
    return [
        name
        for name, data in sorted(files.items())
        if not (folder / name).is_file() or read_bytes(folder / name) != data
    ]


def _belongs(name: str) -> bool:
    return name in {DATASET_FILE, ATTRIBUTION_FILE} or name.startswith(f"{SCENES_FOLDER}/")
