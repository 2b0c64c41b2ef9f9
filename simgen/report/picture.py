"""Pictures made for people, written whole or not at all, with readable errors."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from simgen.dataset.png import encode_png
from simgen.errors import SimgenError, UsageError

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}


def check_picture_name(path: Path) -> None:
    """Check that a picture can have this name; ask before the work is done, not after.

    Raises:
        UsageError: the ending names no known format, or a folder has the name.
    """
    if path.suffix.lower() not in FORMATS:
        known = ", ".join(FORMATS)
        raise UsageError(
            f"{path}: a picture's name ends in one of {known}; for example {path.stem or 'it'}.png"
        )
    if path.is_dir():
        raise UsageError(
            f"{path} is a folder; give the picture's own name, for example {path / 'picture.png'}"
        )


def save_picture(image: Image.Image, path: Path) -> None:
    """Write a picture in the format its name says; replaced in one step where it exists.

    Raises:
        UsageError: see `check_picture_name`.
        SimgenError: the disk refuses.
    """
    kind = FORMATS.get(path.suffix.lower(), "")
    if kind == "PNG" and image.mode == "RGB":  # Pillow's encoder takes a second for a sheet
        save_png(packed(image), path)
    else:
        _replace(path, lambda part: image.save(part, kind))


def packed(image: Image.Image) -> bytes:
    """Return the PNG file of an RGB picture."""
    return encode_png(np.asarray(image))


def save_png(data: bytes, path: Path) -> None:
    """Write the file of a picture as `save_picture` does."""
    _replace(path, lambda part: part.write_bytes(data))


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    check_picture_name(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            write(part)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise SimgenError(
            f"cannot write {path}: {reason}; make room or get the rights there, or give another place"
        ) from error
