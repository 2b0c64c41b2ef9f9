"""Estimates from weighted scenes, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simgen.report.estimates import (
    effective_sample_size,
    natural_mean,
    relative_weights,
    sampled_mean,
)

LOGS = st.lists(st.floats(-700, 700), min_size=1, max_size=30)


@given(LOGS, st.floats(-1e4, 1e4))
def test_only_ratios_of_weights_count_however_large_or_small(logs: list[float], shift: float) -> None:
    weights = relative_weights(logs)
    assert weights.mean() == pytest.approx(1.0)
    moved = relative_weights([log + shift for log in logs])
    assert moved == pytest.approx(weights, rel=1e-6, abs=1e-9)


@given(LOGS)
def test_the_effective_size_lies_between_one_and_the_number(logs: list[float]) -> None:
    assert 1 - 1e-9 <= effective_sample_size(logs) <= len(logs) + 1e-9


def test_equal_weights_are_all_effective_and_one_that_outweighs_all_is_alone() -> None:
    assert effective_sample_size([3.0] * 8) == pytest.approx(8)
    assert effective_sample_size([0.0, -1000.0, -1000.0]) == pytest.approx(1)
    assert effective_sample_size(np.log([1, 3])) == pytest.approx(16 / 10)


def test_a_weight_of_zero_counts_for_nothing() -> None:
    assert relative_weights([-np.inf, 0.0]) == pytest.approx([0, 2])
    assert natural_mean([-np.inf, 0.0], [5, 7]).value == 7
    for nothing in ([], [-np.inf]):
        with pytest.raises(ValueError, match="no scene has a weight above 0"):
            relative_weights(nothing)


def test_a_natural_mean_is_weighted_and_its_error_is_that_of_owen() -> None:
    found = natural_mean(np.log([1, 3]), [0, 1])
    assert found.value == pytest.approx(0.75)
    assert found.standard_error == pytest.approx(np.sqrt((0.25 * 0.75) ** 2 + (0.75 * 0.25) ** 2))


def test_scenes_of_one_draw_count_as_one() -> None:
    logs, values = np.log([1, 3, 1, 3]), [0, 1, 4, 1]
    found = natural_mean(logs, values, [7, 7, 9, 9])
    assert found.value == pytest.approx(1.25)
    assert found.standard_error == pytest.approx(np.hypot((-1.25 - 0.75) / 8, (2.75 - 0.75) / 8))


def test_with_equal_weights_both_means_are_the_ordinary_one() -> None:
    values = np.array([1.0, 2.0, 4.0, 8.0])
    for found in (sampled_mean(values), natural_mean([2.0] * 4, values)):
        assert (found.value, found.standard_error) == pytest.approx((3.75, values.std() / 2))


def test_the_standard_error_is_that_of_many_repeats() -> None:
    """P = 0.1 seen through q = 0.5, 400 scenes at a time, 300 times."""
    rng = np.random.default_rng(5)
    armed = rng.random((300, 400)) < 0.5
    logs = np.where(armed, np.log(0.1 / 0.5), np.log(0.9 / 0.5))
    found = [natural_mean(log, hit) for log, hit in zip(logs, armed, strict=True)]
    spread = np.std([estimate.value for estimate in found])
    assert np.mean([estimate.standard_error for estimate in found]) == pytest.approx(spread, rel=0.1)
    assert np.mean([estimate.value for estimate in found]) == pytest.approx(
        0.1, abs=3 * spread / np.sqrt(300)
    )


def test_what_all_scenes_share_is_exact() -> None:
    estimate = natural_mean([-3.0, 0.1, 0.7, -0.2], [1, 1, 1, 1])
    assert (estimate.value, estimate.standard_error) == (1.0, 0.0)
