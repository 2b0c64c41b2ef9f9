"""What a command does while it loads much: it keeps Ctrl-C for later, and looks for no garbage."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager

from simgen.interrupts import interrupts_held


@contextmanager
def loading() -> Generator[None]:
    """Load inside the block: Ctrl-C is delivered when it ends, and what is loaded is there for good.

    Of what is loaded nothing becomes garbage; looking for some takes a tenth of the time of loading, and afterwards a
    part of that again and again. So Python never looks there. For programs of our own: it holds for the whole process.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        with interrupts_held():
            yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
