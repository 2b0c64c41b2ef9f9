"""Models and light maps made by code, so that scenes work without any pack."""

from __future__ import annotations

from simgen.assets.procedural.light_maps import (
    build_environment,
    describe_environment,
    environment_names,
    natural_environment_lux,
)
from simgen.assets.procedural.rack import bay_centers_m, deck_top_m, rack_size_m
from simgen.assets.procedural.registry import build, collision, describe, middle_m, names
from simgen.assets.procedural.road_line import RoadLine
from simgen.assets.procedural.road_signs import SIGNS
from simgen.assets.procedural.surfaces import SURFACES

__all__ = [
    "SIGNS",
    "SURFACES",
    "RoadLine",
    "bay_centers_m",
    "build",
    "build_environment",
    "collision",
    "deck_top_m",
    "describe",
    "describe_environment",
    "environment_names",
    "middle_m",
    "names",
    "natural_environment_lux",
    "rack_size_m",
]
