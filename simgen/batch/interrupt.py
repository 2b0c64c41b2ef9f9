"""Ctrl-C, SIGTERM and the end of the terminal, counted instead of raised: the supervisor stops where it is safe."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any, Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class InterruptCounter:
    """Counts requests to stop while it is open; `fileno` becomes readable at each, to wake a waiting loop.

    A signal that the program ignores, as under `nohup` or in a script's background, stays ignored. Outside the main
    thread Python allows no signal handlers: then nothing is counted and the program's own stay.
    """

    def __init__(self) -> None:
        self.count = 0
        self._previous: dict[int, Any] = {}
        self._read_fd, self._write_fd = os.pipe()
        os.set_blocking(self._read_fd, False)
        os.set_blocking(self._write_fd, False)

    def fileno(self) -> int:
        """Return the descriptor to wait on."""
        return self._read_fd

    def drain(self) -> None:
        """Make the descriptor unreadable until the next request."""
        with suppress(BlockingIOError):
            while os.read(self._read_fd, 64):
                pass

    def _note(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.count += 1
        with suppress(BlockingIOError):
            os.write(self._write_fd, b"!")

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (k for k in _SIGNALS if signal.getsignal(k) != signal.SIG_IGN):
                self._previous[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        os.close(self._read_fd)
        os.close(self._write_fd)
