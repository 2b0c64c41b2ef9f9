"""From what a user wrote to a value: a literal in SI, an `Expression`, or a `Distribution`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from simgen.scenario.distributions import Distribution, ScalarDistribution, Weighted
from simgen.scenario.expressions import NO_LIMITS, Expression, Limits
from simgen.scenario.forms import EXPRESSION_HINT, FORMS, single_key
from simgen.scenario.mistakes import Mistakes, each, mistake, show
from simgen.scenario.units import ANGLE, ANY, FRACTION, PLAIN, Dimension, parse_quantity, quantity_parts

Value = float | int | str | Expression | Distribution


@dataclass(frozen=True)
class Reader:
    """Reads values of one kind.

    Attributes:
        dimension: what numbers measure; None where only texts are allowed.
        limits: the range that numbers must lie in, also those that a distribution can give.
        text: whether texts that are not quantities are allowed.
        folder: where measured data may be read from; None: nowhere.
    """

    dimension: Dimension | None = PLAIN
    limits: Limits = NO_LIMITS
    text: bool = False
    folder: Path | None = None

    @property
    def measured(self) -> Dimension:
        """What numbers measure."""
        return self.dimension or PLAIN

    @property
    def wanted(self) -> str:
        """What is allowed, for messages."""
        if self.dimension is None:
            return "a text"
        return f"{self.dimension.a_name}{' or a text' if self.text else ''}"

    def read(self, raw: object) -> Value:
        """Return the value of what was written.

        Raises:
            Mistakes: every mistake in it.
        """
        if isinstance(raw, Expression):
            return self._expression(raw.text)
        if isinstance(raw, Distribution):
            return self.check(raw)
        if isinstance(raw, Mapping):
            return self.check(self.distribution(cast("Mapping[object, object]", raw)))
        return self.literal(raw)

    def literal(self, raw: object) -> Value:
        """Return the value of a number or text."""
        if isinstance(raw, bool) or raw is None or not isinstance(raw, int | float | str):
            raise mistake(f"expected {self.wanted}, got {show(raw)}{_form_hint(raw)}")
        if isinstance(raw, str):
            return self._text(raw)
        if self.dimension is None:
            raise mistake(f"expected a text, got the number {raw}; put it in quotes")
        return self._number(raw, raw)

    def _text(self, raw: str) -> Value:
        if "${" in raw:
            return self._expression(raw)
        if self.dimension is None or (self.text and not _like_quantity(raw)):
            return raw
        return self._number(parse_quantity(raw, self.dimension), raw)

    def _expression(self, text: str) -> Expression:
        return Expression(text, self.limits, template=self.dimension is None)

    @property
    def _si(self) -> str:
        """The SI unit, and degrees where the range is of an angle."""
        if not self.measured.units or self.dimension is ANY:
            return ""
        most = f" ({math.degrees(self.limits.maximum):g} deg)" if self.dimension is ANGLE else ""
        return f" {next(iter(self.measured.units))}{most}" if self.dimension is not FRACTION else ""

    def _number(self, raw: float, written: object) -> float | int:
        try:
            number = float(raw)
        except OverflowError:
            raise mistake(f"{show(raw)} is too large for a number") from None
        complaint = self.limits.complaint(number)
        if complaint:
            raise mistake(f"{show(written)} is out of range: {complaint}{self._si}")
        return int(number) if self.limits.whole else number

    def check(self, given: Distribution) -> Distribution:
        """Return a distribution that can give only allowed values."""
        if not isinstance(given, ScalarDistribution):
            raise mistake(f"{given.kind} gives {_gives(given)}, but {self.wanted} is needed")
        if isinstance(given, Weighted) and not given.numeric:
            return self._check_listed(given)
        if self.dimension is None:
            raise mistake(f"{given.kind} gives numbers, but a text is needed")
        if self.limits.whole and not given.whole:
            raise mistake(
                f"{given.kind} can give broken numbers, but a whole number is needed; use int_uniform or choice"
            )
        low, high = given.support
        for end, outside in ((low, self.limits.excludes_low), (high, self.limits.excludes_high)):
            if outside(end, given.discrete):
                hint = "; use truncnormal, uniform or lognormal" if math.isinf(end) else ""
                raise mistake(
                    f"{given.kind} can give {end:g}, but a value must be {self.limits.words}{self._si}{hint}"
                )
        return given

    def _check_listed(self, given: Weighted) -> Weighted:
        each(((n, value) for n, value in enumerate(given.listed)), self.literal)
        return given

    def distribution(self, raw: Mapping[object, object]) -> Distribution:
        """Return the distribution of a single-key mapping such as `{uniform: [1, 2]}`."""
        kind, body = single_key(raw, FORMS)
        try:
            return FORMS[kind](self, body)
        except Mistakes as wrong:
            raise Mistakes(*(((kind, *location), message) for location, message in wrong.details)) from wrong
        except ValueError as wrong:
            raise mistake(str(wrong), kind) from wrong

    def item(self, raw: object) -> Value:
        """Return a listed value of a choice; its range is checked with the whole."""
        value = replace(self, limits=NO_LIMITS).literal(raw)
        if isinstance(value, Expression):
            raise mistake(f"{show(raw)}: no expressions inside a distribution; {EXPRESSION_HINT}")
        return value

    def number(self, raw: object) -> float:
        """Return a number of the reader's dimension, as a parameter of a distribution."""
        if self.dimension is None:
            raise mistake("gives numbers, but a text is needed; use choice")
        value = replace(self, text=False).item(raw)
        if not isinstance(value, int | float):
            raise mistake(f"expected {self.wanted}, got {show(raw)}")
        return float(value)


def _gives(given: Distribution) -> str:
    return "a rotation" if given.kind == "uniform_rotation" else "a vector"


def _form_hint(raw: object) -> str:
    """Return how a value that has the form of something else is written; mostly nothing."""
    if isinstance(raw, list | tuple):
        return "; for one of several write {choice: [...]}"
    if isinstance(raw, Mapping) and "procedural" in raw:
        return f"; in a choice a model made by code is written procedural/{raw['procedural']}"
    return ""


def _like_quantity(text: str) -> bool:
    """Whether a text that could be a param is meant as a number: a number alone or with something like a unit."""
    parts = quantity_parts(text)
    if parts is None:
        return False
    return parts[1] in ANY.units or re.fullmatch(r"[A-Za-z°/%]*", parts[1]) is not None
