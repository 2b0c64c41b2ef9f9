"""The child process: takes job indices from a socket, runs the job function, sends results back.

It holds what the fork server had loaded (the job function brings the rest), ignores Ctrl-C (the supervisor decides)
and never outlives the supervisor: the socket's end ends it, and on Linux the kernel kills it.
"""

from __future__ import annotations

import faulthandler
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from simgen.batch.messages import Raised, Ready, Returned, Start
from simgen.errors import AssetError, DatasetError, SimgenError, UsageError
from simgen.memory import resident_bytes
from simgen.processes import die_with

START_INDEX = -1
# No fault of one scene: the batch ends with the error instead of failing scene after scene for good.
_DOOMS_ALL = (UsageError, AssetError, DatasetError, OSError, MemoryError)


def main(fd: int, parent_pid: int) -> None:
    """Serve the supervisor on socket `fd` until it closes.

    Args:
        parent_pid: of the fork server.
    """
    outlive_interrupts(parent_pid)
    faulthandler.enable()
    link = Connection(fd)
    try:
        start: Start = link.recv()
        os.environ.update(start.environment)
        sys.path[:] = start.path
        job = pickle.loads(start.job)  # noqa: S301 (from our own supervisor, over a private socket)
    except BaseException as error:  # noqa: BLE001 (told to the supervisor, whatever it is)
        link.send(_raised(START_INDEX, error))
        return
    link.send(Ready())
    _serve(link, job)


def outlive_interrupts(parent_pid: int) -> None:
    """Ignore requests to stop, which the supervisor gets too and acts on, but not the end of the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    die_with(parent_pid)


def _serve(link: Connection, job: Callable[[int], Any]) -> None:
    orders: SimpleQueue[int] = SimpleQueue()
    threading.Thread(target=_listen, args=(link, orders), daemon=True).start()
    while True:
        link.send_bytes(_run(job, orders.get()))


def _listen(link: Connection, orders: SimpleQueue[int]) -> None:
    """Pass orders on; when the supervisor closes the socket or dies, end at once, whatever runs."""
    try:
        while True:
            orders.put(link.recv())
    except (EOFError, OSError):
        os._exit(0)


def _run(job: Callable[[int], Any], index: int) -> bytes:
    """Run one job and return the pickled answer; a result that cannot be pickled counts as an exception."""
    try:
        return pickle.dumps(Returned(index, job(index), resident_bytes()))
    except BaseException as error:  # noqa: BLE001 (as above)
        return pickle.dumps(_raised(index, error))


def _raised(index: int, error: BaseException) -> Raised:
    text = "".join(traceback.format_exception(error))
    dooms_all = isinstance(error, _DOOMS_ALL)
    return Raised(index, type(error).__name__, _told(error), text, resident_bytes(), dooms_all)


def _told(error: BaseException) -> str:
    """Return an error's text; of one that nobody meant, also where it happened."""
    if isinstance(error, SimgenError) or error.__traceback__ is None:
        return str(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{error} (in {last.name}, {Path(last.filename).name}:{last.lineno})".strip()
