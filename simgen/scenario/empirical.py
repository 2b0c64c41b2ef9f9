"""Measured values: a column of a CSV file within the scenario's folder, its content pinned by a hash."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

from simgen.errors import did_you_mean
from simgen.scenario.distributions import Empirical
from simgen.scenario.mistakes import mistake, show
from simgen.scenario.units import Dimension, parse_quantity

MAX_BYTES = 16 * 2**20  # of a CSV file; assumed: a scenario stays quick to load
MAX_ROWS = 1_000_000  # assumed


def confined(folder: Path, relative: str) -> Path:
    """Return the path of a file below `folder`, symbolic links resolved.

    Raises:
        Mistakes: it lies outside of the folder, or is no file.
    """
    root = folder.resolve()
    path = (root / relative).resolve()
    if not path.is_relative_to(root):
        raise mistake(
            f"{show(relative)} lies outside of the scenario's folder; only files within it are read"
        )
    if not path.is_file():
        names = [str(other.relative_to(root)) for other in sorted(path.parent.glob(f"*{path.suffix}"))[:200]]
        raise mistake(
            f"no file {show(relative)} in the scenario's folder;{did_you_mean(relative, names)}".rstrip(";")
        )
    return path


def read_empirical(folder: Path | None, given: dict[str, object], dimension: Dimension) -> Empirical:
    """Return the distribution of a CSV column.

    Args:
        folder: of the scenario; None where it has none.
        given: `file`, `column`, and if wanted `unit` (of every number) and `sha256` (must match the file).
        dimension: what the numbers measure.

    Raises:
        Mistakes: anything wrong with the file, the column or a number, naming the row.
    """
    texts = {name: _text(given, name) for name in ("file", "column", "unit", "sha256")}
    if folder is None:
        raise mistake("a scenario that was not loaded from a file cannot read one; give {values: [...]}")
    path = confined(folder, texts["file"])
    if path.stat().st_size > MAX_BYTES:
        raise mistake(
            f"{show(texts['file'])} has {path.stat().st_size} bytes; at most {MAX_BYTES} are read", "file"
        )
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if texts["sha256"] not in ("", digest):
        raise mistake(
            f"{show(texts['file'])} has changed: its SHA-256 is {digest}, not {texts['sha256']}", "sha256"
        )
    values = _column(content, texts["file"], texts["column"], texts["unit"], dimension)
    return Empirical(tuple(values), texts["file"], texts["column"], texts["unit"], digest)


def _text(given: dict[str, object], name: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str):
        raise mistake(f"expected a text, got {show(value)}", name)
    return value


def _column(content: bytes, file: str, column: str, unit: str, dimension: Dimension) -> list[float]:
    """Return the numbers of one column, SI; a mistake names the file's line."""
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), strict=True)
        names = list(rows.fieldnames or ())
        if column not in names:
            listed = ", ".join(names)
            raise mistake(
                f"{show(file)} has no column '{column}'; columns: {listed};{did_you_mean(column, names)}",
                "column",
            )
        values = [_number(row[column], unit, dimension, f"{file}:{rows.line_num}") for row in rows]
    except (UnicodeDecodeError, csv.Error) as reason:
        raise mistake(f"{show(file)} is not a CSV file in UTF-8: {reason}", "file") from reason
    if len(values) > MAX_ROWS:
        raise mistake(f"{show(file)} has {len(values)} rows; at most {MAX_ROWS} are read", "file")
    return values


def _number(text: str | None, unit: str, dimension: Dimension, place: str) -> float:
    try:
        return parse_quantity(f"{text or ''} {unit}", dimension)
    except ValueError as wrong:
        raise mistake(f"{place}: {wrong}", "column") from wrong
