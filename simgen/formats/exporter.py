"""What every exporter is: a function from a dataset to a folder, written whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from simgen.dataset import Dataset
from simgen.errors import DatasetError


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What all exporters understand.

    Attributes:
        split: name of the one split written.
        min_visible_px: leave out objects with fewer visible pixels; None takes the dataset's own limit.
        link: hard-link pictures instead of copying them, where the file system can; saves space, but editing one
            edits both.
    """

    split: str = "all"
    min_visible_px: int | None = None
    link: bool = False


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export wrote and what it left out.

    Attributes:
        path: folder written.
        images: pictures.
        annotations: objects.
        left_out: (reason, count) pairs of objects in the dataset that the export does not hold.
    """

    path: Path
    images: int
    annotations: int
    left_out: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        omitted = "".join(f", {count} left out ({reason})" for reason, count in self.left_out if count)
        return f"{self.images} images, {self.annotations} annotations{omitted} in {self.path}"


class Exporter(Protocol):
    """Writes a dataset in one format into `folder`, which exists and is empty."""

    def __call__(self, dataset: Dataset, folder: Path, options: ExportOptions) -> ExportReport:
        """Write all files; the caller renames the folder when this returns.

        Raises:
            DatasetError: the dataset lacks an output that the format needs, or is damaged.
        """
        ...


@contextmanager
def staged(out: Path) -> Generator[Path]:
    """Give an empty folder beside `out` that becomes `out` when the block ends well, and vanishes otherwise.

    Raises:
        DatasetError: `out` exists, or the disk refuses.
    """
    if out.exists():
        raise DatasetError(f"{out} exists already; give another --out, or remove it first")
    part = out.parent / f".{out.name}.{os.getpid()}.part"
    try:
        part.mkdir(parents=True)
        yield part
        part.rename(out)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DatasetError(
            f"cannot write {error.filename or part}: {reason}; make room or get the rights there, "
            "or give another --out"
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def place_file(source: Path, target: Path, link: bool) -> None:
    """Copy a file, or hard-link it where `link` is set and the file system can."""
    if not source.is_file():
        raise DatasetError(f"{source} is missing; run verify, then generate --resume")
    if link:
        try:
            target.hardlink_to(source)
        except OSError:  # another file system, or one without links: a copy says the same
            shutil.copyfile(source, target)
    else:
        shutil.copyfile(source, target)
