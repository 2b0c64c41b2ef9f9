"""Prepared models, surfaces and collision shapes on disk: one file each, found by what it was made from.

A file that is damaged or of another version is treated as absent. Writers write beside and rename, so a file is
whole or not there. Of several processes that want the same one, the first makes it and the others wait for it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from simgen.assets.locks import held
from simgen.assets.packed import (
    pack_collision,
    pack_model,
    pack_surface,
    unpack_collision,
    unpack_model,
    unpack_surface,
)
from simgen.errors import AssetError
from simgen.memory import return_freed_memory
from simgen.records.asset import Collision, Model, Surface
from simgen.resources import cache_folder

Made = TypeVar("Made")
# Of a kind that are kept: a road needs eight, code that draws them otherwise all anew; assumed
_MOST_RESULTS = 300
_LONGEST_WAIT_S = 120.0  # assumed: longer than any model takes; after it, the same work is done twice


def cached_model(key: str, make: Callable[[], Model]) -> Model:
    """Return the prepared model of `key` (hex), made and stored if no sound file holds it.

    Raises:
        AssetError: the model cannot be made, or the cache folder cannot be written.
    """
    return _cached(_file("models", key, "model"), make, pack_model, unpack_model)


def cached_collision(key: str, make: Callable[[], Collision]) -> Collision:
    """Return the collision shape of `key` (hex), likewise.

    Raises:
        AssetError: as for models.
    """
    return _cached(_file("collisions", key, "hulls"), make, pack_collision, unpack_collision)


def cached_surface(key: str, make: Callable[[], Surface]) -> Surface:
    """Return the surface of `key` (hex), likewise; where the folder cannot be written, it is made each time."""
    return cached_result(("surfaces", "surface"), key, make, pack_surface, unpack_surface)


def cached_result(
    kind: tuple[str, str],
    key: str,
    make: Callable[[], Made],
    pack: Callable[[Made], bytes],
    unpack: Callable[[bytes], Made],
) -> Made:
    """Return what was made for `key` (hex) before, or make it; where the folder cannot be written, each time.

    The folder is bounded: when a new file is one too many, those that were made longest ago are removed.

    Args:
        kind: name of its folder, and the ending of its files.
        unpack: raises ValueError where the bytes are damaged or of another version.
    """
    file = _file(kind[0], key, kind[1])
    found = _read(file, unpack)
    if found is not None:
        return found
    made = make()
    with suppress(AssetError):
        _store(file, pack(made))
        _keep_newest(file.parent.parent, f"*/*.{kind[1]}", _MOST_RESULTS)
    return made


def _keep_newest(folder: Path, pattern: str, most: int) -> None:
    """Remove all but the newest files of a pattern; whoever wants one of the removed makes it anew."""
    dated = list[tuple[float, str]]()
    for file in folder.glob(pattern):
        with suppress(OSError):  # removed by another process
            dated.append((file.stat().st_mtime, str(file)))
    for _, name in sorted(dated)[: max(len(dated) - most, 0)]:
        with suppress(OSError):
            Path(name).unlink()


def _file(kind: str, key: str, suffix: str) -> Path:
    return cache_folder() / kind / key[:2] / f"{key}.{suffix}"


def _cached(
    file: Path, make: Callable[[], Made], pack: Callable[[Made], bytes], unpack: Callable[[bytes], Made]
) -> Made:
    found = _read(file, unpack)
    if found is not None:
        return found
    with held(cache_folder() / "locks" / f"{file.name}.lock", _LONGEST_WAIT_S):
        found = _read(file, unpack)
        if found is not None:
            return found
        data = pack(make())
        _store(file, data)
    return_freed_memory()  # making a model needs much
    return unpack(data)


def _read(file: Path, unpack: Callable[[bytes], Made]) -> Made | None:
    with suppress(OSError, ValueError, KeyError, TypeError, IndexError):
        return unpack(file.read_bytes())
    return None


def _store(file: Path, data: bytes) -> None:
    """Write a result whole or not at all."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(data)
            Path(temporary).replace(file)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise AssetError(
            f"cannot write the model cache '{file.parent}' ({error.strerror}); "
            "free some space or set SIMGEN_CACHE to another folder"
        ) from error
