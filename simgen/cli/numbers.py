"""Whole numbers on the command line, refused with the value given and the values allowed."""

from __future__ import annotations

from collections.abc import Callable

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
