"""Weights of frames under dense capture, against closed form: forcing and dense capture are both undone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simgen.geometry import FloatArray
from simgen.records.scene import Capture, DenseCapture
from simgen.sampling import draw_chances
from simgen.sampling.draws import Draws
from simgen.sampling.episode import draw_capture
from simgen.simulation.capture_times import CaptureTimes
from tests.builders import make_scene
from tests.sampling.scenarios import scenario

DURATION_S, RATE_HZ, DENSE_HZ, HAZARD = 10.0, 2, 10, 0.03
GRID_S = np.arange(int(DURATION_S * DENSE_HZ) + 1) / DENSE_HZ
OF = scenario(
    events={"e": {"rate": HAZARD, "source": "assumed", "mode": {"tilted": 0.5}}},
    capture={
        "when": "start",
        "duration": DURATION_S,
        "rate": RATE_HZ,
        "dense": {"event": "e", "before": 1, "after": 2, "rate": DENSE_HZ},
    },
)


def frames(capture: Capture, triggers_s: list[float]) -> tuple[FloatArray, FloatArray]:
    """Times and inclusions of the frames that are taken."""
    base = make_scene([])
    of = replace(base, capture=capture, physics=replace(base.physics, step_rate_hz=240))
    taken, inclusion = CaptureTimes(of).taken(GRID_S.tolist(), [("e", at) for at in triggers_s])
    assert inclusion is not None
    return GRID_S[taken], inclusion


@pytest.mark.parametrize("triggers_s", [[], [0.0], [3.14], [9.5], [2.0, 6.0]])
def test_over_the_phases_every_grid_frame_weighs_one(triggers_s: list[float]) -> None:
    ratio = DENSE_HZ // RATE_HZ
    weight = dict.fromkeys(GRID_S.tolist(), 0.0)
    for phase in range(ratio):
        dense = DenseCapture("e", 1.0, 2.0, DENSE_HZ)
        capture = Capture("start", len(GRID_S), RATE_HZ, DURATION_S, dense, phase)
        for time_s, inclusion in zip(*frames(capture, triggers_s), strict=True):
            near = any(at - 1.0 <= time_s <= at + 2.0 for at in triggers_s)
            assert inclusion == (1.0 if near else 1 / ratio)
            weight[float(time_s)] += 1 / inclusion / ratio
    assert list(weight.values()) == pytest.approx([1.0] * len(GRID_S))


def test_weighted_frames_tell_the_natural_share_of_time_after_the_event() -> None:
    """P(triggered by t) = 1 - exp(-hazard t), whatever was forced and however many frames lie near the event."""
    after, every, plain_after, plain_every = [], [], 0, 0
    for index in range(3000):
        chances = draw_chances(OF, 5, index)
        capture = draw_capture(Draws(5, index, 0), OF.capture)
        arming = chances.events[0]
        times_s, inclusion = frames(capture, [arming.from_s] if arming.armed else [])
        over = (times_s >= arming.from_s) & arming.armed
        weights = np.exp(chances.log_weight) / inclusion
        after.append(weights @ over)
        every.append(weights.sum())
        plain_after, plain_every = plain_after + int(over.sum()), plain_every + len(over)
    a, b = np.array(after), np.array(every)
    estimate = a.sum() / b.sum()
    error = np.sqrt(((a - estimate * b) ** 2).sum()) / b.sum()  # scenes are independent, their frames are not
    natural = float(np.mean(-np.expm1(-HAZARD * GRID_S)))
    assert abs(estimate - natural) < 4 * error
    assert error < 0.005
    assert plain_after / plain_every > natural + 20 * error  # what frames alone would say
