"""Whole numbers and paths on the command line, refused with the value given and what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import typer


def whole_number(low: int | None = None, high: int | None = None) -> Callable[[str], int]:
    """Return a parser of whole numbers from `low` to `high`, both included; None leaves that end open."""
    allowed = _allowed(low, high)

    def parse(text: str) -> int:
        try:
            value = int(str(text))
        except ValueError as error:
            raise typer.BadParameter(f"'{text}' is no whole number; allowed is {allowed}") from error
        if (low is not None and value < low) or (high is not None and value > high):
            raise typer.BadParameter(f"{value} is out of range; allowed is {allowed}")
        return value

    return parse


def _allowed(low: int | None, high: int | None) -> str:
    if low is None:
        return "any whole number" if high is None else f"a whole number up to {high}"
    return f"a whole number from {low}" if high is None else f"a whole number from {low} to {high}"


def named_path(text: str) -> Path:
    """Return a path that was named: an empty text, as of a variable that is not set, would mean the current folder."""
    if not text:
        raise typer.BadParameter("it is empty; give a path, or . for the current folder")
    return Path(text)
