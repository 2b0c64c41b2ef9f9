"""The fork server: imports what workers need, then forks one whenever it is told to, and tells how each ended.

Forking copies what is loaded and only the thread that forks, so it is safe only while there is no other: a lock that
another holds would stay locked for ever. Libraries that are merely imported start none; where one does, or where the
system does not say (it is Linux that lists a process's threads), workers start as fresh processes instead. No
graphics context is ever made here.
"""

from __future__ import annotations

import faulthandler
import gc
import importlib
import json
import os
import select
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from simgen.batch import worker

FORK: Final = b"F"
KILL: Final = b"K"
ABORT: Final = b"A"
# What to do, number of the worker; with FORK come the descriptors of its socket and its output
REQUEST: Final = "<cI"
NOTICE: Final = "<Ii"  # number of a worker that has ended, exit code or -signal

_FRESH = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from simgen.batch.worker import main; main(int(sys.argv[2]), int(sys.argv[3]))"
)


def main(fd: int, parent_pid: int, modules: Sequence[str]) -> None:
    """Serve the process that started this one, on socket `fd`, until it closes."""
    worker.outlive_interrupts(parent_pid)
    faulthandler.enable()
    with socket.socket(fileno=fd) as control:
        _load(modules)
        _Server(control).serve()


def _load(modules: Sequence[str]) -> None:
    gc.disable()  # little of what is loaded becomes garbage, and looking for it takes a tenth of the time
    for name in modules:
        try:
            importlib.import_module(name)
        except Exception:  # noqa: BLE001 (whatever it is, the worker that needs it meets it too, and is heard)
            traceback.print_exc()
    gc.enable()
    gc.freeze()  # else the first collection of every worker would touch, and so copy, all that was loaded


class _Server:
    """Children by process id, and the pipe that wakes the server when one ends."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._numbers: dict[int, int] = {}
        self._woken, self._wake = os.pipe()
        for end in (self._woken, self._wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._wake)
        signal.signal(signal.SIGCHLD, _nothing)

    def serve(self) -> None:
        """Do what is asked until the socket closes."""
        is_open = True
        while is_open:
            ready, _, _ = select.select([self._control, self._woken], [], [])
            if self._woken in ready:
                os.read(self._woken, 4096)
                self._reap()
            if self._control in ready:
                is_open = self._obey()
        for pid in self._numbers:
            os.kill(pid, signal.SIGKILL)

    def _obey(self) -> bool:
        """Do the next thing asked; return whether there may be more."""
        size = struct.calcsize(REQUEST)
        request, descriptors, _, _ = socket.recv_fds(self._control, size, 2, socket.MSG_WAITALL)
        if len(request) < size:
            return False
        order, number = struct.unpack(REQUEST, request)
        if order == FORK:
            link, output = descriptors
            self._numbers[self._begin(link, output)] = number
            os.close(link)
            os.close(output)
        else:
            for pid in [pid for pid, known in self._numbers.items() if known == number]:
                os.kill(pid, signal.SIGKILL if order == KILL else signal.SIGABRT)
        return True

    def _begin(self, link: int, output: int) -> int:
        """Start a worker and return its process id."""
        if not _is_single_threaded():
            return _spawn(link, output)
        pid = os.fork()
        if pid == 0:
            self._become_worker(link, output)
        return pid

    def _become_worker(self, link: int, output: int) -> NoReturn:
        """Leave all that is the server's behind and work; never return to what it was doing."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            server_pid = os.getppid()
            for stream in (1, 2):
                os.dup2(output, stream)
            for mine in (output, self._woken, self._wake, self._control.detach()):
                os.close(mine)
            worker.main(link, server_pid)
            code = 0
        except BaseException:  # noqa: BLE001 (printed: its last line is told as the reason of the worker's end)
            traceback.print_exc()
        finally:
            os._exit(code)

    def _reap(self) -> None:
        """Tell of all children that have ended."""
        while self._numbers:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            code = os.waitstatus_to_exitcode(status)
            self._control.sendall(struct.pack(NOTICE, self._numbers.pop(pid), code))


def _is_single_threaded() -> bool:
    try:
        return len(list(Path("/proc/self/task").iterdir())) == 1
    except OSError:
        return False


def _spawn(link: int, output: int) -> int:
    """Start a worker as a fresh process and return its id."""
    os.set_inheritable(link, True)
    command = [sys.executable, "-c", _FRESH, json.dumps(sys.path), str(link), str(os.getpid())]
    streams = [(os.POSIX_SPAWN_DUP2, output, stream) for stream in (1, 2)]
    return os.posix_spawn(sys.executable, command, os.environ, file_actions=streams)


def _nothing(number: int, frame: FrameType | None) -> None:
    """Handle a signal that is only to wake `select`."""
    del number, frame
