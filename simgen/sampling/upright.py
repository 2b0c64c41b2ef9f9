"""Relations that set things down at rest: `at, on, inside, scatter, stack`."""

from __future__ import annotations

import numpy as np

from simgen.geometry import FloatArray, Pose, matrix_from_quaternion, quaternion_multiply
from simgen.sampling.placing import (
    Item,
    Placing,
    about,
    any_rotation,
    bearing,
    draw_yaw,
    make_pose,
    reach_xy,
    standing,
)
from simgen.sampling.targets import Surface
from simgen.scenario import spec, values
from simgen.worlds.boxes import OrientedBox
from simgen.worlds.regions import Region


def at(ctx: Placing, item: Item, relation: spec.At) -> Pose | None:
    """Put the bottom centre at a point, turned by roll, then pitch, then yaw about the world's axes.

    Nothing is tried again: the place is what the scenario says.
    """
    base = np.array(ctx.draws.vector(relation.position, f"{item.path}.position"))
    yaw = ctx.draws.number(relation.yaw, f"{item.path}.yaw") + (bearing(ctx, item, base[:2]) or 0.0)
    pitch = ctx.draws.number(relation.pitch, f"{item.path}.pitch")
    roll = ctx.draws.number(relation.roll, f"{item.path}.roll")
    turn = quaternion_multiply(about(2, yaw), quaternion_multiply(about(1, pitch), about(0, roll)))
    return make_pose(base + matrix_from_quaternion(turn) @ (0.0, 0.0, item.size_m[2] / 2), turn)


def on(ctx: Placing, item: Item, relation: spec.On) -> Pose | None:
    """Stand on a region, or on top of an object, where nothing else is; yaw counts from the target's own."""
    surface = ctx.targets.surface(relation.target, item.path)
    yaws, spots, areas, offsets = (
        ctx.draws.rng(f"{item.path}.{key}") for key in ("yaw", "xy", "area", "offset")
    )
    for _ in range(ctx.tries):
        yaw = draw_yaw(ctx, relation.yaw, yaws)
        if relation.offset is None:
            spot = _spot(surface, surface.draw_area(areas), reach_xy(item, yaw), spots)
        else:
            spot = surface.at_offset(values.draw_vector(relation.offset, offsets, ctx.draws.params))
        if spot is None:
            continue
        pose = standing(ctx, item, spot, yaw + surface.yaw_rad)
        if ctx.is_free(item, pose):
            return pose
    return None


def scatter(ctx: Placing, item: Item, relation: spec.Scatter) -> Pose | None:
    """Stand anywhere on a region, no nearer than `min_spacing` to any object at the same height."""
    spacing = ctx.draws.number(relation.min_spacing, f"{item.path}.min_spacing")
    surface = ctx.targets.region_surface(relation.region, f"{item.path}.region")
    return _spread(ctx, item, surface, relation.yaw, spacing)


def inside(ctx: Placing, item: Item, relation: spec.Inside) -> Pose | None:
    """Lie wholly inside a region, upright or turned any way."""
    surface = ctx.targets.region_surface(relation.region, f"{item.path}.region")
    if not relation.tumble:
        return _spread(ctx, item, surface, relation.yaw, 0.0)
    turns, spots, areas = (ctx.draws.rng(f"{item.path}.{key}") for key in ("rotation", "xyz", "area"))
    for _ in range(ctx.tries):
        turn = any_rotation(turns)
        reach = np.abs(matrix_from_quaternion(turn)) @ item.half_m
        center = _center_within(surface.draw_area(areas), reach, spots)
        if center is not None and ctx.is_free(item, make_pose(center, turn)):
            return make_pose(center, turn)
    return None


def stack(ctx: Placing, item: Item, relation: spec.Stack) -> Pose | None:
    """Pile up: one pile for each member of the target, filled in turns, layer by layer.

    `jitter` shifts each thing against the one below; without `yaw` it is turned as its target is.
    """
    bases = ctx.targets.members(relation.target, item.path)
    ground = ctx.targets.surface(bases[item.member % len(bases)], item.path)
    offset = np.zeros(3)
    if relation.offset is not None:
        offset = np.array(ctx.draws.vector(relation.offset, f"{item.path}.offset"))
    spot = ground.at_offset(offset)
    if item.member >= len(bases):
        spot[2] = ctx.layout.box(f"{item.group}[{item.member - len(bases)}]").max_m[2]
    jitter = ctx.draws.number(relation.jitter, f"{item.path}.jitter")
    shifts, yaws = ctx.draws.rng(f"{item.path}.shift"), ctx.draws.rng(f"{item.path}.yaw")
    for _ in range(ctx.tries):
        shift = np.append(shifts.uniform(-1.0, 1.0, 2) * jitter, 0.0)
        turn = 0.0 if relation.yaw is None else draw_yaw(ctx, relation.yaw, yaws)
        pose = standing(ctx, item, spot + shift, ground.yaw_rad + turn)
        if ctx.is_free(item, pose):
            return pose
    return None


def _spread(
    ctx: Placing, item: Item, surface: Surface, yaw_value: object | None, spacing_m: float
) -> Pose | None:
    yaws, spots, areas = (ctx.draws.rng(f"{item.path}.{key}") for key in ("yaw", "xyz", "area"))
    for _ in range(ctx.tries):
        yaw = draw_yaw(ctx, yaw_value, yaws)
        reach = np.append(reach_xy(item, yaw), item.half_m[2])
        center = _center_within(surface.draw_area(areas), reach, spots)
        if center is None:
            continue
        pose = standing(ctx, item, center - (0.0, 0.0, item.half_m[2]), yaw)
        if not ctx.is_free(item, pose):
            continue
        if ctx.layout.keeps_spacing(OrientedBox.from_pose(pose, item.size_m), spacing_m):
            return pose
    return None


def _spot(surface: Surface, area: Region, reach_m: FloatArray, rng: np.random.Generator) -> FloatArray | None:
    """Where (3,) the bottom centre may lie: wholly on the area, or in the middle of an object too small for that."""
    xy = area.draw_xy(rng, reach_m)
    if xy is None:
        return surface.middle_m if surface.is_object else None
    return surface.to_world(np.append(xy, area.surface_at(xy)))


def _center_within(area: Region, reach_m: FloatArray, rng: np.random.Generator) -> FloatArray | None:
    """Where (3,) the centre of a box of that reach may lie inside an area; None if it cannot fit."""
    xy = area.draw_xy(rng, reach_m[:2])
    lift = float(rng.random())
    free = area.height_m - 2 * reach_m[2] if area.height_m > 0 else 0.0
    if xy is None or free < 0:
        return None
    return np.append(xy, area.surface_at(xy) + reach_m[2] + lift * free)
