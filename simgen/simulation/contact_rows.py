"""Bullet's contact points, one row each, added up to one touch a pair."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from simgen.geometry import Vec3
from simgen.simulation.protocol import Touch

Pair = tuple[int, int]


class ContactRows:
    """Turns the contact points of each step into touches; remembers who touched in the step before."""

    def __init__(self, step_s: float) -> None:
        self._step_s = step_s
        self._touched: frozenset[Pair] = frozenset()

    def touches(
        self,
        rows: Sequence[Sequence[Any]],
        instance_ids: Mapping[int, int],
        closing_mps: Callable[[int, int, Vec3], float],
    ) -> list[Touch]:
        """Return one touch a pair, ordered by ids: all impulses, and the place and normal of the deepest point.

        Args:
            rows: of `getContactPoints`.
            instance_ids: by handle.
            closing_mps: closing speed of a pair along a normal from the second to the first, before the step.
        """
        found: dict[Pair, tuple[float, float, Vec3, Vec3]] = {}
        for row in rows:
            a, b, distance, force = instance_ids[row[1]], instance_ids[row[2]], row[8], row[9]
            if distance > 0.0 and force == 0.0:
                continue  # near, not touching
            pair = (a, b) if a < b else (b, a)
            known = found.get(pair)
            total = force * self._step_s + (known[0] if known else 0.0)
            if known and known[1] <= distance:
                found[pair] = (total, *known[1:])
            else:
                x, y, z = row[7]
                found[pair] = (total, distance, *(((x, y, z), row[6]) if a < b else ((-x, -y, -z), row[5])))
        before, self._touched = self._touched, frozenset(found)
        return [
            Touch(a, b, impulse, 0.0 if (a, b) in before else closing_mps(a, b, normal), point)
            for (a, b), (impulse, _, normal, point) in sorted(found.items())
        ]
