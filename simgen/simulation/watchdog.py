"""Stops a call that never comes back, by the processor time it takes.

Only ever turns a hang into an error: a call that comes back gives the same result on any machine. A second thread looks
at the processor time of the first and raises in it; what waits instead of computing is not stopped.
"""

from __future__ import annotations

import ctypes
import os
import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LIMIT_S = 10.0  # processor time of one call; a step of a behaviour takes microseconds
_LOOK_EVERY_S = 0.05


class NeverEndsError(BaseException):
    """Raised inside a call that takes too long; no `except Exception` of it catches this.

    Attributes:
        seconds: of processor time that it was given.
    """

    seconds = 0.0


class _Watch:
    """What one thread is doing, as the watchdog sees it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.calls = 0  # calls begun; with `busy` it tells one call from the next
        self.busy = False
        self.thread, self.process = threading.get_ident(), os.getpid()
        self._clock = time.pthread_getcpuclockid(self.thread)

    def used_s(self) -> float:
        return time.clock_gettime(self._clock)


_watches = threading.local()


def watched(call: Callable[[], T]) -> T:
    """Return what a call returns.

    Raises:
        NeverEndsError: it used more processor time than `LIMIT_S`.
    """
    watch: _Watch | None = getattr(_watches, "watch", None)
    if watch is None or watch.process != os.getpid():  # threads do not live on in a forked process
        watch = _watches.watch = _Watch()
        threading.Thread(target=_patrol, args=(watch, threading.current_thread()), daemon=True).start()
    watch.calls += 1
    watch.busy = True
    try:
        return call()
    except NeverEndsError as error:
        error.seconds = LIMIT_S
        raise
    finally:
        with watch.lock:
            watch.busy = False


def _patrol(watch: _Watch, thread: threading.Thread) -> None:
    """Look now and then whether one and the same call goes on for too long."""
    call, since = -1, 0.0
    while thread.is_alive():
        time.sleep(_LOOK_EVERY_S)
        with watch.lock:
            if not watch.busy or not thread.is_alive():
                call = -1
            elif watch.calls != call:
                call, since = watch.calls, watch.used_s()
            elif watch.used_s() - since > LIMIT_S:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(watch.thread), ctypes.py_object(NeverEndsError)
                )
