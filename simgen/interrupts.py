"""Ctrl-C while much is being loaded: kept until the loading is done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager

_SIGNALS = frozenset({signal.SIGINT, signal.SIGTERM})


@contextmanager
def interrupts_held() -> Generator[None]:
    """Deliver Ctrl-C and SIGTERM when the block ends.

    Python runs a callback after every import, and drops an exception that falls into it: a Ctrl-C then would do
    nothing at all, and it is likely to fall there, since a signal that comes while a library is being loaded is
    handled in the first Python code afterwards.
    """
    if threading.current_thread() is not threading.main_thread():  # signals are none of its business
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
