"""The supervisor's end of one worker: start it, order, listen, end it."""

from __future__ import annotations

import socket
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

from simgen.batch.deaths import Ending
from simgen.batch.fork_server import ForkServer
from simgen.batch.messages import Doing, Message, Start

_EXIT_S = 5.0  # a worker that lost its socket ends within milliseconds, unless a driver holds it
_AT_END = " while it was being committed"


@dataclass(frozen=True, slots=True)
class HeldJob:
    """A job that a worker has not returned: its index, which attempt it is, and where in it the worker is."""

    index: int
    attempt: int
    place: str


class WorkerProcess:
    """One child process and the job it holds.

    Attributes:
        number: from 1, never used twice in a batch.
        ready: whether it has said that it can work.
        index: the job it holds, or None.
        attempt: of that job, from 1.
        place: where in that job it is, as it said last; empty where it did not.
        retry_index: job that it was started for, after another worker died of it.
        ending: jobs that it has done but for their ends: index -> (attempt, deadline).
        jobs_done: jobs it returned.
    """

    def __init__(self, number: int, server: ForkServer, start: Start) -> None:
        self.number, self.ready, self.jobs_done = number, False, 0
        self.index: int | None = None
        self.attempt, self.place = 0, ""
        self.retry_index: int | None = None
        self.deadline_s = self._timeout_s = float("inf")
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
        """Give the worker a job; it may take so long from one word of where it is to the next."""
        self.index, self.attempt, self.place = index, attempt, ""
        self._timeout_s = timeout_s
        self.deadline_s = time.monotonic() + timeout_s
        with suppress(OSError):
            self.link.send(index)

    def receive(self) -> Message | None:
        """Return its next message, or None when it has ended."""
        try:
            return self.link.recv()
        except (EOFError, OSError):
            return None

    def note(self, message: Doing) -> None:
        """Remember where in its job it is, and that it gets on with it: a long scene is no scene that hangs."""
        if message.index == self.index:
            self.place = message.place
            self.deadline_s = time.monotonic() + self._timeout_s

    def release(self) -> None:
        """Take the job from it."""
        self.index, self.deadline_s = None, float("inf")

    def set_aside(self) -> None:
        """Let it take another job while it does the end of the one it holds."""
        if self.index is not None:
            self.ending[self.index] = (self.attempt, self.deadline_s)
            self.release()

    def jobs(self) -> list[HeldJob]:
        """Return all it has not returned, the one it works at first."""
        held = [] if self.index is None else [HeldJob(self.index, self.attempt, self.place)]
        return held + [HeldJob(index, attempt, _AT_END) for index, (attempt, _) in self.ending.items()]

    def due_s(self) -> float:
        """Return until when it must say something."""
        return min(self.deadline_s, *(deadline_s for _, deadline_s in self.ending.values()), float("inf"))

    def close(self) -> Ending:
        """End an idle worker by closing its socket and return how it ended."""
        self.link.close()
        with self._output as output:
            try:
                code = self._server.wait(self.number, _EXIT_S)
            except TimeoutError:
                self._server.kill(self.number)
                code = self._server.wait(self.number)
            if code is None:
                return Ending(f"the process that workers are forked from ended: {self._server.ending()}")
            return Ending.of(code, output)

    def kill(self) -> Ending:
        """Kill the worker whatever it does and return as `close` does."""
        self._server.kill(self.number)
        return self.close()

    def stop_late(self, limit_s: float) -> Ending:
        """End a worker that said nothing for longer than it may, once it has printed what it does, and return that."""
        self._server.abort(self.number)
        with suppress(TimeoutError):
            self._server.await_end(self.number, _EXIT_S)
        return Ending.of_late(limit_s, self.kill().output)
