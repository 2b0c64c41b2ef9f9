"""What can be said of a number before it is drawn: its bounds, and whether two stand in the wrong order."""

from __future__ import annotations

from simgen.scenario.distributions import ScalarDistribution


def lowest(value: object, otherwise: float = 0.0) -> float:
    """Return the least value that a number can take; `otherwise` where only drawing can tell."""
    if isinstance(value, ScalarDistribution):
        return value.support[0]
    return float(value) if isinstance(value, int | float) else otherwise


def highest(value: object, otherwise: float = float("inf")) -> float:
    """Return the largest value that a number can take; `otherwise` where only drawing can tell."""
    if isinstance(value, ScalarDistribution):
        return value.support[1]
    return float(value) if isinstance(value, int | float) else otherwise


def is_below(value: object, bound: object, *, or_equal: bool = False) -> bool:
    """Whether a literal number lies below a literal bound; False where either is drawn or not given."""
    if not isinstance(value, int | float) or not isinstance(bound, int | float):
        return False
    return value <= bound if or_equal else value < bound
