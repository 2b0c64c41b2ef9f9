"""Renderers as processes that take turns: each draws a few frames, then the next, so that a busy machine slows all."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from render.environments import PEERS, NotMeasured, peer_python
from render.progress import Progress, counted

_OPEN_SECONDS, _ANSWER_SECONDS = 900, 4 * 3600


@dataclass(frozen=True, slots=True)
class Entry:
    """Who takes part.

    Attributes:
        name: in tables.
        script: file in `peers/`.
        environment: name of its requirements there; empty: simgen's own.
        options: told to the script.
        target: how many times simgen is to be as fast; 0: no such target.
    """

    name: str
    script: str
    environment: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    target: float = 0.0

    def __str__(self) -> str:
        return self.name


class Contestant:
    """One renderer with the scene open.

    Raises:
        NotMeasured: it cannot be installed or does not start; the text says why.
    """

    def __init__(self, entry: Entry, folder: Path, *, install: bool) -> None:
        self.entry = entry
        self.wall_s: list[float] = []
        self.cpu_s: list[float] = []
        self.threads = 0
        python = (
            peer_python(entry.environment, install=install) if entry.environment else Path(sys.executable)
        )
        self._log = folder / f"{entry.script}-{os.urandom(4).hex()}.log"
        command = [str(python), str(PEERS / entry.script), str(folder), json.dumps(entry.options)]
        environment = dict(os.environ)
        if entry.environment:
            environment.pop("PYTHONPATH", None)  # meant for simgen's own
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
            )
        self._requests, self._answers = (
            cast("IO[str]", self._process.stdin),
            cast("IO[str]", self._process.stdout),
        )
        hello = self._read(_OPEN_SECONDS)
        self.full_name, self.open_s = str(hello["name"]), float(hello["open_s"])

    def ask(self, **request: Any) -> dict[str, Any]:
        """Send one request and return its answer; raises NotMeasured when the process ends or hangs."""
        try:
            self._requests.write(json.dumps(request) + "\n")
            self._requests.flush()
        except BrokenPipeError:
            raise NotMeasured(self._last_words()) from None
        return self._read(_ANSWER_SECONDS)

    def time(self, frames: Sequence[int], *, keep: bool = True) -> None:
        """Draw frames; keep how long they took unless this is to warm up."""
        answer = self.ask(time=list(frames))
        self.threads = max(self.threads, int(answer["threads"]))
        if keep:
            self.wall_s += answer["wall_s"]
            self.cpu_s += answer["cpu_s"]

    def close(self) -> None:
        """End the process."""
        if self._process.poll() is None:
            self._requests.close()
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()

    def _read(self, seconds: float) -> dict[str, Any]:
        ready, _, _ = select.select([self._answers], [], [], seconds)
        line = self._answers.readline() if ready else ""
        if not line:
            why = f"no answer in {seconds} s" if not ready else self._last_words()
            self._process.kill()
            raise NotMeasured(why)
        return json.loads(line)

    def _last_words(self) -> str:
        lines = [line for line in self._log.read_text(errors="replace").splitlines() if line.strip()]
        return lines[-1].strip() if lines else "it ended without a word"


def open_all(
    entries: Sequence[Entry], folder: Path, *, install: bool
) -> tuple[list[Contestant], list[tuple[Entry, str]]]:
    """Open the scene in every renderer that can; return those, and the others with why not."""
    running: list[Contestant] = []
    refused: list[tuple[Entry, str]] = []
    for entry in counted("opening", list(entries)):
        try:
            running.append(Contestant(entry, folder, install=install))
        except NotMeasured as reason:
            refused.append((entry, str(reason)))
    return running, refused


def take_turns(
    running: list[Contestant], rounds: int, frames_a_turn: int, orbit: int, *, warm_up: bool = True
) -> list[tuple[Entry, str]]:
    """Warm every renderer up, then let each draw the same frames in turn; return those that broke, with why."""
    broken: list[tuple[Entry, str]] = []
    turns = range(-1 if warm_up else 0, rounds)
    progress = Progress("turns", len(turns) * len(running))
    for turn in turns:
        first = max(turn, 0) * frames_a_turn
        frames = [(first + each) % orbit for each in range(frames_a_turn)]
        for contestant in list(running):
            try:
                contestant.time(frames, keep=turn >= 0)
            except NotMeasured as reason:
                broken.append((contestant.entry, str(reason)))
                running.remove(contestant)
                contestant.close()
            progress.step(contestant.entry.name)
    progress.end()
    return broken
