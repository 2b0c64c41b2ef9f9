"""When frames are taken: a number of them, or an episode of a duration, denser near an event."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from scipy import stats

from simgen.errors import ScenarioError
from simgen.records.scene import Capture, DenseCapture
from simgen.sampling.draws import Draws
from simgen.sampling.episode import draw_capture, duration_of
from simgen.scenario.spec import CaptureSpec


def capture(index: int = 0, **fields: Any) -> Capture:
    return draw_capture(Draws(7, index, 0, {"t": 2.5}), CaptureSpec.model_validate(fields))


def test_a_number_of_frames() -> None:
    assert capture(frames=8) == Capture("settled", 8)
    assert capture(frames=8, rate=10, when="start") == Capture("start", 8, 10)


@pytest.mark.parametrize(
    ("duration", "rate", "frames"),
    [("8 s", 10, 81), ("0.3 s", 10, 4), ("0.35 s", 10, 4), (0, 10, 1), ("${t}", 24, 61)],
)
def test_both_ends_of_an_episode_are_frames(duration: Any, rate: int, frames: int) -> None:
    found = capture(when="start", duration=duration, rate=rate)
    assert (found.frame_count, found.frame_rate_hz) == (frames, rate)
    assert found.duration_s == duration_of(
        Draws(7, 0, 0, {"t": 2.5}), CaptureSpec(when="start", duration=duration)
    )


def test_a_dense_grid_is_the_most_there_can_be_and_its_phase_is_drawn_evenly() -> None:
    dense = {"event": "e", "before": "1 s", "after": 2, "rate": 60}
    found = [capture(k, when="start", duration=4, rate=10, dense=dense) for k in range(600)]
    assert found[0].dense == DenseCapture("e", 1.0, 2.0, 60)
    assert found[0].frame_count == 241
    phases = Counter(one.phase for one in found)
    assert set(phases) == set(range(6))
    assert stats.chisquare(list(phases.values())).pvalue > 1e-3


def test_drawn_rates_that_do_not_fit_are_told() -> None:
    dense = {"event": "e", "rate": {"choice": [50]}}
    with pytest.raises(
        ScenarioError, match=r"capture\.dense\.rate: 50 is no multiple of capture\.rate \(60\)"
    ):
        capture(when="start", duration=4, rate=60, dense=dense)


def test_an_episode_of_too_many_frames_is_told() -> None:
    with pytest.raises(
        ScenarioError, match=r"capture\.duration: 100000 s at 10 Hz are 1000001 frames; at most 100000"
    ):
        capture(when="start", duration="100000 s", rate=10)
