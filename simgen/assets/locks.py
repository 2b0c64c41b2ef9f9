"""Locks between processes: who holds one does work that others would otherwise do at the same time.

They save work and protect nothing: files are whole with or without them. So a lock that cannot be had (a file
system without locks, a wait that lasts too long) is done without. The system frees the locks of a dead process.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

_LOOK_AGAIN_S = 0.02  # between looks at a lock that another process holds


@contextmanager
def held(file: Path, longest_wait_s: float) -> Generator[bool]:
    """Hold the lock of a file inside the block, after waiting for it up to `longest_wait_s`; yield whether it is held.

    The file is made for it and is gone afterwards.
    """
    handle = _acquired(file, time.monotonic() + longest_wait_s)
    try:
        yield handle is not None
    finally:
        if handle is not None:
            with suppress(OSError):
                file.unlink()
            os.close(handle)


def _acquired(file: Path, deadline: float) -> int | None:
    """Return the open file that holds the lock, None if it cannot be had in time."""
    while True:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o666)
        except OSError:
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_still(file, handle):
                return handle
            wait_s = 0.0
        except BlockingIOError:
            wait_s = _LOOK_AGAIN_S
        except OSError:
            wait_s = float("inf")
        os.close(handle)
        if time.monotonic() + wait_s > deadline:
            return None
        time.sleep(wait_s)


def _is_still(file: Path, handle: int) -> bool:
    """Return whether the locked file is the one of that name: who held it before has removed it."""
    with suppress(OSError):
        return os.path.samestat(os.fstat(handle), file.stat())
    return False
