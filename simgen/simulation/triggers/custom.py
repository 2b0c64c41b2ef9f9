"""Triggers written in Python: `module:function`, called as `function(view, rng, **params)` at every step."""

from __future__ import annotations

from simgen.records.behaviour import Trigger
from simgen.simulation.python_calls import guarded, imported, params_of
from simgen.simulation.stage import Stage
from simgen.simulation.triggers.modifiers import Look
from simgen.simulation.view import WorldView


def python(trigger: Trigger, stage: Stage, children: list[Look]) -> Look:
    """A function of the world says so."""
    del children
    function, params = imported(trigger), params_of(trigger)
    view, generator = WorldView(stage), stage.generator(trigger.path)
    return lambda: bool(guarded(trigger, lambda: function(view, generator, **params)))
