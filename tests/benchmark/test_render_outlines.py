"""The bench's line about the cost of whole outlines, with a renderer whose times are known."""

from __future__ import annotations

from typing import Any

import pytest
from render import outlines

from simgen.records.frame import View
from tests.builders import make_scene, sphere

SCENE = make_scene([sphere(), sphere()])


class Clocked:
    """Takes 10 ms for labels, 5 or 50 for outlines, 20 for colour, and 1 s more for the first of each."""

    def __init__(self, outlines_s: float) -> None:
        self.now_s, self.outlines_s, self.drawn = 0.0, outlines_s, list[tuple[bool, bool]]()

    def render(self, view: View, *, lit: bool = True) -> None:
        what = (view.outlines, lit)
        self.now_s += 0.01 + self.outlines_s * view.outlines + 0.02 * lit + (what not in self.drawn)
        self.drawn.append(what)


@pytest.mark.parametrize(("outlines_s", "ratio"), [(0.005, 0.25), (0.05, 2.5)])
def test_outlines_are_held_to_the_time_of_the_colour_pass(
    monkeypatch: pytest.MonkeyPatch, outlines_s: float, ratio: float
) -> None:
    session: Any = Clocked(outlines_s)
    monkeypatch.setattr(outlines, "process_time", lambda: session.now_s)
    found = outlines.outline_cost(session, SCENE, every=6)
    [line] = found["lines"]
    assert line.value == pytest.approx(ratio)
    assert line.holds is (ratio <= 1)
    assert "whole outlines of the 2 objects" in line.what
    assert found["labels alone, ms"] == pytest.approx(10.0)
    assert set(session.drawn) == {(False, False), (True, False), (False, True)}
