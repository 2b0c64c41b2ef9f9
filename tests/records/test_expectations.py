"""A scene has failed if an armed event's label never appears, or what must be seen never is; the text says why."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from simgen.records.expectations import Sightings, unmet_labels
from tests.episodes import episode, event, expected, happened, rolled


def told(**times: Any) -> tuple[str, ...]:
    scene = episode(events=[event()])
    occurrence = happened(scene.events[0], scene, **times)
    return unmet_labels(scene, rolled(scene, occurrences=(occurrence,)))


def test_a_label_on_one_frame_is_enough() -> None:
    assert told() == ()
    assert told(active_s=0.7, over_s=None) == ()


@pytest.mark.parametrize(
    ("times", "why"),
    [
        ({"triggered_s": None, "active_s": None, "over_s": None}, "never triggered until 0.700 s"),
        ({"active_s": None, "over_s": None}, "triggered at 0.200 s, and never became active until 0.700 s"),
        ({"active_s": 0.31, "over_s": 0.39}, "active from 0.310 s to 0.390 s, and no frame was taken then"),
        ({"active_s": 0.75, "over_s": None}, "active from 0.750 s, and no frame was taken then"),
    ],
)
def test_a_label_that_never_appears_is_told_with_the_reason(times: dict[str, Any], why: str) -> None:
    (reason,) = told(**times)
    assert reason.startswith("event 'leap': its label 'crossing' never appears: it was ")
    assert why in reason


def test_nothing_is_expected_of_an_event_that_is_not_armed_or_expects_nothing() -> None:
    for each in (event(armed=False), event(label_expected=False)):
        scene = episode(events=[each])
        never = happened(each, scene, triggered_s=None, active_s=None, over_s=None)
        assert unmet_labels(scene, rolled(scene, occurrences=(never,))) == ()


def test_an_object_that_must_be_seen_needs_an_active_event_too() -> None:
    scene = episode(events=[event(label_expected=False, visible_expected=(expected(),))])
    never = happened(scene.events[0], scene, triggered_s=None, active_s=None, over_s=None)
    assert len(unmet_labels(scene, rolled(scene, occurrences=(never,)))) == 1


def test_another_event_with_the_same_label_counts() -> None:
    scene = episode(events=[event("a"), event("b")])
    a, b = rolled(scene).occurrences
    never = replace(a, triggered_s=None, active_s=None, over_s=None)
    assert unmet_labels(scene, rolled(scene, occurrences=(never, b))) == ()


def look(frame_pixels: dict[int, int], sensor: str = "front", name: str = "ball") -> tuple[str, ...]:
    scene = episode(events=[event(visible_expected=(expected(min_px=50),))])
    sightings = Sightings(scene, rolled(scene))
    for frame_index, visible_px in frame_pixels.items():
        sightings.look(sensor, frame_index, [SimpleNamespace(name=name, visible_px=visible_px)])  # type: ignore
    return sightings.unmet()


def test_one_active_frame_with_enough_pixels_is_enough() -> None:
    assert look({3: 0, 4: 50, 5: 0}) == ()


def test_pixels_before_and_after_the_event_do_not_count() -> None:
    assert look({2: 500, 6: 500}) == (
        "event 'leap': 'front' never sees 50 pixels of 'ball' while it is active: none",
    )
    assert look({4: 49, 5: 12})[0].endswith("at most 49, in frame 4")


def test_other_sensors_and_other_objects_do_not_count() -> None:
    assert look({4: 500}, sensor="rear")
    assert look({4: 500}, name="car")


def test_any_of_several_objects_will_do() -> None:
    scene = episode(events=[event(visible_expected=(expected(5, ("car", "ball")),))])
    sightings = Sightings(scene, rolled(scene))
    sightings.look("front", 4, [SimpleNamespace(name="car", visible_px=5)])  # type: ignore[list-item]
    assert sightings.unmet() == ()
