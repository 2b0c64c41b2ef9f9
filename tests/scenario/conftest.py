"""What the scenario tests share: a small scenario that loads, and a way to see the problems of one that does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simgen.errors import ScenarioError
from simgen.scenario import load_text

EVERY_VALUE = Path(__file__).parent / "data" / "every_value.yaml"
EVERY_EVENT = EVERY_VALUE.with_name("every_event.yaml")
SMALL = """\
simgen: "1"
name: small
objects:
  box:
    asset: procedural/carton
    place: {at: {position: [0, 0, 1]}}
sensors:
  cam: {fixed: {position: [2, 0, 1], look_at: box}}
"""


@pytest.fixture
def small() -> str:
    return SMALL


@pytest.fixture
def problems() -> Callable[..., list[str]]:
    """Return the problems of a text, as lines."""

    def of(text: str, *overrides: str, folder: Path | None = None) -> list[str]:
        with pytest.raises(ScenarioError) as caught:
            load_text(text, overrides, folder=folder, file="x.yaml")
        return [str(problem) for problem in caught.value.problems]

    return of
