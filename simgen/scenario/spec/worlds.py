"""Surroundings made by code, each with its regions."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Tag
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from simgen.errors import did_you_mean
from simgen.scenario.branches import closest, keys_of
from simgen.scenario.spec.base import Model
from simgen.scenario.spec.objects import MaterialSpec
from simgen.scenario.values import (
    Angle,
    Fraction,
    NonNegative,
    Plain,
    PositiveCount,
    PositiveLength,
    Text,
)


class EmptyWorld(Model):
    """Nothing but an optional floor. Region: `floor`."""

    kind: Literal["empty"] = "empty"
    floor: bool = True
    size: PositiveLength = 20.0
    material: MaterialSpec | None = None


class TabletopWorld(Model):
    """A table on a floor. Regions: `table`, `floor`."""

    kind: Literal["tabletop"]
    width: PositiveLength = 1.4  # x
    depth: PositiveLength = 0.9  # y
    height: PositiveLength = 0.75
    table_material: MaterialSpec | None = None
    # Procedural surface of the top: wood, laminate, stone, metal, fabric, noise, print ...
    surface: Text = "wood"
    floor: bool = True
    floor_surface: Text = "planks"
    room: bool = False  # walls around
    wall_surface: Text = "plaster"


class BinWorld(Model):
    """An open bin on a floor or stand. Regions: `bin` (its inside), `floor`."""

    kind: Literal["bin"]
    width: PositiveLength = 0.6
    depth: PositiveLength = 0.4
    height: PositiveLength = 0.25
    wall: PositiveLength = 0.008
    material: MaterialSpec | None = None
    floor_surface: Text = "concrete"


class WarehouseWorld(Model):
    """A hall with pallet racks. Regions: `floor`, `aisle`, and per rack and level `rack[0].level[1]` ..."""

    kind: Literal["warehouse"]
    racks: PositiveCount = 2
    bays: PositiveCount = 3
    levels: PositiveCount = 3
    bay_width: PositiveLength = 2.7
    level_height: PositiveLength = 1.6
    rack_depth: PositiveLength = 1.1
    aisle_width: PositiveLength = 3.2
    floor_surface: Text = "concrete"


class RoadWorld(Model):
    """A two-lane country road from the origin along +X, driven on the right, through meadows with trees.

    Lanes, and a region of each name: `right_lane` from the origin, `left_lane` towards it, and beside each
    `shoulder_right`, `verge_right` and so on. More regions: `carriageway`, `road` (all that is paved), `roadside`.
    """

    kind: Literal["road"]
    length: PositiveLength = 300.0  # of the lanes; the road is drawn a good way on at both ends
    bend: Angle = 0.0  # by how much it turns left over its length
    slope: Plain = 0.0  # rise over run half way, where it is steepest
    lane_width: PositiveLength = 3.5
    edge: PositiveLength = 0.5  # paved strip outside of each lane; the edge line is on it
    shoulder: PositiveLength = 1.5  # gravel
    verge: PositiveLength = 4.0  # mown grass
    meadow: PositiveLength = 120.0  # ground on both sides
    centre: Text = "dashed"  # dashed, or solid where overtaking is forbidden
    trees: NonNegative = 1.0  # density of trees and bushes
    grass: NonNegative = 1.0  # density of tufts on the verges
    posts: bool = True  # delineator posts along the shoulders
    guard_rail: Text = "none"  # none, left, right, both
    sign: Text = "none"  # on the right, a quarter of the length in: none, deer, children, limit_70 ...
    wet: Fraction = 0.0  # road and shoulders: 0 dry, 0.5 dark, 1 under a film of water that mirrors


_WORLDS = {
    "empty": EmptyWorld,
    "tabletop": TabletopWorld,
    "bin": BinWorld,
    "warehouse": WarehouseWorld,
    "road": RoadWorld,
}


def _check_world(raw: Any) -> Any:
    """Refuse a mapping without a known `kind` before any form of world is tried."""
    if not isinstance(raw, dict):
        return raw
    kind = raw.get("kind")  # pyright: ignore[reportUnknownVariableType]
    if kind is None and raw:
        typo = closest("kind", [str(key) for key in raw if str(key) not in keys_of(TabletopWorld)])  # pyright: ignore[reportUnknownArgumentType]
        if typo:
            raise ValidationError.from_exception_data(
                "world", [InitErrorDetails(type="extra_forbidden", loc=(typo,), input=None)]
            )
        raise PydanticCustomError(
            "value", "{message}", {"message": f"lacks 'kind': one of {', '.join(_WORLDS)}"}
        )
    if kind is not None and kind not in _WORLDS:
        message = (
            f"unknown kind of world '{kind}';{did_you_mean(str(kind), _WORLDS)} known: {', '.join(_WORLDS)}"
        )
        raise PydanticCustomError("value", "{message}", {"message": message})
    return raw  # pyright: ignore[reportUnknownVariableType]


def _world_tag(raw: Any) -> str:
    if isinstance(raw, dict):
        return f"<{raw.get('kind', 'empty')}>"  # pyright: ignore[reportUnknownMemberType]
    return next((f"<{kind}>" for kind, model in _WORLDS.items() if isinstance(raw, model)), "<empty>")


World = Annotated[
    Annotated[EmptyWorld, Tag("<empty>")]
    | Annotated[TabletopWorld, Tag("<tabletop>")]
    | Annotated[BinWorld, Tag("<bin>")]
    | Annotated[WarehouseWorld, Tag("<warehouse>")]
    | Annotated[RoadWorld, Tag("<road>")],
    Discriminator(_world_tag),
    BeforeValidator(_check_world),
]
