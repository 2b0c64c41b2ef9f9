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

from simgen.batch.messages import Begun, Doing, Message, Raised, Ready, Returned, Start
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
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    die_with(parent_pid)


def _serve(link: Connection, job: Callable[[int], Any]) -> None:
    orders: SimpleQueue[int] = SimpleQueue()
    threading.Thread(target=_listen, args=(link, orders), daemon=True).start()
    desk = _Desk(link)
    while True:
        desk.work(job, orders.get())


def _listen(link: Connection, orders: SimpleQueue[int]) -> None:
    """Pass orders on; when the supervisor closes the socket or dies, end at once, whatever runs."""
    try:
        while True:
            orders.put(link.recv())
    except (EOFError, OSError):
        os._exit(0)


class _Desk:
    """Does one job after the other; the end of one, where it has such a thing, while the next is done."""

    def __init__(self, link: Connection) -> None:
        self._link, self._speaking = link, threading.Lock()
        self._ending: threading.Thread | None = None

    def work(self, job: Callable[[int], Any], index: int) -> None:
        """Do a job, or all but its end."""
        begin: Callable[[int, Callable[[str], None]], Callable[[], Any]] | None = getattr(job, "begin", None)
        if begin is None:
            self._answer(index, lambda: job(index))
            return
        try:
            end = begin(index, lambda place: self._say(Doing(index, place)))
        except BaseException as error:  # noqa: BLE001 (as above)
            self._say(_raised(index, error))
            return
        if self._ending is not None:
            self._ending.join()  # one at a time
        self._say(Begun(index, resident_bytes()))
        self._ending = threading.Thread(target=self._answer, args=(index, end), daemon=True)
        self._ending.start()

    def _answer(self, index: int, do: Callable[[], Any]) -> None:
        """Do what is left of a job and tell its result; one that cannot be pickled counts as an exception."""
        try:
            answer = pickle.dumps(Returned(index, do(), resident_bytes()))
        except BaseException as error:  # noqa: BLE001 (as above)
            answer = pickle.dumps(_raised(index, error))
        with self._speaking:
            self._link.send_bytes(answer)

    def _say(self, message: Message) -> None:
        with self._speaking:
            self._link.send(message)


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
