"""How a param is written that is sampled otherwise than it is distributed: `{dist: , proposal: , defensive: }`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from simgen.scenario.branches import closest
from simgen.scenario.distributions import Distribution, Proposed, ScalarDistribution
from simgen.scenario.forms import FORMS, arguments, plain_number
from simgen.scenario.mistakes import Mistakes, each, mistake, show
from simgen.scenario.parse import Reader, Value
from simgen.scenario.vectors import plain_value

KEYS = ("dist", "proposal", "defensive")


def read_param(raw: object, reader: Reader) -> Value:
    """Return a param's value; a mapping with a key like one of `KEYS` is a distribution with a proposal.

    Raises:
        Mistakes: every mistake in it.
    """
    if isinstance(raw, Proposed):
        for part in (raw.dist, raw.proposal):
            reader.check(part)
        return raw
    if isinstance(raw, Mapping) and any(closest(str(key), (*FORMS, *KEYS)) in KEYS for key in raw):
        return _read_proposed(cast("Mapping[object, object]", raw), reader)
    return reader.read(raw)


def plain_param(value: object) -> object:
    """Return a param's value in its canonical form."""
    return value.to_plain() if isinstance(value, Proposed) else plain_value(value)


def _read_proposed(raw: Mapping[object, object], reader: Reader) -> Proposed:
    given = arguments(raw, KEYS, optional=KEYS[2:])
    dist, proposal = each(((key, given[key]) for key in KEYS[:2]), lambda part: _distribution(part, reader))
    (defensive,) = each([("defensive", given.get("defensive", 0.0))], plain_number)
    try:
        return Proposed(dist, proposal, defensive)
    except ValueError as wrong:
        place, _, message = str(wrong).partition(": ")
        raise Mistakes(((place,), message)) from wrong


def _distribution(raw: object, reader: Reader) -> ScalarDistribution:
    value = reader.read(raw)
    if not isinstance(value, Distribution) or not isinstance(value, ScalarDistribution):
        raise mistake(f"expected a distribution such as {{uniform: [1, 2]}}, got {show(raw)}")
    return value
