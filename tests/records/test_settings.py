"""Settings of behaviours, triggers and actions: each look-up gives its type, or names kind, setting and value."""

from __future__ import annotations

import pytest

from simgen.records.behaviour import Trigger
from simgen.records.settings import Value


def trigger(**settings: Value) -> Trigger:
    return Trigger("reach", "events.e.trigger", settings=tuple(settings.items()))


def test_values_come_as_what_they_are() -> None:
    made = trigger(within_m=2, of="car", others="deer", both=("a", "b"), point_m=(1, 2.0, 3), once=True)
    assert made.number("within_m") == 2.0
    assert (made.text("of"), made.text("towards", "nothing")) == ("car", "nothing")
    assert (made.texts("others"), made.texts("both")) == (("deer",), ("a", "b"))
    assert made.vector("point_m") == (1.0, 2.0, 3.0)
    assert made.flag("once")
    assert made.optional("speed_mps") is None


@pytest.mark.parametrize("value", [True, "2", (1.0, 2.0, 3.0)])
def test_what_is_no_number_is_not_taken_for_one(value: Value) -> None:
    with pytest.raises(KeyError, match="'within_m' of 'reach' is no number"):
        trigger(within_m=value).number("within_m")


@pytest.mark.parametrize("value", [1.0, "abc", (1.0, 2.0), ("1", "2", "3")])
def test_what_is_no_vector_is_not_taken_for_one(value: Value) -> None:
    with pytest.raises(KeyError, match="'point_m' of 'reach' is no vector"):
        trigger(point_m=value).vector("point_m")


def test_other_kinds_are_refused_too() -> None:
    with pytest.raises(KeyError, match="'once' of 'reach' is neither true nor false: 1"):
        trigger(once=1).flag("once")
    with pytest.raises(KeyError, match=r"'of' of 'reach' is no text: 1\.0"):
        trigger(of=1.0).text("of")
    with pytest.raises(KeyError, match="'others' of 'reach' lists no texts"):
        trigger(others=(1.0, 2.0)).texts("others")


def test_what_was_not_given_is_told_with_what_was() -> None:
    with pytest.raises(KeyError, match="'reach' has no 'to'; it has: of, within_m"):
        trigger(of="car", within_m=1.0).value("to")
