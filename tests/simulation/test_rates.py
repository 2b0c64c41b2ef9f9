from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simgen.errors import UsageError
from simgen.simulation.rates import nearest_divisors, steps_per_frame


def test_frames_fall_on_steps():
    assert steps_per_frame(240, 30) == 8
    assert steps_per_frame(240, 240) == 1


def test_rate_zero_means_one_instant():
    assert steps_per_frame(240, 0) == 0


def test_an_indivisible_rate_is_refused_with_the_nearest_that_work():
    with pytest.raises(UsageError) as error:
        steps_per_frame(240, 25)
    assert str(error.value) == (
        "capture.rate: 25 Hz does not divide physics.step_rate 240 Hz; "
        "set capture.rate to 24 or 30, or physics.step_rate to 225 or 250"
    )


def test_a_frame_rate_above_the_step_rate_names_the_only_way_down():
    with pytest.raises(UsageError, match=r"set capture\.rate to 240, or physics\.step_rate to 300$"):
        steps_per_frame(240, 300)


@pytest.mark.parametrize(
    ("step_rate", "frame_rate", "message"),
    [
        (0, 30, "physics.step_rate: 0 Hz is not positive"),
        (240, -1, "capture.rate: -1 Hz is negative"),
    ],
)
def test_rates_out_of_range_are_refused(step_rate: int, frame_rate: int, message: str):
    with pytest.raises(UsageError, match=message):
        steps_per_frame(step_rate, frame_rate)


@given(st.integers(1, 2000), st.integers(1, 2500))
def test_either_divides_or_the_suggestions_do(step_rate: int, frame_rate: int):
    try:
        assert steps_per_frame(step_rate, frame_rate) * frame_rate == step_rate
    except UsageError:
        suggested = nearest_divisors(step_rate, frame_rate)
        assert suggested
        assert all(steps_per_frame(step_rate, rate) > 0 for rate in suggested)
