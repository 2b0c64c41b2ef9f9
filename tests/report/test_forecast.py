"""What weights will tell, from the chances of a scenario alone."""

from __future__ import annotations

import time

import pytest

from simgen.report.forecast import forecast
from tests.sampling.scenarios import scenario

RARE = {"leap": {"probability": 0.01, "source": "assumed", "mode": {"tilted": 0.5, "defensive": 0.05}}}


def test_twenty_thousand_scenes_are_forecast_within_seconds_and_true() -> None:
    began = time.process_time()
    report = forecast(scenario(events=RARE), 3, 20_000)
    assert time.process_time() - began < 30
    (leap,) = report.events
    assert leap.natural_rate is not None
    assert abs(leap.natural_rate.value - 0.01) < 4 * leap.natural_rate.standard_error
    assert leap.sampled_rate.value == pytest.approx(0.95 * 0.5 + 0.05 * 0.01, abs=0.015)
    assert report.mean_weight == pytest.approx(1, abs=0.03)
    assert 0.5 < report.ess / report.drawn < 0.58  # 0.54 in theory
    assert report.warnings == ()


def test_refused_params_and_pairs_are_in_it() -> None:
    fields = {"params": {"x": {"uniform": [0, 1]}}, "constraints": [{"require": "${x} > 0.75"}]}
    report = forecast(scenario(events=RARE, counterfactual="leap", **fields), 3, 400)
    assert report.accepted_share == pytest.approx(0.25, abs=0.04)
    assert report.events[0].natural_rate is not None
    assert report.events[0].natural_rate.value == pytest.approx(0.01)
