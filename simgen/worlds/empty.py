"""Nothing but an optional floor. Region: `floor`."""

from __future__ import annotations

from simgen.records.scene import MaterialOverride
from simgen.worlds.world import World, floor, rectangle

_HEADROOM_M = 50.0  # assumed: a body higher than this above the floor was thrown out of the scene


def empty(with_floor: bool, size_m: float, seed: int, material: MaterialOverride | None = None) -> World:
    """Return a square floor of side `size_m` with its top at z = 0, or nothing.

    Without a floor there is no region either, and the workspace reaches as far down as it does up.
    """
    parts = (floor(size_m, size_m, "concrete", seed, material=material),) if with_floor else ()
    half = size_m / 2
    below = -1.0 if with_floor else -_HEADROOM_M
    return World(
        parts=parts,
        regions={"floor": (rectangle(size_m, size_m, 0.0),)} if with_floor else {},
        workspace_min_m=(-half, -half, below),
        workspace_max_m=(half, half, _HEADROOM_M),
    )
