"""Installs a pack: get the package, take out what is needed, check it, put it in place with one rename.

What is accepted: files whose size and SHA-256 are those of a version that simgen knows. Another version of the
package is accepted too if at least half of the catalogue's models in it are, file by file, the ones the
catalogue describes; the others are then refused when they are used, and the report says so.
"""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simgen.assets import debian
from simgen.assets.catalogue import manifest, shipped_catalogue
from simgen.assets.packs import Installed, Pack, pack_folder, pack_named, require
from simgen.errors import AssetError

_ROOM_FACTOR = 2.2  # package and unpacked files at the same time


def install(name: str, from_file: Path | None = None, progress: debian.Progress | None = None) -> Installed:
    """Install a pack and return what was done; a pack that is there already is replaced.

    Args:
        name: one of `PACKS`.
        from_file: a `.deb`, `.zip` or folder that holds the pack's files; None gets the package.
        progress: called with one line at each step.

    Raises:
        AssetError: no such pack, nothing to get it with, no network, not the known files, or no room.
    """
    pack = pack_named(name)
    if pack.module:
        return Installed(name, "as installed", require(name))
    say = progress or _silent
    target = pack_folder(name)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            dir=target.parent, prefix=f".{name}-", ignore_cleanup_errors=True
        ) as work:
            return _install(pack, from_file, Path(work), target, say)
    except OSError as error:
        what = "no space left" if error.errno == errno.ENOSPC else str(error.strerror or error)
        raise AssetError(
            f"cannot install pack '{name}' into '{target.parent}': {what}; it needs about {_room(pack)} MiB there; "
            "set SIMGEN_DATA to another folder if need be"
        ) from error


def _silent(_line: str) -> None:
    """Report nothing."""


def _install(pack: Pack, from_file: Path | None, work: Path, target: Path, say: debian.Progress) -> Installed:
    """Get a pack, check every file of it and put it where packs are, whole or not at all."""
    if shutil.disk_usage(work).free < _room(pack) * 2**20:
        raise OSError(errno.ENOSPC, "no space left")
    new, download = work / "new", work / "download"
    new.mkdir()
    download.mkdir()
    source = debian.download(pack.package, download, say) if from_file is None else from_file
    say(f"unpacking {source.name}")
    version = _take(pack, source, new)
    say("checking sizes and hashes")
    files = {name: digest(new / name) for name in pack.files}
    version, warnings = _check(pack, version, files, new)
    record = {
        "name": pack.name,
        "package": pack.package,
        "version": version,
        "licences": list(pack.licences),
        "files": {name: {"bytes": size, "sha256": digest} for name, (size, digest) in files.items()},
    }
    (new / "pack.json").write_text(json.dumps(record, indent=2) + "\n", "utf-8")
    _swap(new, target, work)
    return Installed(pack.name, version, target, warnings)


def _room(pack: Pack) -> int:
    return round(pack.download_bytes * _ROOM_FACTOR / 2**20) + 1


def _take(pack: Pack, source: Path, into: Path) -> str:
    """Copy the pack's files out of a package, archive or folder and return its version, empty if it has none."""
    version = ""
    if source.is_dir():
        for name in pack.files:
            found = next(iter(sorted(source.rglob(name))), None)
            if found is not None and found.is_file():
                shutil.copyfile(found, into / name)
    elif source.suffix == ".deb" and source.is_file():
        version = debian.unpack(source, pack.folder, pack.files, into)
    elif source.is_file() and zipfile.is_zipfile(source):
        _take_from_zip(pack, source, into)
    else:
        raise AssetError(f"'{source}' is no .deb, .zip or folder to install pack '{pack.name}' from")
    missing = [name for name in pack.files if not (into / name).is_file()]
    if missing:
        raise AssetError(
            f"'{source}' lacks {', '.join(missing)}; pack '{pack.name}' needs these files of the Debian package "
            f"'{pack.package}'"
        )
    return version


def _take_from_zip(pack: Pack, source: Path, into: Path) -> None:
    with zipfile.ZipFile(source) as archive:
        by_name = {Path(info.filename).name: info for info in archive.infolist() if not info.is_dir()}
        for name in pack.files:
            if name in by_name:
                with archive.open(by_name[name]) as packed, (into / name).open("wb") as target:
                    shutil.copyfileobj(packed, target, 1 << 20)


def digest(file: Path) -> tuple[int, str]:
    """Return (size in bytes, SHA-256 in hex) of a file."""
    with file.open("rb") as data:
        return file.stat().st_size, hashlib.file_digest(data, "sha256").hexdigest()


def _check(
    pack: Pack, version: str, files: Mapping[str, tuple[int, str]], folder: Path
) -> tuple[str, tuple[str, ...]]:
    """Return (version, warnings) of files that may be used."""
    known: list[dict[str, Any]] = manifest(pack.name).get("versions", [])
    for entry in known:
        if {name: tuple(v) for name, v in entry["files"].items()} == files:
            return entry["version"], ()
    names = ", ".join(entry["version"] for entry in known)
    if any(entry["version"] == version for entry in known):
        entry = next(entry for entry in known if entry["version"] == version)
        wrong = next(name for name, value in files.items() if tuple(entry["files"][name]) != value)
        raise AssetError(
            f"pack '{pack.name}': '{wrong}' of {pack.package} {version} is damaged: its SHA-256 is "
            f"{files[wrong][1][:16]}, expected {entry['files'][wrong][1][:16]}; download it again"
        )
    same, total = _same_models(pack, folder)
    if same * 2 < total or total == 0:
        raise AssetError(
            f"pack '{pack.name}': these are not the files simgen knows ({same} of {total} models agree); known "
            f"versions of {pack.package}: {names}"
        )
    note = f"pack '{pack.name}': version '{version or 'unknown'}' is not known (known: {names})"
    left = f"{total - same} of {total} models differ from the catalogue and cannot be used"
    return version or "unknown", (note if same == total else f"{note}; {left}",)


def _same_models(pack: Pack, folder: Path) -> tuple[int, int]:
    """Return (how many of the catalogue's assets are unchanged in a folder, how many there are)."""
    from simgen.assets.sources import hash_in  # brings SciPy and the importers

    catalogue = shipped_catalogue()
    models = [entry for entry in catalogue.models.values() if entry.info.pack == pack.name]
    maps = [entry for entry in catalogue.maps.values() if entry.info.pack == pack.name]
    same = sum(hash_in(folder, entry.library, entry.key) == entry.info.content_hash for entry in models)
    same += sum(digest(folder / entry.file)[1] == entry.info.content_hash for entry in maps)
    return same, len(models) + len(maps)


def _swap(new: Path, target: Path, work: Path) -> None:
    """Put the new folder in place; an old one goes into the work folder and with it."""
    new.chmod(0o755)
    if target.exists():
        target.rename(work / "old")
    new.rename(target)
