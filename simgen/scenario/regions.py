"""The names of the regions that each kind of world has."""

from __future__ import annotations

import re

from simgen.errors import did_you_mean
from simgen.scenario.spec import BinWorld, EmptyWorld, RoadWorld, TabletopWorld, WarehouseWorld

AnyWorld = EmptyWorld | TabletopWorld | BinWorld | WarehouseWorld | RoadWorld
_LANES = [f"{side}_lane" for side in ("right", "left")] + [
    f"{band}_{side}" for band in ("shoulder", "verge") for side in ("right", "left")
]
_RACK = re.compile(r"rack\[(\d+)\](?:\.level\[(\d+)\](?:\.bay\[(\d+)\])?)?")


def region_names(world: AnyWorld) -> list[str]:
    """Return the regions of a world; those of racks as far as their numbers are literal."""
    if isinstance(world, EmptyWorld):
        return ["floor"] if world.floor else []
    if isinstance(world, TabletopWorld):
        return ["table", "floor"] if world.floor else ["table"]
    if isinstance(world, BinWorld):
        return ["bin", "floor"]
    if isinstance(world, RoadWorld):
        return [*_LANES, "carriageway", "road", "roadside"]
    racks = world.racks if isinstance(world.racks, int) else 1
    levels = world.levels if isinstance(world.levels, int) else 1
    named = [
        f"rack[{rack}].level[{level}]" for rack in range(min(racks, 20)) for level in range(min(levels, 20))
    ]
    return ["floor", "aisle", "racks", *named]


def lane_names(world: AnyWorld) -> list[str]:
    """Return the lanes that a world has."""
    return list(_LANES) if isinstance(world, RoadWorld) else []


def region_problem(world: AnyWorld, name: str) -> str | None:
    """Return why a world has no region of this name, or None."""
    names = region_names(world)
    if name in names:
        return None
    match = _RACK.fullmatch(name)
    if isinstance(world, WarehouseWorld) and match:
        return _rack_problem(world, name, match.groups())
    known = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
    return (
        f"unknown region '{name}';{did_you_mean(name, names)} the {world.kind} world has: {known or 'none'}"
    )


def _rack_problem(world: WarehouseWorld, name: str, indices: tuple[str | None, ...]) -> str | None:
    counts = (("racks", world.racks), ("levels", world.levels), ("bays", world.bays))
    for (what, count), index in zip(counts, indices, strict=True):
        if isinstance(count, int) and index is not None and int(index) >= count:
            return f"unknown region '{name}': the world has {count} {what}, from [0]"
    return None
