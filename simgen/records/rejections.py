"""What happened before a scene was accepted: draws refused, and by what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rejections:
    """Count of refused draws of one scene.

    Attributes:
        by_reason: (reason, count) pairs sorted by reason; a reason is a constraint's label such as
            `constraints[2] clearance` or a guard such as `physics explosion`.
    """

    by_reason: tuple[tuple[str, int], ...] = ()

    @property
    def total(self) -> int:
        """Number of refused draws."""
        return sum(count for _, count in self.by_reason)

    def plus(self, reason: str, count: int = 1) -> Rejections:
        """Return a copy with `count` more refusals for `reason`."""
        counts = dict(self.by_reason)
        counts[reason] = counts.get(reason, 0) + count
        return Rejections(tuple(sorted(counts.items())))

    def merged(self, other: Rejections) -> Rejections:
        """Return the sum of both."""
        result = self
        for reason, count in other.by_reason:
            result = result.plus(reason, count)
        return result
