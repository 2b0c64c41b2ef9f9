"""What is wrong inside one value, before it is known where in which file the value stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

Location = tuple[str | int, ...]
T = TypeVar("T")


class Mistakes(ValueError):
    """One or more mistakes inside a value; each has the way from the value to the mistake."""

    def __init__(self, *details: tuple[Location, str]) -> None:
        self.details = details
        super().__init__("; ".join(message for _, message in details))


def mistake(message: str, *location: str | int) -> Mistakes:
    """Return one mistake, to be raised."""
    return Mistakes((location, message))


def each(parts: Iterable[tuple[str | int, object]], parse: Callable[[object], T]) -> list[T]:
    """Parse every part and return the results; the mistakes of all parts are raised together.

    Args:
        parts: step to the part (key or index) and the part.
        parse: raises `Mistakes` for a wrong part.
    """
    results: list[T] = []
    details: list[tuple[Location, str]] = []
    for step, part in parts:
        try:
            results.append(parse(part))
        except Mistakes as wrong:
            details.extend(((step, *location), message) for location, message in wrong.details)
    if details:
        raise Mistakes(*details)
    return results


def show(value: object) -> str:
    """Return a value as a user would write it, shortened to 60 characters."""
    text = (
        repr(value)
        if not isinstance(value, bool | None)
        else {True: "true", False: "false", None: "null"}[value]
    )
    return text if len(text) <= 60 else f"{text[:57]}..."
