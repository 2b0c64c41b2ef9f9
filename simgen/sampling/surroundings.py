"""From the scenario's `world` to concrete surroundings and their scene objects."""

from __future__ import annotations

from simgen.assets.library import AssetLibrary
from simgen.errors import AssetError, Problem, ScenarioError
from simgen.records.scene import SceneObject
from simgen.sampling.draws import Draws
from simgen.sampling.objects import draw_material
from simgen.scenario import spec
from simgen.worlds.bin import bin_world
from simgen.worlds.empty import empty
from simgen.worlds.road import Road, road
from simgen.worlds.tabletop import Tabletop, tabletop
from simgen.worlds.warehouse import Warehouse, warehouse
from simgen.worlds.world import Part, World

_SEEDS = 2**31


def draw_world(draws: Draws, world: spec.World) -> World:
    """Return the drawn surroundings.

    Raises:
        ScenarioError: the drawn numbers make no such world, for example walls thicker than the bin.
    """
    try:
        if isinstance(world, spec.TabletopWorld):
            return _tabletop(draws, world)
        if isinstance(world, spec.BinWorld):
            return _bin(draws, world)
        if isinstance(world, spec.WarehouseWorld):
            return _warehouse(draws, world)
        if isinstance(world, spec.RoadWorld):
            return _road(draws, world)
        material = draw_material(draws, world.material, "world.material")
        return empty(world.floor, draws.number(world.size, "world.size"), _seed(draws), material)
    except (AssetError, ValueError) as error:
        raise ScenarioError([Problem("world", str(error))]) from error


def _seed(draws: Draws) -> int:
    """Seed of the surface patterns, the same for all parts of one world."""
    return int(draws.rng("world.seed").integers(_SEEDS))


def _tabletop(draws: Draws, world: spec.TabletopWorld) -> World:
    return tabletop(
        Tabletop(
            width_m=draws.number(world.width, "world.width"),
            depth_m=draws.number(world.depth, "world.depth"),
            height_m=draws.number(world.height, "world.height"),
            surface=draws.text(world.surface, "world.surface"),
            with_floor=world.floor,
            floor_surface=draws.text(world.floor_surface, "world.floor_surface"),
            room=world.room,
            seed=_seed(draws),
            material=draw_material(draws, world.table_material, "world.table_material"),
            wall_surface=draws.text(world.wall_surface, "world.wall_surface"),
        )
    )


def _bin(draws: Draws, world: spec.BinWorld) -> World:
    width, depth, height = (
        draws.number(getattr(world, name), f"world.{name}") for name in ("width", "depth", "height")
    )
    return bin_world(
        (width, depth, height),
        draws.number(world.wall, "world.wall"),
        _seed(draws),
        draw_material(draws, world.material, "world.material"),
        draws.text(world.floor_surface, "world.floor_surface"),
    )


def _warehouse(draws: Draws, world: spec.WarehouseWorld) -> World:
    return warehouse(
        Warehouse(
            racks=draws.count(world.racks, "world.racks"),
            bays=draws.count(world.bays, "world.bays"),
            levels=draws.count(world.levels, "world.levels"),
            bay_width_m=draws.number(world.bay_width, "world.bay_width"),
            level_height_m=draws.number(world.level_height, "world.level_height"),
            rack_depth_m=draws.number(world.rack_depth, "world.rack_depth"),
            aisle_width_m=draws.number(world.aisle_width, "world.aisle_width"),
            floor_surface=draws.text(world.floor_surface, "world.floor_surface"),
            seed=_seed(draws),
        )
    )


def _road(draws: Draws, world: spec.RoadWorld) -> World:
    def number(name: str) -> float:
        return draws.number(getattr(world, name), f"world.{name}")

    return road(
        Road(
            length_m=number("length"),
            bend_rad=number("bend"),
            slope=number("slope"),
            lane_width_m=number("lane_width"),
            edge_m=number("edge"),
            shoulder_m=number("shoulder"),
            verge_m=number("verge"),
            meadow_m=number("meadow"),
            centre=draws.text(world.centre, "world.centre"),
            trees=number("trees"),
            grass=number("grass"),
            posts=world.posts,
            guard_rail=draws.text(world.guard_rail, "world.guard_rail"),
            sign=draws.text(world.sign, "world.sign"),
            wet=number("wet"),
            seed=_seed(draws),
        )
    )


def part_object(part: Part, instance_id: int, library: AssetLibrary) -> SceneObject:
    """Return the record of one static piece of the surroundings."""
    info = library.describe(part.asset)
    category = library.taxonomy.by_name(part.category or info.category)
    return SceneObject(
        instance_id=instance_id,
        name=part.name,
        category=category.name,
        category_id=category.category_id,
        is_thing=category.is_thing,
        asset=part.asset,
        size_m=part.size_m,
        scale=1.0,
        pose=part.pose,
        motion="static",
        mass_kg=0.0,
        friction=info.friction,
        restitution=info.restitution,
        material=part.material,
    )
