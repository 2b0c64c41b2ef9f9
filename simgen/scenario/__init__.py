"""The scenario language: the typed model, its values and distributions, and the loader that explains mistakes."""

from simgen.scenario.canonical import canonical_json, scenario_hash, to_yaml
from simgen.scenario.draw import draw, draw_colour, draw_int, draw_number, draw_params, draw_text, draw_vector
from simgen.scenario.expressions import holds
from simgen.scenario.load import Loaded, find, load, load_named, load_text, load_tree, scene_names
from simgen.scenario.schema import json_schema, schema_text
from simgen.scenario.spec import Scenario
from simgen.scenario.walk import asset_ids

__all__ = [
    "Loaded",
    "Scenario",
    "asset_ids",
    "canonical_json",
    "draw",
    "draw_colour",
    "draw_int",
    "draw_number",
    "draw_params",
    "draw_text",
    "draw_vector",
    "find",
    "holds",
    "json_schema",
    "load",
    "load_named",
    "load_text",
    "load_tree",
    "scenario_hash",
    "scene_names",
    "schema_text",
    "to_yaml",
]
