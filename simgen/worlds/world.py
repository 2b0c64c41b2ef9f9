"""A world: the surroundings that things are put into, and the named regions they can be put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from simgen.assets import procedural
from simgen.geometry import Pose, Vec3, apply, quaternion_about_axis
from simgen.records.asset import AssetRef, ParamValue
from simgen.records.lane import Lane
from simgen.records.scene import MaterialOverride
from simgen.worlds.boxes import OrientedBox
from simgen.worlds.regions import BoxRegion, Region

FLOOR_THICKNESS_M = 0.1  # assumed
WALL_THICKNESS_M = 0.12  # assumed, of a partition wall


@dataclass(frozen=True, slots=True)
class Part:
    """One static piece of the surroundings.

    Attributes:
        name: unique in the world, for example `rack[0]`.
        asset: what it looks like; always made by code.
        pose: `T_world_part`, frame at the box centre.
        size_m: extent in its own frame.
        solids: what it fills, for placing, seeing and cameras; a hollow part lists its pieces.
        category: taxonomy name; empty takes the asset's.
        material: changes to its surface.
    """

    name: str
    asset: AssetRef
    pose: Pose
    size_m: Vec3
    solids: tuple[OrientedBox, ...]
    category: str = ""
    material: MaterialOverride | None = None

    @property
    def box(self) -> OrientedBox:
        """The box around the whole part."""
        return OrientedBox.from_pose(self.pose, self.size_m)


@dataclass(frozen=True, slots=True)
class World:
    """Surroundings.

    Attributes:
        parts: static pieces, in the order of their instance ids.
        regions: by name; several areas under one name are drawn from by their area.
        workspace_min_m: corner of the box outside which a body counts as lost.
        workspace_max_m: the opposite corner.
        room: where cameras must stand, None where anywhere will do.
        lanes: lines that actors can be placed along and follow.
    """

    parts: tuple[Part, ...]
    regions: Mapping[str, tuple[Region, ...]]
    workspace_min_m: Vec3
    workspace_max_m: Vec3
    room: BoxRegion | None = None
    lanes: tuple[Lane, ...] = ()


def ref(shape: str, **params: ParamValue) -> AssetRef:
    """Return the reference of a procedural asset."""
    return AssetRef(f"procedural/{shape}", tuple(sorted(params.items())))


def stand(
    name: str,
    asset: AssetRef,
    base_m: Vec3,
    yaw_rad: float = 0.0,
    solids_local: tuple[tuple[Vec3, Vec3], ...] = (),
    category: str = "",
    material: MaterialOverride | None = None,
) -> Part:
    """Return a part standing with its bottom centre at `base_m`.

    Args:
        name: of the part.
        asset: a procedural one; its entry gives its size.
        base_m: world position of the bottom centre.
        yaw_rad: about world +Z.
        solids_local: boxes it fills, as (centre above the bottom centre, size); none means its whole box.
        category: taxonomy name; empty takes the asset's.
        material: changes to its surface.
    """
    size = procedural.describe(asset).size_m
    yaw = quaternion_about_axis((0.0, 0.0, 1.0), yaw_rad)
    pose = Pose((base_m[0], base_m[1], base_m[2] + size[2] / 2), yaw)
    pieces = solids_local or (((0.0, 0.0, size[2] / 2), size),)
    T_world_base = Pose(base_m, yaw).matrix()
    boxes = tuple(
        OrientedBox(apply(T_world_base, [center])[0], T_world_base[:3, :3], np.asarray(extent) / 2)
        for center, extent in pieces
    )
    return Part(name, asset, pose, size, boxes, category, material)


def floor(
    width_m: float,
    depth_m: float,
    surface: str,
    seed: int,
    *,
    y_m: float = 0.0,
    material: MaterialOverride | None = None,
) -> Part:
    """Return a slab whose top lies at z = 0, its middle at (0, y)."""
    slab = ref("floor", size_m=(width_m, depth_m, FLOOR_THICKNESS_M), surface=surface, seed=seed)
    return stand("floor", slab, (0.0, y_m, -FLOOR_THICKNESS_M), material=material)


def walls(
    width_m: float, depth_m: float, height_m: float, seed: int, *, y_m: float = 0.0, surface: str = "plaster"
) -> tuple[Part, ...]:
    """Return four walls of a surface around a floor of that inner size, in the order +x, -x, +y, -y."""
    t = WALL_THICKNESS_M
    along_y = ref("wall", size_m=(t, depth_m, height_m), surface=surface, seed=seed)
    along_x = ref("wall", size_m=(width_m + 2 * t, t, height_m), surface=surface, seed=seed)
    x, y = (width_m + t) / 2, (depth_m + t) / 2
    return (
        stand("wall[0]", along_y, (x, y_m, 0.0)),
        stand("wall[1]", along_y, (-x, y_m, 0.0)),
        stand("wall[2]", along_x, (0.0, y_m + y, 0.0)),
        stand("wall[3]", along_x, (0.0, y_m - y, 0.0)),
    )


def rectangle(width_m: float, depth_m: float, z_m: float, x_m: float = 0.0, y_m: float = 0.0) -> BoxRegion:
    """Return a level rectangle centred at (x, y, z)."""
    return BoxRegion((x_m - width_m / 2, y_m - depth_m / 2, z_m), (x_m + width_m / 2, y_m + depth_m / 2, z_m))
