"""The engine itself: the only file that imports PyBullet."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress

__all__ = ["pybullet"]


@contextmanager
def _muted() -> Generator[None]:
    """Send file descriptors 1 and 2 nowhere: PyBullet prints its build time when imported."""
    for stream in filter(None, (sys.stdout, sys.stderr)):  # None where the descriptor was closed at start
        stream.flush()
    saved = [(fd, os.dup(fd)) for fd in (1, 2) if _is_open(fd)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for fd, _ in saved:
            os.dup2(nowhere, fd)
        yield
    finally:
        for fd, copy in saved:
            os.dup2(copy, fd)
            os.close(copy)
        os.close(nowhere)


def _is_open(fd: int) -> bool:
    with suppress(OSError):
        os.fstat(fd)
        return True
    return False


with _muted():
    import pybullet
