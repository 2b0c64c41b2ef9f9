"""The user's own models: files copied into the data folder with a catalogue entry each.

`<data folder>/imported/<name>/` holds the files and a `catalogue.json` like the shipped ones; assets are named
`imported/<name>` or, for a library of many, `imported/<name>/<piece>`. The original may be moved or deleted.
"""

from __future__ import annotations

import errno
import json
import posixpath
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from simgen.assets.catalogue import IMPORTED, user_catalogue
from simgen.assets.importers import SUFFIXES, FolderFiles, ZipFiles, read_model
from simgen.assets.importers.raw import RawModel
from simgen.assets.importers.sh3f import Library, LibraryEntry, read_library
from simgen.assets.prepare import prepare
from simgen.assets.recipe import CollisionMode, Recipe
from simgen.assets.sources import RecordingFiles
from simgen.assets.taxonomy import load_taxonomy
from simgen.errors import AssetError
from simgen.geometry import Vec3
from simgen.records.asset import AssetInfo, Skin
from simgen.resources import data_folder

UNKNOWN = "unknown"
_USUAL_SIZE_M = (0.003, 30.0)  # assumed: of the longest side


@dataclass(frozen=True, slots=True)
class _Options:
    """What the user says about the models, see `import_file`."""

    title: str
    category: str
    licence: str
    author: str
    unit_m: float
    size_m: Vec3 | None
    density_kg_m3: float
    collision: CollisionMode
    tags: tuple[str, ...]
    stride_m: float | None


def import_file(
    file: Path,
    *,
    name: str = "",
    category: str = "object",
    licence: str = UNKNOWN,
    author: str = UNKNOWN,
    unit_m: float = 1.0,
    size_m: Vec3 | None = None,
    density_kg_m3: float = 500.0,
    collision: CollisionMode = "auto",
    tags: tuple[str, ...] = (),
    stride_m: float | None = None,
    on_note: Callable[[str], None] | None = None,
) -> tuple[AssetInfo, ...]:
    """Copy a model or a `.sh3f` library into the user's catalogue and return its new assets.

    An import of the same name is replaced, which is noted.

    Args:
        file: the model; what it refers to must lie beside or below it.
        name: of the asset or library; empty takes the file's.
        category: taxonomy name.
        licence: SPDX name; `unknown` keeps what a library says.
        author: whom to credit; `unknown` keeps what a library says.
        unit_m: metres per unit of the file, for example 0.001 for millimetres.
        size_m: extent (x, y, z); replaces `unit_m`.
        density_kg_m3: of the collision shape (assumed, unless told).
        collision: see `Recipe`.
        tags: free words to select by.
        stride_m: way of a model with a skeleton in one loop of its animation; None takes what the animation says.
        on_note: called with each thing that was tolerated or left out, one line.

    Raises:
        AssetError: the file is missing, not understood, damaged, or the data folder cannot be written.
    """
    if not file.is_file():
        raise AssetError(f"'{file}' does not exist or is no file")
    suffix = file.suffix.lower()
    if suffix not in (*SUFFIXES, ".sh3f"):
        raise AssetError(f"'{file}': no importer for '{suffix}'; known: {', '.join((*SUFFIXES, '.sh3f'))}")
    if not (np.isfinite(unit_m) and unit_m > 0 and density_kg_m3 > 0):
        raise AssetError(f"unit and density must be positive, got {unit_m} m and {density_kg_m3} kg/m³")
    if stride_m is not None and not (np.isfinite(stride_m) and stride_m > 0):
        raise AssetError(f"a stride must be positive, got {stride_m} m")
    category = load_taxonomy().by_name(category).name
    title = name.strip() or file.stem
    options = _Options(
        title, category, licence, author, unit_m, size_m, density_kg_m3, collision, tags, stride_m
    )
    entries, notes = _import(file.resolve(), options)
    if on_note is not None:
        for note in notes:
            on_note(note)
    known = user_catalogue().models
    return tuple(known[entry["id"]].info for entry in entries)


def _odd_size(size_m: Sequence[float], options: _Options) -> list[str]:
    """Return a note where a model is as large or small as few are: mostly the file counts in other units."""
    longest = max(size_m)
    if options.size_m is not None or _USUAL_SIZE_M[0] <= longest <= _USUAL_SIZE_M[1]:
        return []
    sides = " x ".join(f"{side:.4g}" for side in size_m)
    return [f"the model is {sides} m; if its file counts in other units, say so, for example --unit mm"]


def _import(file: Path, options: _Options) -> tuple[list[dict[str, Any]], list[str]]:
    name = slug(options.title)
    target = data_folder() / IMPORTED / name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            dir=target.parent, prefix=".new-", ignore_cleanup_errors=True
        ) as work:
            new = Path(work) / "new"
            new.mkdir()
            take = _take_library if file.suffix.lower() == ".sh3f" else _take_model
            entries, notes = take(file, new, name, options)
            _write_catalogue(new / "catalogue.json", entries)
            if target.exists():
                notes.append(f"{IMPORTED}/{name} was there and is replaced; --name gives another name")
            _swap(new, target, Path(work))
    except OSError as error:
        what = "no space left" if error.errno == errno.ENOSPC else str(error.strerror or error)
        raise AssetError(f"cannot import '{file}' into '{target}': {what}") from error
    return entries, notes


def slug(text: str) -> str:
    """Return a text as the part of an asset id: small letters, digits and `_`.

    Raises:
        AssetError: nothing of it is left.
    """
    word = re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")
    if not word:
        raise AssetError(f"'{text}' has no letter or digit to name an asset by; give a name")
    return word


def _take_model(
    file: Path, new: Path, name: str, options: _Options
) -> tuple[list[dict[str, Any]], list[str]]:
    """Copy a model file and the files it reads, and return its entry and what its user should know."""
    source = RecordingFiles(FolderFiles(file.parent))
    raw = read_model(source, file.name)
    _copy(source.paths(), file.parent, new)
    recipe = Recipe(
        size_m=options.size_m, unit_m=options.unit_m, collision=options.collision, stride_m=options.stride_m
    )
    size, fill, skin = _measure(raw, recipe, str(file))
    entry = _model_entry(f"{IMPORTED}/{name}", file.name, options)
    entry |= {"size_m": size, "fill": fill, "sha256": source.content_hash()}
    notes = [*raw.notes, *_odd_size(size, options)]
    if skin is not None:
        entry |= {"tags": [*options.tags, "skinned"], "stride_m": skin.gait.stride_m}
        notes.append(_gait_note(skin))
    return [entry], notes


def _copy(paths: Iterable[str], folder: Path, new: Path) -> None:
    for path in paths:
        kept = new / posixpath.normpath(path)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / path, kept)


def _model_entry(asset_id: str, source_key: str, options: _Options) -> dict[str, Any]:
    """Return what an entry of the catalogue says as its user told it; what is measured is added."""
    return {
        "id": asset_id,
        "source_key": source_key,
        "name": options.title,
        "category": options.category,
        "density_kg_m3": options.density_kg_m3,
        "collision": options.collision,
        "tags": list(options.tags),
        "licence": options.licence,
        "author": options.author,
        "source": source_key,
    }


def _gait_note(skin: Skin) -> str:
    gait = skin.gait
    return (
        f"a skeleton of {len(skin.names)} joints, which goes {gait.stride_m:.3g} m in a loop of its animation, "
        f"{gait.full_speed_mps:.3g} m/s at its own pace; --stride gives another way"
    )


def _measure(raw: RawModel, recipe: Recipe, place: str) -> tuple[list[float], float, Skin | None]:
    """Return (extent, share of the box that the collision shape fills, skeleton)."""
    try:
        model, collision = prepare(raw, recipe)
    except AssetError as error:
        raise AssetError(f"'{place}': {error}") from error
    size = [max(float(s), 1e-4) for s in model.size_m]
    return size, collision.volume_m3 / float(np.prod(size)), model.skin


def _take_library(
    file: Path, new: Path, name: str, options: _Options
) -> tuple[list[dict[str, Any]], list[str]]:
    """Copy a `.sh3f` library and return an entry for each of its models that can be read."""
    archive = ZipFiles(file)
    library = read_library(archive)
    entries: list[dict[str, Any]] = []
    notes: list[str] = []
    taken: set[str] = set()
    for piece in library.entries:
        files = RecordingFiles(archive)
        try:
            notes.extend(read_model(files, piece.key).notes)
        except AssetError as error:
            notes.append(f"{piece.key} is left out: {error}")
            continue
        entry = _library_entry(piece, library, file.name, name, options, taken)
        entries.append(entry | {"sha256": files.content_hash()})
    if not entries:
        raise AssetError(f"'{file}': none of its {len(library.entries)} models can be read")
    shutil.copyfile(file, new / file.name)
    return entries, notes


def _library_entry(
    piece: LibraryEntry,
    library: Library,
    file_name: str,
    name: str,
    options: _Options,
    taken: set[str],
) -> dict[str, Any]:
    stem = slug(piece.key.rpartition("/")[2].rpartition(".")[0] or piece.name)
    unique = next(word for n in range(1, 10_000) if (word := stem if n == 1 else f"{stem}_{n}") not in taken)
    taken.add(unique)
    author = options.author if options.author != UNKNOWN else piece.author or library.name or UNKNOWN
    return {
        "id": f"{IMPORTED}/{name}/{unique}",
        "source_library": file_name,
        "source_key": piece.key,
        "name": piece.name or unique,
        "category": options.category,
        "size_m": list(piece.size_m),
        "density_kg_m3": options.density_kg_m3,
        "collision": options.collision,
        "tags": [*options.tags, *([slug(piece.category)] if piece.category else [])],
        "licence": library.licence if options.licence == UNKNOWN else options.licence,
        "author": author,
        "source": f"{file_name} {library.version}".strip(),
    }


def _write_catalogue(file: Path, entries: Sequence[dict[str, Any]]) -> None:
    rows = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    file.write_text(f'{{"pack": "{IMPORTED}", "models": [\n{rows}\n]}}\n', "utf-8")


def _swap(new: Path, target: Path, work: Path) -> None:
    if target.exists():
        target.rename(work / "old")
    new.rename(target)
