"""How a worker ended, in words, what to try then, and the log that keeps what it printed."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from simgen.processes import ending

_TAIL_BYTES = 65_536
_CRASHES: Final = {-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGILL, -signal.SIGFPE, -signal.SIGABRT}
_ADVICE_CRASH = (
    "a native library crashed, mostly the graphics driver: ask simgen doctor, update the driver, "
    "or give the other --renderer"
)
_ADVICE_KILLED = "the system ends a process so when memory runs out: give fewer --workers, or smaller scenes"
_ADVICE_TIME_OUT = "if one view takes that long, give it fewer pixels or samples"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a process ended.

    Attributes:
        reason: exit code or signal, and the last line it printed.
        advice: what to try, empty where nothing is known to help.
        output: the end of what it printed: of a native crash the stack of every thread.
    """

    reason: str
    advice: str = ""
    output: bytes = b""

    @staticmethod
    def of(code: int, printed: IO[bytes]) -> Ending:
        """Return the ending of a process with an exit code, or -N for signal N, and a file that took its output."""
        output = _tail(printed)
        lines = output.decode(errors="replace").strip().splitlines()
        fatal = [line for line in lines if line.startswith("Fatal Python error")]  # faulthandler's first line
        reason = f"{ending(code)}: {(fatal or lines)[-1].strip()}" if lines else ending(code)
        return Ending(reason, _advice(code), output)

    @staticmethod
    def of_late(limit_s: float, printed: bytes) -> Ending:
        """Return the ending of a process that was ended because it did not get on for longer than it may."""
        return Ending(f"did not get on for {limit_s:g} s", _ADVICE_TIME_OUT, printed)


def _tail(printed: IO[bytes]) -> bytes:
    printed.seek(0, os.SEEK_END)
    printed.seek(max(0, printed.tell() - _TAIL_BYTES))
    return printed.read()


def _advice(code: int) -> str:
    if code in _CRASHES:
        return _ADVICE_CRASH
    return _ADVICE_KILLED if code == -signal.SIGKILL else ""


@dataclass(frozen=True, slots=True)
class CrashLogs:
    """Keeps what workers printed that died, a file a death; without a folder, nothing."""

    folder: Path | None = None

    def keep(self, index: int, attempt: int, place: str, ended: Ending) -> Path | None:
        """Write the log of one death and return where it is; None where nothing was printed, or none can be written.

        A log that cannot be written ends no batch: what is told of the death stands without it.
        """
        if self.folder is None or not ended.output.strip():
            return None
        path = self.folder / f"scene_{index:06d}_attempt_{attempt}.log"
        head = f"scene {index}, attempt {attempt}{place}: {ended.reason}\n\n"
        with suppress(OSError):
            self.folder.mkdir(exist_ok=True)
            path.write_bytes(head.encode() + ended.output)
            return path
        return None
