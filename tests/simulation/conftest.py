from __future__ import annotations

import pytest

from tests.simulation.bodies import HullLibrary


@pytest.fixture(scope="session")
def library() -> HullLibrary:
    return HullLibrary()
