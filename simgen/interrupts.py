"""Ctrl-C while much is being loaded: kept until the loading is done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interrupts_held() -> Generator[None]:
    """Deliver Ctrl-C and SIGTERM when the block ends.

    Python runs a callback after every import, and drops an exception that falls into it: a Ctrl-C then would do
    nothing at all, and it is likely to fall there, since a signal that comes while a library is being loaded is
    handled in the first Python code afterwards.

    A signal whose handler Python does not know, and any thread but the main one, is left as it is.
    """
    arrived: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        del frame
        arrived.append(number)

    handlers = {}
    if threading.current_thread() is threading.main_thread():
        handlers = {
            number: handler for number in _SIGNALS if (handler := signal.getsignal(number)) is not None
        }
    for number in handlers:
        signal.signal(number, note)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for number in dict.fromkeys(arrived):
            signal.raise_signal(number)
