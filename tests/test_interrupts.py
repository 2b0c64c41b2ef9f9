"""Ctrl-C that comes while libraries are being loaded is not lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import weakref
from pathlib import Path

import pytest

from simgen.interrupts import interrupts_held

TINY = Path(__file__).parent / "data" / "tiny.yaml"


class Thing:
    """Something that can be forgotten."""


def forget_with_a_signal() -> None:
    """End a thing whose callback is interrupted, as the one that Python runs after an import may be."""
    thing = Thing()
    forgotten = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGINT))
    del thing
    assert forgotten() is None


def test_an_interrupt_in_a_callback_is_delivered_when_the_block_ends() -> None:
    reached = False
    with pytest.raises(KeyboardInterrupt), interrupts_held():
        forget_with_a_signal()
        reached = True
    assert reached


def test_nothing_is_held_afterwards() -> None:
    with pytest.raises(KeyboardInterrupt):
        with interrupts_held():
            pass
        signal.raise_signal(signal.SIGINT)


def test_holding_twice_ends_with_the_outer_block() -> None:
    inner = False
    with pytest.raises(KeyboardInterrupt), interrupts_held():
        with interrupts_held():
            forget_with_a_signal()
        inner = True
    assert inner


def test_an_interrupt_that_another_thread_takes_is_held_too() -> None:
    def interrupt() -> None:
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)

    reached = False
    with pytest.raises(KeyboardInterrupt), interrupts_held():
        thread = threading.Thread(target=interrupt)
        thread.start()
        thread.join()
        reached = True
    assert reached


def test_other_threads_leave_signals_alone() -> None:
    handlers: list[object] = []

    def work() -> None:
        with interrupts_held():
            handlers.append(signal.getsignal(signal.SIGINT))

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert handlers == [before]


def test_an_ignored_interrupt_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interrupts_held():
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


_INTERRUPTED_WHILE_LOADING = """
import os, signal, sys, weakref

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "simgen.api":
            class Thing: pass
            thing = Thing()
            self.forgotten = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGINT))
            del thing

sys.meta_path.insert(0, Finder())
import simgen.__main__
simgen.__main__.run()
"""


def test_an_interrupt_while_the_command_is_being_loaded_ends_it_in_one_line(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-c",
        _INTERRUPTED_WHILE_LOADING,
        "generate",
        str(TINY),
        "--out",
        str(tmp_path / "a"),
    ]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", "simgen: interrupted\n")
    assert not (tmp_path / "a").exists()
