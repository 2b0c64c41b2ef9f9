"""An open bin on a floor. Regions: `bin` (its inside), `floor`."""

from __future__ import annotations

from simgen.geometry import Vec3
from simgen.records.scene import MaterialOverride
from simgen.worlds.regions import BoxRegion
from simgen.worlds.world import World, floor, rectangle, ref, stand

_FLOOR_M = 6.0


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
    inner_w, inner_d = w - 2 * wall_m, d - 2 * wall_m
    if min(inner_w, inner_d, h - wall_m) <= 0:
        raise ValueError(
            f"walls of {wall_m} m leave no room in a bin of {w} x {d} x {h} m; use thinner walls"
        )
    middle = (h + wall_m) / 2
    solids: tuple[tuple[Vec3, Vec3], ...] = (
        ((0.0, 0.0, wall_m / 2), (w, d, wall_m)),
        (((w - wall_m) / 2, 0.0, middle), (wall_m, d, h - wall_m)),
        ((-(w - wall_m) / 2, 0.0, middle), (wall_m, d, h - wall_m)),
        ((0.0, (d - wall_m) / 2, middle), (inner_w, wall_m, h - wall_m)),
        ((0.0, -(d - wall_m) / 2, middle), (inner_w, wall_m, h - wall_m)),
    )
    body = ref("bin", size_m=size_m, wall_m=wall_m, seed=seed)
    half = _FLOOR_M / 2
    return World(
        parts=(
            floor(_FLOOR_M, _FLOOR_M, floor_surface, seed),
            stand("bin", body, (0.0, 0.0, 0.0), solids_local=solids, material=material),
        ),
        regions={
            "bin": (BoxRegion((-inner_w / 2, -inner_d / 2, wall_m), (inner_w / 2, inner_d / 2, h)),),
            "floor": (rectangle(_FLOOR_M, _FLOOR_M, 0.0),),
        },
        workspace_min_m=(-half, -half, -0.5),
        workspace_max_m=(half, half, 6.0),
    )
