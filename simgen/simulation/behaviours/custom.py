"""Behaviours written in Python: `module:Class`, made with its params; `run(view, rng)` is a generator of commands.

A command is a velocity (x, y, z) in m/s, world, that holds until behaviours choose again; or None: go on as it is.
"""

from __future__ import annotations

from collections.abc import Generator
from math import isfinite
from typing import Any, cast

from simgen.errors import SimulationError
from simgen.geometry import Vec3
from simgen.records.behaviour import Behaviour
from simgen.simulation.behaviours.base import Begin, Leaf, Move, Pilot, along
from simgen.simulation.bodies import STILL
from simgen.simulation.python_calls import guarded, imported, params_of
from simgen.simulation.stage import Stage
from simgen.simulation.view import WorldView


class PythonBehaviour(Leaf):
    """What a generator yields."""

    def __init__(self, node: Behaviour, stage: Stage, pilot: Pilot, begin: Begin) -> None:
        del begin
        self._node, self._pilot = node, pilot
        made, params = imported(node), params_of(node)
        view, generator = WorldView(stage, me=pilot.body.name), stage.generator(node.path)
        started = guarded(node, lambda: made(**params).run(view, generator))
        if not isinstance(started, Generator):
            raise SimulationError(
                f"{node.path}: '{node.text('call')}.run' must be a generator: it yields commands"
            )
        self._run = cast("Generator[Any, None, Any]", started)

    def advance(self, dt_s: float) -> Move:
        """Do what the generator says next."""
        try:
            command = guarded(self._node, lambda: next(self._run))
        except StopIteration:
            return Move(STILL, 0.0, self._pilot.velocity_mps, done=True)
        if command is None:
            return Move(along(self._pilot.velocity_mps, dt_s), dt_s, self._pilot.velocity_mps, steers=False)
        velocity = self._velocity(command)
        return Move(along(velocity, dt_s), dt_s, velocity)

    def _velocity(self, command: Any) -> Vec3:
        try:
            x, y, z = (_finite(part) for part in command)
        except (TypeError, ValueError) as error:
            raise SimulationError(
                f"{self._node.path}: '{self._node.text('call')}' yielded {command!r}; "
                "yield a velocity (x, y, z) in m/s, or None to go on"
            ) from error
        return (x, y, z)


def _finite(part: Any) -> float:
    number = float(part)
    if not isfinite(number):
        raise ValueError(number)
    return number
