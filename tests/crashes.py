"""A test process that dies of a signal leaves its stacks in the report of the test that it died in.

What a dying process prints is lost between the dots of the others.
"""

from __future__ import annotations

import faulthandler
import tempfile
from pathlib import Path
from typing import Any

import pytest

_RUNNERS = ("/_pytest/", "/pluggy/", "/xdist/", "/execnet/", '"<string>"')  # whose frames are in every stack
_NOTHING = (
    "no fault of its own was caught: something ended it from outside, as the system does when memory is full"
)


def _stacks_file(run: str, worker: str) -> Path:
    return Path(tempfile.gettempdir()) / f"simgen-tests-{run}-{worker}.txt"


class FaultsOfAWorker:
    """Writes the stacks of all threads to a file when the process gets a deadly signal."""

    def __init__(self, run: str, worker: str) -> None:
        self._path = _stacks_file(run, worker)
        self._file = self._path.open("w", encoding="utf-8")

    def pytest_sessionstart(self) -> None:
        """Take over from pytest, which has them printed."""
        faulthandler.enable(self._file)

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self) -> None:
        """Leave nothing behind."""
        faulthandler.disable()
        self._file.close()
        self._path.unlink(missing_ok=True)


class FaultsOfAll:
    """Puts the stacks of a process that died into the report of its last test."""

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, report: Any) -> None:
        """Add what the process wrote as it died."""
        path = _stacks_file(report.node.workerinput["testrunuid"], report.node.gateway.id)
        stacks = path.read_text(encoding="utf-8") if path.exists() else ""
        path.unlink(missing_ok=True)
        told = [line for line in stacks.splitlines() if not any(name in line for name in _RUNNERS)]
        report.longrepr = "\n".join([str(report.longrepr), *(told or [_NOTHING])])


def plugin(config: pytest.Config) -> object:
    """Return what a process of a run needs: one that runs tests for another, or that other."""
    given: dict[str, str] | None = getattr(config, "workerinput", None)
    return FaultsOfAll() if given is None else FaultsOfAWorker(given["testrunuid"], given["workerid"])
