"""The supervisor's end of the fork server: a process that loads once what all workers need and then forks them.

A worker that is forked is there within milliseconds and shares what was loaded, where one that starts afresh takes
half a second of a core for it. A server may be started long before it is needed, so that it loads while its owner
does something else. What the server does is in `forking`.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from select import select
from typing import Final

from simgen.batch.cores import ALWAYS
from simgen.batch.deaths import Ending
from simgen.batch.forking import ABORT, FORK, KILL, NOTICE, REQUEST
from simgen.closing import Closable

# A plain `python -c` rather than multiprocessing: it sets the environment before anything is imported, and does
# not run the user's script again.
_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from simgen.batch.forking import main; main(int(sys.argv[2]), int(sys.argv[3]), json.loads(sys.argv[4]))"
)
# What making scenes loads, also what is else imported when first used; names, so that a server starts before they are
# loaded here. None starts a thread or opens a graphics context.
SCENES_NEED: Final = (
    "simgen.pipeline",
    "simgen.assets.procedural",
    "simgen.assets.cache",
    "simgen.assets.hulls",
    "simgen.assets.lacquer",
    "simgen.simulation.bullet",
    "simgen.simulation.active_bullet",
    "simgen.rendering.raster",
    "numpy.ma",  # by `numpy.unique`
)


class ForkServer(Closable):
    """A process to fork workers from, started at once; use it as a context manager, or `close` it.

    It ends, and its workers with it, when it is closed or when the process that started it ends.
    """

    def __init__(self, modules: Sequence[str] = ()) -> None:
        """Start it.

        Args:
            modules: names of what to import before the first worker; one that cannot be imported is left to the
                workers, who say so if they need it.
        """
        self._modules = json.dumps(list(modules))
        self._fate = ""
        self._start()

    def _start(self) -> None:
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the server)
        self._codes: dict[int, int | None] = {}  # of workers: None while they live
        self._control, theirs = socket.socketpair()
        with theirs:
            arguments = [json.dumps(sys.path), str(theirs.fileno()), str(os.getpid()), self._modules]
            self._process = subprocess.Popen(  # noqa: S603 (this interpreter, our own code)
                [sys.executable, "-c", _BOOT, *arguments],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=self._output,
                env={**os.environ, **ALWAYS},
            )

    def fork(self, number: int, link: int, output: int) -> None:
        """Start a worker; in the place of a server that has ended, another is started first.

        Args:
            number: of no other worker whose end was not waited for.
            link: descriptor of its socket, for `worker.main`.
            output: descriptor of the file that takes what it prints.
        """
        if self._process.poll() is not None:
            self._fate = self.ending()
            self.close()
            self._start()
        self._codes[number] = None
        with suppress(
            OSError
        ):  # it has just ended, and with it the worker, which is noticed like any other's end
            socket.send_fds(self._control, [struct.pack(REQUEST, FORK, number)], [link, output])

    def kill(self, number: int) -> None:
        """Kill a worker whatever it does."""
        self._order(KILL, number)

    def abort(self, number: int) -> None:
        """Have a worker print what each of its threads does, be it in a library that never returns, and end."""
        self._order(ABORT, number)

    def _order(self, order: bytes, number: int) -> None:
        with suppress(OSError):
            self._control.sendall(struct.pack(REQUEST, order, number))

    def wait(self, number: int, timeout_s: float = float("inf")) -> int | None:
        """Wait for a worker's end and return its exit code, -N for signal N; None where the server itself has ended.

        Raises:
            TimeoutError: it did not end in that time.
        """
        self.await_end(number, timeout_s)
        return self._codes.pop(number, None)

    def await_end(self, number: int, timeout_s: float = float("inf")) -> None:
        """Wait for a worker's end, or the server's; its exit code is still to be asked for.

        Raises:
            TimeoutError: it did not end in that time.
        """
        until_s = time.monotonic() + timeout_s
        while number in self._codes and self._codes[number] is None:
            left_s = until_s - time.monotonic()
            if not select([self._control], [], [], None if left_s == float("inf") else max(0.0, left_s))[0]:
                raise TimeoutError
            try:
                notice = self._control.recv(struct.calcsize(NOTICE), socket.MSG_WAITALL)
            except ConnectionError:
                notice = b""
            if not notice:
                return
            ended, code = struct.unpack(NOTICE, notice)
            self._codes[ended] = code

    def ending(self) -> str:
        """Return how the server itself last ended, with the last line it printed."""
        return self._fate or Ending.of(self._process.wait(), self._output).reason

    def close(self) -> None:
        """End it at once, and what workers are left."""
        self._process.kill()
        self._process.wait()
        self._control.close()
        self._output.close()
