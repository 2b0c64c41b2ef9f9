"""What the renderers are held to, line by line: the target, the figure measured, and whether it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """One claim.

    Attributes:
        what: the claim, as a reader knows it.
        target: what is asked, in words.
        figure: what was measured, in words.
        holds: None where it could not be measured; `figure` then says why.
        value: the number behind `figure`, NaN where there is none.
    """

    what: str
    target: str
    figure: str
    holds: bool | None
    value: float = float("nan")

    def as_dict(self) -> dict[str, Any]:
        """Return the line for JSON."""
        return {
            "what": self.what,
            "target": self.target,
            "figure": self.figure,
            "holds": self.holds,
            "value": self.value if isfinite(self.value) else None,
        }


def at_least(what: str, value: float, bound: float, unit: str = "") -> Line:
    """Return a line that holds from `bound` up."""
    return Line(what, f"≥ {bound:g}{unit}", f"{value:.4g}{unit}", value >= bound, value)


def at_most(what: str, value: float, bound: float, unit: str = "") -> Line:
    """Return a line that holds up to `bound`."""
    return Line(what, f"≤ {bound:g}{unit}", f"{value:.3g}{unit}", value <= bound, value)


def within(what: str, value: float, wanted: float, share: float, unit: str = "") -> Line:
    """Return a line that holds within a share of the value wanted."""
    off = value / wanted - 1.0
    target = f"{wanted:.4g}{unit} ± {100 * share:g} %"
    return Line(what, target, f"{value:.4g}{unit} ({100 * off:+.2f} %)", abs(off) <= share, value)


def must_be(what: str, value: bool, figure: str, target: str = "yes") -> Line:
    """Return a line that either is so or is not."""
    return Line(what, target, figure, bool(value), float(value))


def not_measured(what: str, target: str, why: str) -> Line:
    """Return a line that nothing was found out about."""
    return Line(what, target, f"not measured: {why}", None)


def tally(lines: Sequence[Line]) -> str:
    """Return how many lines hold, in words."""
    found = [line.holds for line in lines]
    counts = ((True, "hold"), (False, "fall short"), (None, "not measured"))
    return ", ".join(f"{found.count(value)} {word}" for value, word in counts if value in found)


def as_text(lines: Sequence[Line]) -> list[str]:
    """Return lines of a table: what, target, figure, verdict."""
    what = max((len(line.what) for line in lines), default=0)
    target = max((len(line.target) for line in lines), default=0)
    words = {True: "holds", False: "SHORT", None: "-"}
    return [
        f"  {words[line.holds]:<6} {line.what:<{what}}  {line.target:<{target}}  {line.figure}"
        for line in lines
    ]
