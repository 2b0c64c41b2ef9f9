"""The example of `docs/lighting.md` is a part of a scenario that loads; its table is what the code gives."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import radians
from pathlib import Path

import pytest

from simgen.assets.daylight import beam_lux, sky_lux
from simgen.scenario import load_text

PAGE = (Path(__file__).parents[2] / "docs" / "lighting.md").read_text(encoding="utf-8")
REST = """
simgen: "1"
name: example
actors: {ego: {asset: {procedural: box}, place: {at: {position: [0, 0, 0]}}, behaviour: {idle: {}}}}
sensors: {front: {fixed: {position: [0, 0, 1], look_at: [1, 0, 1]}}}
"""


def test_the_example_loads() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    scenario = load_text(REST + block)
    assert set(scenario.lights) == {"low_beam", "street"}
    assert scenario.fog is not None


@pytest.mark.parametrize(("row", "lux_at"), [("sky", sky_lux), ("sun on", lambda h: beam_lux(h, 2.5))])
def test_the_table_of_natural_light_is_what_the_code_gives(
    row: str, lux_at: Callable[[float], float]
) -> None:
    line = next(line for line in PAGE.splitlines() if line.startswith(f"| {row}"))
    values = [float(cell.replace(",", "")) for cell in line.split("|")[2:-1]]
    for elevation_deg, told in zip((60, 20, 5, 0, -6, -12, -20), values, strict=True):
        assert told == pytest.approx(lux_at(radians(elevation_deg)), rel=0.01)
