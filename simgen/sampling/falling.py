"""Relations that let things go above where they shall come to rest: `drop, in`.

All things are let go at the same instant, so at that instant none may overlap: every column is stacked with the
asked gap. Of several candidate places the lowest is taken, which keeps falls short and piles level.
"""

from __future__ import annotations

import numpy as np

from simgen.geometry import Pose, matrix_from_quaternion
from simgen.sampling.placing import Item, Placing, about, any_rotation, make_pose
from simgen.sampling.targets import Surface
from simgen.scenario import spec

_CANDIDATES = 12
_OPENING = 0.8  # assumed: part of a container's box that its opening spans


def drop(ctx: Placing, item: Item, relation: spec.Drop) -> Pose | None:
    """Let go above a region, turned any way unless `tumble` is off."""
    gap = ctx.draws.number(relation.height, f"{item.path}.height")
    surface = ctx.targets.region_surface(relation.region, f"{item.path}.region")
    return _fall(ctx, item, surface, gap, relation.tumble)


def into(ctx: Placing, item: Item, relation: spec.In) -> Pose | None:
    """Let go above the opening of a container, turned any way."""
    gap = ctx.draws.number(relation.height, f"{item.path}.height")
    surface = ctx.targets.opening(relation.target, item.path, _OPENING)
    return _fall(ctx, item, surface, gap, tumble=True)


def _fall(ctx: Placing, item: Item, surface: Surface, gap_m: float, tumble: bool) -> Pose | None:
    turns, spots, areas = (ctx.draws.rng(f"{item.path}.{key}") for key in ("rotation", "xy", "area"))
    best: Pose | None = None
    lowest = np.inf
    for _ in range(_CANDIDATES):
        turn = any_rotation(turns) if tumble else about(2, float(turns.uniform(0.0, 2 * np.pi)))
        R_world_object = matrix_from_quaternion(turn)
        reach_surface = np.abs(surface.R_world_surface.T @ R_world_object) @ item.half_m
        area = surface.draw_area(areas)
        xy = area.draw_xy(spots, reach_surface[:2])
        if xy is None and not surface.is_object:
            continue
        spot = surface.middle_m if xy is None else surface.to_world(np.append(xy, area.surface_at(xy)))
        reach = np.abs(R_world_object) @ item.half_m
        z = ctx.layout.lowest_free_z(spot[:2], reach, float(spot[2]), gap_m)
        if z - reach[2] < lowest:
            lowest = z - float(reach[2])
            best = make_pose(np.append(spot[:2], z), turn)
    return best
