"""Every run is alike: properties are tried on the same examples, and Ctrl-C is heard. Crashes leave their stacks."""

from __future__ import annotations

import signal

import pytest
from hypothesis import settings

from tests import crashes

settings.register_profile("same examples", derandomize=True)
settings.load_profile("same examples")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(crashes.plugin(config), "crashes")


@pytest.fixture(scope="session", autouse=True)
def interrupts_heard() -> None:
    """A shell that begins a run in the background has it ignore Ctrl-C, and all that it starts in turn."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
