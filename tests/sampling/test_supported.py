"""What the format can say and this version does not draw is refused by name, not left out in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from simgen.assets import AssetLibrary
from simgen.errors import UsageError
from simgen.sampling import sample
from simgen.sampling.supported import unsupported
from simgen.scenario import load, scene_names
from simgen.scenario.load import find

EVERY_EVENT = Path(__file__).parents[1] / "scenario" / "data" / "every_event.yaml"


def test_every_part_that_is_not_drawn_is_named() -> None:
    found = unsupported(load(EVERY_EVENT))
    assert {"actors", "events", "faults", "lights", "params.ttc0", "capture.duration"} <= set(found)
    assert {"objects.crate.attached_to", "objects.hidden.motion", "objects.hidden.place.along"} <= set(found)


def test_a_scenario_with_such_parts_is_refused_before_anything_is_drawn() -> None:
    with pytest.raises(UsageError, match=r"'every_event' uses actors, .*events.*remove them"):
        sample(load(EVERY_EVENT), 0, 0, AssetLibrary())


@pytest.mark.parametrize("name", scene_names())
def test_shipped_scenes_use_nothing_of_the_kind(name: str) -> None:
    assert unsupported(load(find(name))) == ()
