"""What stands along a road: trees, bushes, grass, delineator posts, guard rails and signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simgen.worlds.world import Part

if TYPE_CHECKING:
    from simgen.worlds.road import Road


def roadside(choice: Road) -> tuple[Part, ...]:
    """Return all that stands along the road."""
    del choice
    return ()
