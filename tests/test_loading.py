from __future__ import annotations

import gc
import signal
import subprocess
import sys

import pytest

from simgen.loading import loading


@pytest.fixture(autouse=True)
def collector():
    yield
    gc.enable()
    gc.unfreeze()


def test_nothing_is_collected_while_loading_and_nothing_loaded_afterwards() -> None:
    with loading():
        assert not gc.isenabled()
        loaded = [{}]
    assert gc.isenabled()
    assert not any(found is loaded for found in gc.get_objects())


def test_who_collects_nothing_goes_on_so() -> None:
    gc.disable()
    with loading():
        pass
    assert not gc.isenabled()


def test_an_interrupt_comes_when_the_loading_is_done() -> None:
    reached = False
    with pytest.raises(KeyboardInterrupt), loading():
        signal.raise_signal(signal.SIGINT)
        reached = True
    assert reached
    assert gc.isenabled()


def test_a_command_ends_without_looking_for_garbage() -> None:
    code = (
        "import atexit, gc, sys; import simgen.__main__ as program; sys.argv[1:] = ['--version'];"
        "atexit.register(lambda: print(gc.get_freeze_count() > 1000)); program.run()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "True"
