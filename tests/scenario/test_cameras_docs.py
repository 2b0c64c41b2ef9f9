"""The example of `docs/cameras.md` is a part of a scenario that loads."""

from __future__ import annotations

import re
from pathlib import Path

from simgen.records.scene import BLUR_SAMPLES
from simgen.scenario import load_text

PAGE = (Path(__file__).parents[2] / "docs" / "cameras.md").read_text(encoding="utf-8")
REST = """
simgen: "1"
name: example
objects: {mug: {asset: {procedural: mug}, place: {at: {position: [0, 0, 1]}}}}
actors: {ego: {asset: {procedural: box}, place: {at: {position: [0, 0, 0]}}, behaviour: {idle: {}}}}
"""


def test_the_example_loads() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    sensors = load_text(REST + block).sensors
    assert sensors["front"].shutter == 1 / 60
    assert sensors["close"].aperture is not None
    assert sensors["close"].aperture.focus_on == "mug"


def test_the_page_tells_the_bound_that_there_is() -> None:
    assert f"made of; {BLUR_SAMPLES} unless given" in PAGE
