"""What holds a context, a process or a lock, and is left by `with`."""

from __future__ import annotations

from abc import abstractmethod
from types import TracebackType
from typing import Protocol, Self


class Closable(Protocol):
    """Something to be closed after use: a `with` block closes it on every way out."""

    @abstractmethod
    def close(self) -> None:
        """Give back what is held."""
        ...

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close; an error goes on to whoever called."""
        self.close()
