"""Models and light maps made by code, so that scenes work without any pack."""

from __future__ import annotations

from simgen.assets.procedural.light_maps import (
    build_environment,
    describe_environment,
    environment_names,
    environment_parameters,
    natural_environment_lux,
)
from simgen.assets.procedural.params import Parameter, check_one
from simgen.assets.procedural.rack import bay_centers_m, deck_top_m, rack_size_m
from simgen.assets.procedural.registry import build, collision, describe, middle_m, names, parameters
from simgen.assets.procedural.road_line import RoadLine
from simgen.assets.procedural.road_signs import SIGNS
from simgen.assets.procedural.surfaces import SURFACES
from simgen.records.asset import ParamValue

__all__ = [
    "SIGNS",
    "SURFACES",
    "Parameter",
    "RoadLine",
    "bay_centers_m",
    "build",
    "build_environment",
    "check_parameter",
    "collision",
    "deck_top_m",
    "describe",
    "describe_environment",
    "environment_names",
    "middle_m",
    "names",
    "natural_environment_lux",
    "parameters_of",
    "rack_size_m",
]


def parameters_of(asset_id: str) -> tuple[Parameter, ...]:
    """Return what a model or light map can be told; nothing for those that are no procedural ones.

    Raises:
        AssetError: no procedural model or light map is called so.
    """
    prefix, _, name = asset_id.partition("/")
    if prefix != "procedural":
        return ()
    return environment_parameters(name) if name in environment_names() else parameters(asset_id)


def check_parameter(asset_id: str, name: str, value: ParamValue | None) -> None:
    """Check one parameter of a model or light map by itself; None for a value that is not known yet.

    Raises:
        AssetError: it has no such parameter, or not of this value; the message names what is allowed.
    """
    check_one(asset_id, name, value, parameters_of(asset_id))
