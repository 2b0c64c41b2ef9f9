"""Memory that was freed goes back to the system, so that many processes fit beside each other."""

from __future__ import annotations

import ctypes
import resource
import sys
from pathlib import Path

_SLACK_BYTES = 96 << 20  # assumed: what a worker may keep in hand


def return_freed_memory() -> None:
    """Hand freed memory back to the system; where the C library cannot be asked to, do nothing.

    glibc keeps what is freed between things still in use: tens of MiB a scene, some hundred over a run. Giving it
    back takes a few milliseconds, and to touch it again ten times that.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def resident_bytes() -> int:
    """Return the resident memory of this process; where the system does not say, its peak."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


class FreedMemory:
    """Hands freed memory back once a process has grown by much since it last did; what is made next reuses the rest."""

    def __init__(self, slack_bytes: int = _SLACK_BYTES) -> None:
        self._slack_bytes, self._after_return = slack_bytes, 0

    def tidy(self) -> None:
        """Hand it back if there is much; call it after each thing made."""
        if resident_bytes() > self._after_return + self._slack_bytes:
            return_freed_memory()
            self._after_return = resident_bytes()
