"""The supervisor's end of one worker: start it, order, listen, end it."""

from __future__ import annotations

import socket
import tempfile
import time
from contextlib import suppress
from multiprocessing.connection import Connection

from simgen.batch.fork_server import ForkServer, ending_of
from simgen.batch.messages import Message, Start

_EXIT_S = 5.0  # a worker that lost its socket ends within milliseconds, unless a driver holds it


class WorkerProcess:
    """One child process and the job it holds.

    Attributes:
        number: from 1, never used twice in a batch.
        ready: whether it has said that it can work.
        index: the job it holds, or None.
        attempt: of that job, from 1.
        retry_index: job that it was started for, after another worker died of it.
        ending: jobs that it has done but for their ends: index -> (attempt, deadline).
        jobs_done: jobs it returned.
        orphaned: whether it ended because the fork server did.
    """

    def __init__(self, number: int, server: ForkServer, start: Start) -> None:
        self.number, self.ready, self.jobs_done = number, False, 0
        self.index: int | None = None
        self.attempt = 0
        self.retry_index: int | None = None
        self.orphaned = False
        self.deadline_s = float("inf")
        self.ending: dict[int, tuple[int, float]] = {}
        self._server = server
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the worker)
        ours, theirs = socket.socketpair()
        with theirs:
            server.fork(number, theirs.fileno(), self._output.fileno())
        self.link = Connection(ours.detach())
        with suppress(OSError):  # it is gone already: the next wait reports its end
            self.link.send(start)

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

    def set_aside(self) -> None:
        """Let it take another job while it does the end of the one it holds."""
        if self.index is not None:
            self.ending[self.index] = (self.attempt, self.deadline_s)
            self.release()

    def jobs(self) -> list[tuple[int, int]]:
        """Return (index, attempt) of all it has not returned, the one it works at first."""
        held = [] if self.index is None else [(self.index, self.attempt)]
        return held + [(index, attempt) for index, (attempt, _) in self.ending.items()]

    def due_s(self) -> float:
        """Return until when it must say something."""
        return min(self.deadline_s, *(deadline_s for _, deadline_s in self.ending.values()), float("inf"))

    def close(self) -> str:
        """End an idle worker by closing its socket and return how it ended, with the last line it printed."""
        self.link.close()
        with self._output as output:
            try:
                code = self._server.wait(self.number, _EXIT_S)
            except TimeoutError:
                self._server.kill(self.number)
                code = self._server.wait(self.number)
            self.orphaned = code is None
            if code is None:
                return f"the process that workers are forked from ended: {self._server.ending()}"
            return ending_of(code, output)

    def kill(self) -> str:
        """Kill the worker whatever it does and return as `close` does."""
        self._server.kill(self.number)
        return self.close()
