"""Memory that was freed goes back to the system, so that many processes fit beside each other."""

from __future__ import annotations

import ctypes


def return_freed_memory() -> None:
    """Hand freed memory back to the system; where the C library cannot be asked to, do nothing.

    glibc keeps what is freed between things still in use: tens of MiB a scene, some hundred over a run. Giving it
    back takes a few milliseconds.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
