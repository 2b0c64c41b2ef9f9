"""A hall with pallet racks in rows along x. Regions: `floor`, `aisle`, `racks` and its parts.

Rows are laid out as in a real store: rack 0, aisle, rack 1 back to back with rack 2, aisle, rack 3 ... The
aisle between racks 0 and 1 is centred at y = 0. `racks` is every deck, `rack[i]` the decks of one rack,
`rack[i].level[k]` one level and `rack[i].level[k].bay[j]` one place between uprights; `aisle` is the floor
between racks 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from simgen.assets.procedural import bay_centers_m, deck_top_m, rack_size_m
from simgen.assets.procedural.rack import POST_M
from simgen.geometry import Vec3
from simgen.records.scene import MaterialOverride
from simgen.worlds.regions import BoxRegion, Region
from simgen.worlds.world import Part, World, floor, rectangle, ref, stand, walls

# assumed measures of an ordinary hall
_BACK_TO_BACK_M = 0.3
_BEHIND_M = 1.2  # free floor behind the outer racks
_AT_ENDS_M = 4.0  # free floor at both ends of the aisles
_HEADROOM_M = 2.5  # of the walls above the racks
_COLUMN_M = 0.35
_COLUMN_SPACING_M = 5.0
_LINE_M = (0.1, 0.002)  # width and thickness of a floor line
_LINE_OFF_RACK_M = 0.15
_LINE_COLOR = MaterialOverride(base_color_rgb=(0.72, 0.48, 0.02), roughness=0.55, metallic=0.0)
_FRAME_DEPTH_M = 0.15  # beams and deck as one slab, for placing and seeing


@dataclass(frozen=True, slots=True)
class Warehouse:
    """What can be chosen of a warehouse; metres."""

    racks: int
    bays: int
    levels: int
    bay_width_m: float
    level_height_m: float
    rack_depth_m: float
    aisle_width_m: float
    floor_surface: str
    seed: int

    @property
    def rack_size_m(self) -> Vec3:
        """Extent of one rack."""
        return rack_size_m(self.bays, self.levels, self.bay_width_m, self.level_height_m, self.rack_depth_m)

    def rack_y_m(self, index: int) -> float:
        """Return the y of the middle of a rack."""
        depth = self.rack_depth_m
        if index == 0:
            return -(self.aisle_width_m + depth) / 2
        pair = 2 * depth + _BACK_TO_BACK_M + self.aisle_width_m
        first = (self.aisle_width_m + depth) / 2 + (index - 1) // 2 * pair
        return first + (index - 1) % 2 * (depth + _BACK_TO_BACK_M)


def warehouse(choice: Warehouse) -> World:
    """Return the hall; its floor lies at z = 0."""
    length, depth, height = choice.rack_size_m
    low_y = choice.rack_y_m(0) - depth / 2 - _BEHIND_M
    high_y = max(
        choice.rack_y_m(choice.racks - 1) + depth / 2 + _BEHIND_M, choice.aisle_width_m / 2 + _BEHIND_M
    )
    hall_x, hall_y, mid_y = length + 2 * _AT_ENDS_M, high_y - low_y, (low_y + high_y) / 2
    hall_z = height + _HEADROOM_M
    racks = [_rack(choice, i) for i in range(choice.racks)]
    return World(
        parts=(
            floor(hall_x, hall_y, choice.floor_surface, choice.seed, y_m=mid_y),
            *racks,
            *walls(hall_x, hall_y, hall_z, choice.seed, y_m=mid_y),
            *_columns((hall_x, hall_y, hall_z), mid_y, choice.seed),
            *_lines(choice),
        ),
        regions={
            "floor": (rectangle(hall_x, hall_y, 0.0, y_m=mid_y),),
            "aisle": (rectangle(length, choice.aisle_width_m, 0.0),),
            **_rack_regions(choice),
        },
        workspace_min_m=(-hall_x / 2, low_y, -1.0),
        workspace_max_m=(hall_x / 2, high_y, hall_z),
        room=BoxRegion((-hall_x / 2, low_y, 0.0), (hall_x / 2, high_y, hall_z)),
    )


def _rack(choice: Warehouse, index: int) -> Part:
    asset = ref(
        "rack",
        bays=choice.bays,
        levels=choice.levels,
        bay_width_m=choice.bay_width_m,
        level_height_m=choice.level_height_m,
        depth_m=choice.rack_depth_m,
        seed=choice.seed,
    )
    base = (0.0, choice.rack_y_m(index), 0.0)
    return stand(f"rack[{index}]", asset, base, solids_local=(*_posts(choice), *_decks(choice)))


def _posts(choice: Warehouse) -> tuple[tuple[Vec3, Vec3], ...]:
    """Whole frames: an upright pair is braced, so nothing passes between its posts."""
    _, depth, height = choice.rack_size_m
    pitch = choice.bay_width_m + POST_M
    return tuple(
        (((k - choice.bays / 2) * pitch, 0.0, height / 2), (POST_M, depth, height))
        for k in range(choice.bays + 1)
    )


def _decks(choice: Warehouse) -> tuple[tuple[Vec3, Vec3], ...]:
    length, depth, _ = choice.rack_size_m
    tops = (deck_top_m(k, choice.level_height_m) for k in range(choice.levels))
    slab = (length, depth, _FRAME_DEPTH_M)
    return tuple(((0.0, 0.0, top - _FRAME_DEPTH_M / 2), slab) for top in tops)


def _rack_regions(choice: Warehouse) -> dict[str, tuple[Region, ...]]:
    """Return the decks by rack, by level and by bay; see the module for the names."""
    regions: dict[str, tuple[Region, ...]] = {}
    for i in range(choice.racks):
        for k in range(choice.levels):
            level = f"rack[{i}].level[{k}]"
            bays = tuple(
                rectangle(choice.bay_width_m, choice.rack_depth_m, z, x, choice.rack_y_m(i))
                for x in bay_centers_m(choice.bays, choice.bay_width_m)
                for z in (deck_top_m(k, choice.level_height_m),)
            )
            regions |= {f"{level}.bay[{j}]": (bay,) for j, bay in enumerate(bays)}
            for name in (level, f"rack[{i}]", "racks"):
                regions[name] = (*regions.get(name, ()), *bays)
    return regions


def _columns(hall_m: Vec3, mid_y: float, seed: int) -> tuple[Part, ...]:
    """Columns along both long walls, evenly spaced."""
    asset = ref("column", size_m=(_COLUMN_M, _COLUMN_M, hall_m[2]), surface="concrete", seed=seed)
    gaps = max(1, ceil(hall_m[0] / _COLUMN_SPACING_M))
    off = (hall_m[1] - _COLUMN_M) / 2
    places = [(-hall_m[0] / 2 + (k + 0.5) * hall_m[0] / gaps, side) for side in (-1, 1) for k in range(gaps)]
    return tuple(
        stand(f"column[{n}]", asset, (x, mid_y + side * off, 0.0)) for n, (x, side) in enumerate(places)
    )


def _lines(choice: Warehouse) -> tuple[Part, ...]:
    """Yellow lines on both sides of the aisle between racks 0 and 1."""
    length = choice.rack_size_m[0]
    width, thickness = _LINE_M
    asset = ref("slab", size_m=(length, width, thickness), surface="plaster", seed=choice.seed)
    y = choice.aisle_width_m / 2 - _LINE_OFF_RACK_M
    return tuple(
        stand(f"line[{n}]", asset, (0.0, side * y, 0.0), category="floor", material=_LINE_COLOR)
        for n, side in enumerate((-1, 1))
    )
