"""Counterfactual pairs: one draw with and without an event differs in nothing that the event does not cause."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simgen.assets.library import AssetLibrary
from simgen.records.trajectory import Trajectory
from simgen.sampling import sample
from simgen.simulation import simulate
from tests.sampling.scenarios import block, scenario

LIBRARY = AssetLibrary()
NAMES = ("ball", "far", "dog", "stroller")


def at(x: float, y: float, z: float = 0.0) -> dict[str, Any]:
    return {"at": {"position": [x, y, z]}}


PAIRS = scenario(
    {
        "ball": block(place=at(0, 0, 1)),
        "far": block(place=at(40, 0, 1), velocity=[0, {"uniform": [0, 1]}, 0]),
    },
    world={"kind": "empty", "size": 200},
    params={"when": {"dist": {"uniform": [0.2, 0.9]}, "proposal": {"uniform": [0.4, 0.9]}, "defensive": 0.2}},
    actors={
        "dog": block(place=at(5, 5), behaviour={"wander": {"speed": 1}}),
        "stroller": block(place=at(-5, 5), behaviour={"wander": {"speed": 2}}),
    },
    events={
        "kick": {
            "probability": 0.01,
            "source": "assumed",
            "trigger": {"time": {"at": "${when}"}},
            "actions": [
                {"impulse": {"on": "ball", "impulse": [{"uniform": [0.5, 1]}, 0, 0]}},
                {"do": {"actor": "dog", "behaviour": {"wander": {"speed": 3}}}},
            ],
        },
        "other": {
            "rate": "1 /s",
            "source": "assumed",
            "trigger": {"random_hazard": {"rate": 5}},
            "actions": [{"impulse": {"on": "far", "impulse": [0, 0, 0.3]}}],
        },
    },
    counterfactual="kick",
    capture={"when": "start", "duration": 1.5, "rate": 24},
)


def moved(index: int) -> tuple[float, Trajectory, dict[str, int]]:
    scene = sample(PAIRS, 3, index, LIBRARY).scene
    return (
        float(dict(scene.params)["when"]),
        simulate(scene, LIBRARY),
        {n: scene.instance_id(n) - 1 for n in NAMES},
    )


@pytest.mark.parametrize("pair", [0, 1])
def test_what_the_event_does_not_touch_moves_to_the_bit_alike(pair: int) -> None:
    when, with_it, at_ = moved(2 * pair)
    same_when, without, _ = moved(2 * pair + 1)
    assert when == same_when
    before = with_it.times_s <= when
    assert 0 < before.sum() < len(before)
    for name in NAMES:
        ours, theirs = with_it.positions_m[:, at_[name]], without.positions_m[:, at_[name]]
        assert np.array_equal(ours[before], theirs[before]), name
        assert np.array_equal(ours, theirs) == (name in ("far", "stroller")), name
    other, same_other = ([o for o in t.occurrences if o.event == "other"] for t in (with_it, without))
    assert other == same_other
    kick, not_kick = ([o for o in t.occurrences if o.event == "kick"] for t in (with_it, without))
    assert (kick[0].armed, not_kick[0].armed, not_kick[0].triggered_s) == (True, False, None)


def test_the_next_pair_is_another_draw() -> None:
    first, second = moved(0), moved(2)
    assert first[0] != second[0]
    assert not np.array_equal(first[1].positions_m, second[1].positions_m)
