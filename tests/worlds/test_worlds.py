"""Every world: parts where their models are, regions on real surfaces, solids inside parts."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from simgen.assets import procedural
from simgen.worlds.bin import bin_world
from simgen.worlds.boxes import BoxSet, boxes_overlap, contains_point
from simgen.worlds.empty import empty
from simgen.worlds.regions import BoxRegion
from simgen.worlds.road import road
from simgen.worlds.tabletop import Tabletop, tabletop
from simgen.worlds.warehouse import Warehouse, warehouse
from simgen.worlds.world import World
from tests.worlds.roads import a_road


def a_table(**changes) -> World:
    fields = {
        "width_m": 1.4, "depth_m": 0.9, "height_m": 0.75, "surface": "wood",
        "with_floor": True, "floor_surface": "planks", "room": True, "seed": 3,
    }  # fmt: skip
    return tabletop(Tabletop(**(fields | changes)))


def a_hall(**changes) -> Warehouse:
    fields = {
        "racks": 4, "bays": 3, "levels": 3, "bay_width_m": 2.7, "level_height_m": 1.6,
        "rack_depth_m": 1.1, "aisle_width_m": 3.2, "floor_surface": "concrete", "seed": 3,
    }  # fmt: skip
    return Warehouse(**(fields | changes))


WORLDS = {
    "empty": empty(True, 20.0, 3),
    "tabletop": a_table(),
    "bin": bin_world((0.6, 0.4, 0.25), 0.008, 3),
    "warehouse": warehouse(a_hall()),
    "road": road(a_road()),
}
every_world = pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
BUILT = {
    name: world for name, world in WORLDS.items() if name != "road"
}  # ground that rises is tested with the road
every_level_world = pytest.mark.parametrize("world", BUILT.values(), ids=BUILT)


@every_world
def test_parts_have_the_size_of_their_models(world: World):
    for part in world.parts:
        assert part.size_m == procedural.describe(part.asset).size_m


@every_world
def test_part_names_are_unique(world: World):
    assert len({part.name for part in world.parts}) == len(world.parts)


@every_world
def test_solids_lie_inside_their_parts(world: World):
    for part in world.parts:
        for solid in part.solids:
            local = (solid.corners_world() - part.box.center_m) @ part.box.R_world_box
            assert np.all(np.abs(local) <= part.box.half_m + 1e-9), part.name


@every_world
def test_parts_do_not_overlap_each_other(world: World):
    for a, b in combinations(world.parts, 2):
        hits = [1 for p in a.solids for q in b.solids if boxes_overlap(p, q)]
        assert not hits, (a.name, b.name)


@every_level_world
def test_every_region_lies_on_top_of_a_solid(world: World):
    solids = BoxSet.of([solid for part in world.parts for solid in part.solids])
    for name, areas in world.regions.items():
        for area in areas:
            x, y, _ = area.center_m
            under, over = (contains_point(solids, (x, y, area.surface_m + dz)).any() for dz in (-1e-4, 1e-4))
            assert under, name
            assert not over or name in ("floor", "aisle"), (
                name
            )  # what stands in the middle of a floor is avoided


@every_level_world
def test_everything_lies_in_the_workspace(world: World):
    for areas in world.regions.values():
        for area in areas:
            assert isinstance(area, BoxRegion)
            assert np.all(np.array(area.min_m) >= np.array(world.workspace_min_m) - 1e-9)
            assert np.all(np.array(area.max_m) <= np.array(world.workspace_max_m) + 1e-9)


def test_the_table_region_is_its_top():
    area = WORLDS["tabletop"].regions["table"][0]
    assert area.surface_m == 0.75
    assert (area.max_m[0], area.max_m[1]) == pytest.approx((0.67, 0.42))


def test_a_table_without_room_or_floor_is_only_a_table():
    world = a_table(room=False, with_floor=False)
    assert [part.name for part in world.parts] == ["table"]
    assert set(world.regions) == {"table"}
    assert world.room is None


def test_nothing_at_all():
    world = empty(False, 4.0, 0)
    assert (world.parts, dict(world.regions)) == ((), {})
    assert world.workspace_min_m[2] == -world.workspace_max_m[2]


def test_the_bin_region_is_its_inside():
    area = WORLDS["bin"].regions["bin"][0]
    assert area.min_m == pytest.approx((-0.292, -0.192, 0.008))
    assert area.max_m == pytest.approx((0.292, 0.192, 0.25))


def test_walls_that_leave_no_room_are_refused():
    with pytest.raises(ValueError, match=r"walls of 0.2 m leave no room in a bin of 0.6 x 0.4 x 0.25 m"):
        bin_world((0.6, 0.4, 0.25), 0.2, 0)


def test_rack_regions_are_the_decks():
    hall = a_hall()
    regions = warehouse(hall).regions
    assert len(regions["racks"]) == 4 * 3 * 3
    assert len(regions["rack[2]"]) == 9
    assert len(regions["rack[2].level[1]"]) == 3
    bay = regions["rack[2].level[1].bay[0]"][0]
    assert bay.surface_m == pytest.approx(procedural.deck_top_m(1, 1.6))
    assert (bay.max_m[0] - bay.min_m[0], bay.max_m[1] - bay.min_m[1]) == pytest.approx((2.7, 1.1))


def test_racks_stand_back_to_back_between_aisles():
    hall = a_hall()
    gaps = [hall.rack_y_m(i + 1) - hall.rack_y_m(i) - hall.rack_depth_m for i in range(3)]
    assert gaps == pytest.approx([3.2, 0.3, 3.2])


@pytest.mark.parametrize("racks", [1, 2, 3, 5])
def test_halls_of_any_size_enclose_their_racks(racks):
    world = warehouse(a_hall(racks=racks))
    assert world.room is not None
    for part in world.parts:
        if part.name.startswith("rack"):
            assert world.room.contains(part.box.corners_world())
