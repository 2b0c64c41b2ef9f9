"""Bounds of numbers that may be drawn: literals are their own, distributions have a support, expressions none."""

from __future__ import annotations

import pytest

from simgen.scenario.bounds import highest, is_below, lowest
from simgen.scenario.distributions import Choice, IntUniform, Normal
from simgen.scenario.expressions import Expression


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        (7, 7, 7),
        (IntUniform(2, 9), 2, 9),
        (Choice((1.0, 4.0)), 1, 4),
        (Normal(0.0, 1.0), -float("inf"), float("inf")),
    ],
)
def test_a_number_lies_within_the_support_of_what_draws_it(value: object, low: float, high: float) -> None:
    assert (lowest(value), highest(value)) == (low, high)


def test_what_only_drawing_can_tell_takes_the_value_that_is_given_for_it() -> None:
    drawn = Expression("${n}")
    assert (lowest(drawn), highest(drawn)) == (0.0, float("inf"))
    assert (lowest(drawn, 3.0), highest(None, 1.0)) == (3.0, 1.0)


@pytest.mark.parametrize(
    ("value", "bound", "below", "not_above"), [(1, 2, True, True), (2, 2, False, True), (3, 2, False, False)]
)
def test_literals_are_compared(value: object, bound: object, below: bool, not_above: bool) -> None:
    assert is_below(value, bound) is below
    assert is_below(value, bound, or_equal=True) is not_above


@pytest.mark.parametrize("drawn", [Expression("${n}"), IntUniform(0, 1), None])
def test_nothing_is_said_of_what_is_drawn_or_not_given(drawn: object) -> None:
    assert not is_below(drawn, 5)
    assert not is_below(-5, drawn, or_equal=True)
