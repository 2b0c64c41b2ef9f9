"""Every procedural model by name."""

from __future__ import annotations

from functools import lru_cache

from simgen.assets.procedural import (
    bins,
    carton,
    child,
    crate,
    deer,
    fasteners,
    machine_parts,
    pallet,
    primitives,
    rack,
    road,
    road_furniture,
    road_ground,
    road_signs,
    roadside_plants,
    structure,
    table,
    tableware,
    vessels,
)
from simgen.assets.procedural.family import Family
from simgen.assets.procedural.params import Parameter
from simgen.errors import AssetError, did_you_mean
from simgen.geometry import Vec3
from simgen.records.asset import Asset, AssetInfo, AssetRef, Collision

_PREFIX = "procedural/"
_FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        *(module.FAMILY for module in (bins, carton, child, crate, deer, pallet, rack, road_signs, table)),
        *fasteners.FAMILIES,
        *machine_parts.FAMILIES,
        *road.FAMILIES,
        *road_furniture.FAMILIES,
        *road_ground.FAMILIES,
        *roadside_plants.FAMILIES,
        *structure.FAMILIES,
        *tableware.FAMILIES,
        *vessels.FAMILIES,
    )
}
_NAMES = tuple(sorted((*_FAMILIES, *primitives.SHAPES)))


def names() -> tuple[str, ...]:
    """Return the names of all procedural models, without the `procedural/` in front, sorted."""
    return _NAMES


@lru_cache(maxsize=2048)
def describe(ref: AssetRef) -> AssetInfo:
    """Return the entry of a procedural model without making its mesh or textures.

    Raises:
        AssetError: an unknown model, an unknown parameter, or a value out of its range.
    """
    if _name(ref) in primitives.SHAPES:
        return primitives.describe(ref)
    return _FAMILIES[_name(ref)].describe(ref)


def build(ref: AssetRef) -> Asset:
    """Return a procedural model; textures are shared with other models of the process.

    Raises:
        AssetError: as in `describe`.
    """
    if _name(ref) in primitives.SHAPES:
        return primitives.build(ref)
    return _FAMILIES[_name(ref)].build(ref)


def collision(ref: AssetRef) -> Collision:
    """Return the collision shape of a procedural model without making its mesh and prints.

    Raises:
        AssetError: as in `describe`.
    """
    if _name(ref) in primitives.SHAPES:
        return primitives.build(ref).collision  # of a few triangles and no texture
    return _FAMILIES[_name(ref)].collision(ref)


def middle_m(ref: AssetRef) -> Vec3:
    """Return where the middle of a model's box lies in the coordinates that its recipe uses.

    Models along a road share the road's coordinates, so that this is where they stand.

    Raises:
        AssetError: as in `describe`.
    """
    family = _FAMILIES.get(_name(ref))
    return (0.0, 0.0, 0.0) if family is None else family.middle_m(ref)


def parameters(asset_id: str) -> tuple[Parameter, ...]:
    """Return what a procedural model can be told.

    Raises:
        AssetError: an unknown model.
    """
    name = _name(AssetRef(asset_id))
    return primitives.PARAMETERS[name] if name in primitives.SHAPES else _FAMILIES[name].parameters


def _name(ref: AssetRef) -> str:
    name = ref.asset_id.removeprefix(_PREFIX)
    if name not in _NAMES:
        raise AssetError(
            f"no procedural model '{name}';{did_you_mean(name, _NAMES)} known: {', '.join(_NAMES)}"
        )
    return name
