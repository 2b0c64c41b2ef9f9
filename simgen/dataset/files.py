"""Writing and reading files so that nothing is half there: fsync, temporary names, readable errors."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simgen.errors import DatasetError


@dataclass(frozen=True, slots=True)
class Checksum:
    """SHA-256 (hex) and size of one file."""

    sha256: str
    size_bytes: int

    @staticmethod
    def of(data: bytes) -> Checksum:
        """Return the checksum of some bytes."""
        return Checksum(hashlib.sha256(data).hexdigest(), len(data))


@contextmanager
def disk_errors(path: Path, remedy: str = "") -> Generator[None]:
    """Turn what the file system refuses into a DatasetError that names the place.

    Args:
        remedy: what to try; by default what `generate` can be told.
    """
    try:
        yield
    except OSError as error:
        reason, place = error.strerror or str(error), path if remedy else error.filename or path
        raise DatasetError(f"cannot write {place}: {reason}; {remedy or _remedy(error)}") from error


def _remedy(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "make room there, then --resume"
    return "give another --out, or allow writing there and --resume"


def sync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's entries, are on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_synced(path: Path, data: bytes) -> None:
    """Replace a file in one step: other processes see the old bytes or the new, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(data)
        sync(temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync(path.parent)


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        DatasetError: it is missing or cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise DatasetError(
            f"{path} is missing; make its scene again: delete its scene folder and run generate --resume"
        ) from error
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror}") from error


def read_json(path: Path) -> Any:
    """Return a JSON file's value.

    Raises:
        DatasetError: it is missing or no JSON.
    """
    try:
        return json.loads(read_bytes(path))
    except (ValueError, RecursionError) as error:
        raise damaged(path, error) from error


def damaged(path: Path, why: object) -> DatasetError:
    """Return the error of a file of a scene that is not what was written."""
    told = (
        f"{type(why).__name__}: {why}" if isinstance(why, LookupError | TypeError) else why
    )  # bare keys say little
    return DatasetError(f"{path} is damaged ({told}); delete its scene folder and run generate --resume")


def to_json(value: object) -> bytes:
    """Return indented JSON, keys in the order given."""
    return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
