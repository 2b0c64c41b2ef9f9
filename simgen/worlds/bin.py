"""An open bin on a floor. Regions: `bin` (its inside), `floor`."""

from __future__ import annotations

from simgen.geometry import Vec3
from simgen.records.scene import MaterialOverride
from simgen.worlds.regions import BoxRegion
from simgen.worlds.world import World, floor, rectangle, ref, stand

_FLOOR_M = 6.0  # side of the floor around the bin; assumed: cameras stand within it


def bin_world(
    size_m: Vec3,
    wall_m: float,
    seed: int,
    material: MaterialOverride | None = None,
    floor_surface: str = "concrete",
) -> World:
    """Return a bin of outer size (width, depth, height), centred at the origin, its bottom at z = 0.

    Raises:
        ValueError: the walls leave no room inside.
    """
    w, d, h = size_m
    if min(w - 2 * wall_m, d - 2 * wall_m, h - wall_m) <= 0:
        raise ValueError(
            f"walls of {wall_m} m leave no room in a bin of {w} x {d} x {h} m; use thinner walls"
        )
    body = ref("bin", size_m=size_m, wall_m=wall_m, seed=seed)
    solids = _solids(size_m, wall_m)
    x, y, half = (w - 2 * wall_m) / 2, (d - 2 * wall_m) / 2, _FLOOR_M / 2
    return World(
        parts=(
            floor(_FLOOR_M, _FLOOR_M, floor_surface, seed),
            stand("bin", body, (0.0, 0.0, 0.0), solids_local=solids, material=material),
        ),
        regions={
            "bin": (BoxRegion((-x, -y, wall_m), (x, y, h)),),
            "floor": (rectangle(_FLOOR_M, _FLOOR_M, 0.0),),
        },
        workspace_min_m=(-half, -half, -0.5),
        workspace_max_m=(half, half, 6.0),
    )


def _solids(size_m: Vec3, wall_m: float) -> tuple[tuple[Vec3, Vec3], ...]:
    """Return (centre, extent) of the bottom and the four walls, metres; those along y take the corners."""
    w, d, h = size_m
    x, y, z, tall = (w - wall_m) / 2, (d - wall_m) / 2, (h + wall_m) / 2, h - wall_m
    return (
        ((0.0, 0.0, wall_m / 2), (w, d, wall_m)),
        ((x, 0.0, z), (wall_m, d, tall)),
        ((-x, 0.0, z), (wall_m, d, tall)),
        ((0.0, y, z), (w - 2 * wall_m, wall_m, tall)),
        ((0.0, -y, z), (w - 2 * wall_m, wall_m, tall)),
    )
