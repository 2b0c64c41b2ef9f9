"""The supervisor's end of one worker: start it, order, listen, end it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from multiprocessing.connection import Connection

from simgen.batch.messages import Message

# A plain `python -c` rather than multiprocessing: it sets the environment before anything is imported, and does
# not run the user's script again in every worker.
_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from simgen.batch.worker import main; main(int(sys.argv[2]), int(sys.argv[3]))"
)
_TAIL_BYTES = 65_536
_EXIT_S = 5.0  # a worker that lost its socket ends within milliseconds, unless a driver holds it


class WorkerProcess:
    """One child process and the job it holds.

    Attributes:
        number: from 1, never used twice in a batch.
        ready: whether it has said that it can work.
        index: the job it holds, or None.
        attempt: of that job, from 1.
        retry_index: job that it was started for, after another worker died of it.
        jobs_done: jobs it returned.
    """

    def __init__(self, number: int, pickled_job: bytes, environment: dict[str, str]) -> None:
        self.number, self.ready, self.jobs_done = number, False, 0
        self.index: int | None = None
        self.attempt = 0
        self.retry_index: int | None = None
        self.deadline_s = float("inf")
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the worker)
        ours, theirs = socket.socketpair()
        with theirs:
            arguments = [json.dumps(sys.path), str(theirs.fileno()), str(os.getpid())]
            self._process = subprocess.Popen(  # noqa: S603 (this interpreter, our own code)
                [sys.executable, "-c", _BOOT, *arguments],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=self._output,
                env={**os.environ, **environment},
            )
        self.link = Connection(ours.detach())
        self._send_bytes(pickled_job)

    def _send_bytes(self, data: bytes) -> None:
        with suppress(OSError):  # it is gone already: the next wait reports its end
            self.link.send_bytes(data)

    def order(self, index: int, attempt: int, timeout_s: float) -> None:
        """Give the worker a job."""
        self.index, self.attempt = index, attempt
        self.deadline_s = time.monotonic() + timeout_s
        with suppress(OSError):
            self.link.send(index)

    def receive(self) -> Message | None:
        """Return its next message, or None when it has ended."""
        try:
            return self.link.recv()
        except (EOFError, OSError):
            return None

    def release(self) -> None:
        """Take the job from it."""
        self.index, self.deadline_s = None, float("inf")

    def close(self) -> str:
        """End an idle worker by closing its socket and return how it ended, with the last line it printed."""
        self.link.close()
        try:
            code = self._process.wait(timeout=_EXIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        return f"{_ending(code)}{self._last_line()}"

    def kill(self) -> str:
        """Kill the worker whatever it does and return as `close` does."""
        self._process.kill()
        return self.close()

    def _last_line(self) -> str:
        with self._output as output:
            output.seek(0, os.SEEK_END)
            output.seek(max(0, output.tell() - _TAIL_BYTES))
            lines = output.read().decode(errors="replace").strip().splitlines()
        fatal = [line for line in lines if line.startswith("Fatal Python error")]  # faulthandler's first line
        return f": {(fatal or lines)[-1].strip()}" if lines else ""


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
