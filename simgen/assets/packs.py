"""Packs: collections of third-party assets that are not part of simgen, kept in the user's data folder.

A pack is installed from the package it comes in, through that package's ordinary client, or from a file the
user has. Only what is needed is kept, under `<data folder>/packs/<name>/` beside a `pack.json` that says version,
hashes and licences. A pack appears by one rename, so there is never half a pack.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simgen.assets.catalogue import IMPORTED
from simgen.errors import AssetError, did_you_mean
from simgen.resources import data_folder


@dataclass(frozen=True, slots=True)
class Pack:
    """What a pack is and where it comes from.

    Attributes:
        name: as in asset ids, `<name>/...`.
        description: one line for people.
        package: Debian package that holds it; empty for a pack that comes with a Python package.
        module: Python module whose folder it is; empty for a Debian one.
        folder: where the wanted files lie inside the package.
        files: names of the wanted files.
        licences: SPDX identifiers of what is inside.
        download_bytes: size of the package.
    """

    name: str
    description: str
    package: str
    module: str
    folder: str
    files: tuple[str, ...]
    licences: tuple[str, ...]
    download_bytes: int


PACKS: Mapping[str, Pack] = {
    pack.name: pack
    for pack in (
        Pack(
            name="blender-hdri",
            description="8 captured light maps of Greg Zaal (HDRI Haven), as shipped with Blender",
            package="blender-data",
            module="",
            folder="usr/share/blender/datafiles/studiolights/world",
            files=(
                "city.exr",
                "courtyard.exr",
                "forest.exr",
                "interior.exr",
                "license.txt",
                "night.exr",
                "studio.exr",
                "sunrise.exr",
                "sunset.exr",
            ),
            licences=("CC0-1.0",),
            download_bytes=31_389_128,
        ),
        Pack(
            name="pybullet-data",
            description="toys, tableware and furniture that come with PyBullet",
            package="",
            module="pybullet_data",
            folder="",
            files=(),
            licences=("Zlib", "CC-BY-4.0"),
            download_bytes=0,
        ),
        Pack(
            name="sweethome3d",
            description="820 household, street and workshop models of the Sweet Home 3D libraries",
            package="sweethome3d-furniture",
            module="",
            folder="usr/share/sweethome3d/furniture",
            files=(
                "BlendSwap-CC-0.sh3f",
                "BlendSwap-CC-BY.sh3f",
                "KatorLegaz.sh3f",
                "Reallusion.sh3f",
                "Scopia.sh3f",
            ),
            licences=("CC0-1.0", "CC-BY-3.0", "CC-BY-3.0-US"),
            download_bytes=119_782_356,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Installed:
    """What an installation did.

    Attributes:
        warnings: one line each, for example that the version is not known.
    """

    pack: str
    version: str
    folder: Path
    warnings: tuple[str, ...] = ()


def pack_named(name: str) -> Pack:
    """Return a pack by name.

    Raises:
        AssetError: there is none of that name.
    """
    if name not in PACKS:
        raise AssetError(f"no pack '{name}';{did_you_mean(name, PACKS)} known: {', '.join(PACKS)}")
    return PACKS[name]


def installed(name: str) -> bool:
    """Return whether a pack can be used now."""
    pack = pack_named(name)
    if pack.module:
        return _module_folder(pack.module) is not None
    return (pack_folder(name) / "pack.json").is_file()


def require(name: str) -> Path:
    """Return the folder of an installed pack.

    Raises:
        AssetError: it is not installed; the message says how to get it.
    """
    if name == IMPORTED:
        return data_folder() / IMPORTED
    pack = pack_named(name)
    if pack.module:
        folder = _module_folder(pack.module)
        if folder is None:
            raise AssetError(
                f"pack '{name}' comes with the Python package 'pybullet', whose module '{pack.module}' is not "
                "installed here; reinstall simgen's dependencies"
            )
        return folder
    if not installed(name):
        raise AssetError(f"pack '{name}' is not installed; run: simgen assets install {name}")
    return pack_folder(name)


def missing(names: Iterable[str]) -> tuple[str, ...]:
    """Return those of the packs that are not installed, sorted."""
    return tuple(sorted(name for name in set(names) if name != IMPORTED and not installed(name)))


def install(
    name: str, from_file: Path | None = None, progress: Callable[[str], None] | None = None
) -> Installed:
    """Install a pack, see `simgen.assets.install`."""
    from simgen.assets.install import install as install_pack  # brings what only an installation needs

    return install_pack(name, from_file, progress)


def pack_folder(name: str) -> Path:
    """Return where a pack lies or would lie."""
    return data_folder() / "packs" / name


def pack_record(name: str) -> dict[str, Any]:
    """Return what `pack.json` of an installed pack says; empty for a pack that comes with a Python package."""
    folder = require(name)
    file = folder / "pack.json"
    return json.loads(file.read_text("utf-8")) if not pack_named(name).module else {}


def _module_folder(module: str) -> Path | None:
    from importlib.util import find_spec

    spec = find_spec(module)
    return Path(spec.origin).parent if spec is not None and spec.origin else None
