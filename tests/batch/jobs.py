"""Job functions that behave and misbehave; workers import this module."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from simgen.errors import AssetError, RenderError


@dataclass(frozen=True)
class Square:
    """Returns the square of its index; a lost job returns its reason."""

    def __call__(self, index: int) -> Any:
        return index * index

    def found(self, index: int) -> Any:
        return None

    def lost(self, index: int, reason: str) -> Any:
        return f"lost {index}: {reason}"


@dataclass(frozen=True)
class Trouble(Square):
    """Does `trouble` at one index; `once` names a file that remembers that it happened."""

    trouble: str
    at: int = 1
    once: Path | None = None

    def __call__(self, index: int) -> Any:
        if index == self.at and not self._happened():
            TROUBLES[self.trouble]()
        return index * index

    def _happened(self) -> bool:
        if self.once is None:
            return False
        happened = self.once.exists()
        self.once.touch()
        return happened


@dataclass(frozen=True)
class Process(Square):
    """Returns the id of the process it runs in."""

    def __call__(self, index: int) -> int:
        return os.getpid()


@dataclass(frozen=True)
class Environment(Square):
    """Returns the thread limits and the modules that were loaded before any job."""

    def __call__(self, index: int) -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if name.endswith("_NUM_THREADS")}


@dataclass(frozen=True)
class Hoard(Square):
    """Keeps 40 MB a job."""

    def __call__(self, index: int) -> int:
        KEPT.append(bytearray(os.urandom(1) * 40_000_000))
        return index


@dataclass(frozen=True)
class Rendezvous(Square):
    """Tells a named pipe that it started, then waits for one byte from another (or for ever)."""

    started: Path
    release: Path

    def __call__(self, index: int) -> int:
        with self.started.open("w") as told:
            told.write(f"{index} {os.getpid()}\n")
        with self.release.open() as waiting:
            waiting.read(1)
        return index


@dataclass(frozen=True)
class DoneAtOnce(Rendezvous):
    """Is done as soon as it has started, though its worker has not told so yet."""

    def found(self, index: int) -> Any:
        return index


@dataclass(frozen=True)
class Last(Square):
    """Waits at one index for a byte from a named pipe."""

    pipe: Path
    at: int

    def __call__(self, index: int) -> int:
        if index == self.at:
            with self.pipe.open() as waiting:
                waiting.read(1)
        return index


@dataclass(frozen=True)
class Deferred(Square):
    """Leaves the end of each job for later: that of job 0 waits until job 1 has begun.

    Attributes:
        pipe: named pipe by which it waits.
        end_trouble: what the end of job 0 does then.
        died: the process dies instead, once, and leaves this file.
    """

    pipe: Path
    end_trouble: str = ""
    died: Path | None = None

    def begin(self, index: int, tell: Callable[[str], None]) -> Callable[[], Any]:
        tell(f" at the start of {index}")
        if index == 1 and not self._has_died():
            with self.pipe.open("w") as told:  # waits for the other end
                told.write("!")
            if self.died:
                self.died.touch()
                os._exit(7)
        return partial(self._end, index)

    def _end(self, index: int) -> int:
        if index == 0 and not self._has_died():
            with self.pipe.open() as waiting:
                waiting.read(1)
            if self.died:
                signal.pause()
            if self.end_trouble:
                TROUBLES[self.end_trouble]()
        return index * index

    def _has_died(self) -> bool:
        return self.died is not None and self.died.exists()


class Unpicklable:
    """Fails when a worker unpickles it."""

    def __reduce__(self) -> Any:
        return (int, ("not a number",))

    def __call__(self, index: int) -> Any:
        return index

    def found(self, index: int) -> Any:
        return None

    def lost(self, index: int, reason: str) -> Any:
        return reason


KEPT: list[bytearray] = []


def _spin() -> None:
    while True:
        pass


def _spin_in_c() -> None:
    ctypes.PyDLL(None).pause()  # holds the interpreter's lock, as a hung driver does


def _raise(error: Exception) -> None:
    raise error


RAISED_AT = _raise.__code__.co_firstlineno + 1

TROUBLES = {
    "exit": lambda: os._exit(7),
    "segfault": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "spin": _spin,
    "spin in c": _spin_in_c,
    "value error": lambda: _raise(ValueError("bad luck")),
    "render error": lambda: _raise(RenderError("frame is empty")),
    "asset error": lambda: _raise(AssetError("pack 'x' is not installed")),
    "full disk": lambda: _raise(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))),
    "no memory": lambda: _raise(MemoryError()),
    "system exit": lambda: _raise(SystemExit(3)),  # type: ignore[arg-type]
}
