"""A table on a floor, with or without a room around it. Regions: `table` (its top), `floor`."""

from __future__ import annotations

from dataclasses import dataclass

from simgen.geometry import Vec3
from simgen.records.scene import MaterialOverride
from simgen.worlds.regions import BoxRegion
from simgen.worlds.world import Part, World, floor, rectangle, ref, stand, walls

# assumed sizes of an ordinary room and table
_ROOM_M = (5.2, 4.4, 2.7)
_OPEN_FLOOR_M = 8.0  # side of the floor without walls; assumed
_TOP_THICKNESS_M = 0.03  # assumed, of a dining table
_LEG_M = 0.06  # side of a leg; assumed
_EDGE_MARGIN_M = 0.03  # nothing is put nearer to the table's edge


@dataclass(frozen=True, slots=True)
class Tabletop:
    """What can be chosen of a tabletop world; metres.

    Attributes:
        surface: of the top, a procedural surface such as `wood`.
        room: whether walls stand around.
    """

    width_m: float
    depth_m: float
    height_m: float
    surface: str
    with_floor: bool
    floor_surface: str
    room: bool
    seed: int
    material: MaterialOverride | None = None
    wall_surface: str = "plaster"


def tabletop(choice: Tabletop) -> World:
    """Return a table centred at the origin with its feet at z = 0."""
    room_x, room_y, room_z = _ROOM_M if choice.room else (_OPEN_FLOOR_M, _OPEN_FLOOR_M, 4.0)
    parts: list[Part] = []
    if choice.with_floor:
        parts.append(floor(room_x, room_y, choice.floor_surface, choice.seed))
    parts.append(_table(choice))
    if choice.room:
        parts.extend(walls(room_x, room_y, room_z, choice.seed, surface=choice.wall_surface))
    margin = 2 * _EDGE_MARGIN_M
    regions = {"table": (rectangle(choice.width_m - margin, choice.depth_m - margin, choice.height_m),)}
    if choice.with_floor:
        regions["floor"] = (rectangle(room_x, room_y, 0.0),)
    return World(
        parts=tuple(parts),
        regions=regions,
        workspace_min_m=(-room_x / 2, -room_y / 2, -1.0),
        workspace_max_m=(room_x / 2, room_y / 2, room_z + 1.0),
        room=BoxRegion((-room_x / 2, -room_y / 2, 0.0), (room_x / 2, room_y / 2, room_z))
        if choice.room
        else None,
    )


def _table(choice: Tabletop) -> Part:
    w, d, h = choice.width_m, choice.depth_m, choice.height_m
    table = ref("table", size_m=(w, d, h), surface=choice.surface, seed=choice.seed)
    top: tuple[Vec3, Vec3] = ((0.0, 0.0, h - _TOP_THICKNESS_M / 2), (w, d, _TOP_THICKNESS_M))
    inset = _LEG_M / 2 + 0.02 * min(w, d)
    legs: tuple[tuple[Vec3, Vec3], ...] = tuple(
        ((sx * (w / 2 - inset), sy * (d / 2 - inset), h / 2), (_LEG_M, _LEG_M, h - 2 * _TOP_THICKNESS_M))
        for sx in (-1, 1)
        for sy in (-1, 1)
    )
    return stand("table", table, (0.0, 0.0, 0.0), solids_local=(top, *legs), material=choice.material)
