"""The scenario language: the typed model, its values and distributions, and the loader that explains mistakes."""

from simgen.scenario.draw import draw, draw_colour, draw_int, draw_number, draw_params, draw_text, draw_vector
from simgen.scenario.expressions import holds
from simgen.scenario.spec import Scenario

__all__ = [
    "Scenario",
    "draw",
    "draw_colour",
    "draw_int",
    "draw_number",
    "draw_params",
    "draw_text",
    "draw_vector",
    "holds",
]
