"""Compositions of behaviours: serial, parallel, until, for, repeat."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from simgen.errors import SimulationError
from simgen.records.behaviour import Behaviour
from simgen.simulation.behaviours.base import EPSILON_S, Begin, Move, Pilot, Running, along
from simgen.simulation.bodies import STILL
from simgen.simulation.stage import Stage
from simgen.simulation.triggers import make_look

_MAX_IDLE_ROUNDS = 1000  # so often may what is repeated end without taking time


class Serial:
    """One after the other."""

    def __init__(self, node: Behaviour, stage: Stage, pilot: Pilot, begin: Begin) -> None:
        del stage
        self._pilot, self._begin = pilot, begin
        self._left = list(node.children)
        self._now: Running | None = None

    def advance(self, dt_s: float) -> Move:
        """Go on with the present one, or begin the next."""
        if self._now is None:
            if not self._left:
                return Move(STILL, 0.0, self._pilot.velocity_mps, done=True)
            self._now = self._begin(self._left.pop(0))
        move = self._now.advance(dt_s)
        if move.done:
            self._now = None
        return move._replace(done=move.done and not self._left)

    def look(self) -> bool:
        """Look at the present one's conditions."""
        return self._now is not None and self._now.look()


class Parallel:
    """All at once; the last of those that give a velocity wins."""

    def __init__(self, node: Behaviour, stage: Stage, pilot: Pilot, begin: Begin) -> None:
        del stage
        self._pilot = pilot
        self._parts = [begin(child) for child in node.children]

    def advance(self, dt_s: float) -> Move:
        """Go on with all that have not ended."""
        moves = [(part, part.advance(dt_s)) for part in self._parts]
        self._parts = [part for part, move in moves if not move.done]
        steering = [move for _, move in moves if move.steers]
        if not moves:
            return Move(STILL, 0.0, self._pilot.velocity_mps, done=True)
        if not steering:
            last = moves[-1][1]
            return last._replace(used_s=dt_s, done=not self._parts)
        last = steering[-1]
        if not self._parts:
            longest = max(move.used_s for _, move in moves)
            return _padded(last, longest)._replace(done=True)
        return _padded(last, dt_s)._replace(done=False)

    def look(self) -> bool:
        """Look at all."""
        return any([part.look() for part in self._parts])  # noqa: C419 - each must be looked at


def _padded(move: Move, until_s: float) -> Move:
    """Return a move that goes on at its last velocity to the end of a stretch of time."""
    rest = along(move.velocity_mps, until_s - move.used_s)
    way = (move.way_m[0] + rest[0], move.way_m[1] + rest[1], move.way_m[2] + rest[2])
    return move._replace(way_m=way, used_s=until_s)


class Until:
    """A behaviour, cut off by a condition."""

    def __init__(self, node: Behaviour, stage: Stage, pilot: Pilot, begin: Begin) -> None:
        if node.condition is None:
            raise SimulationError(f"{node.path}: 'until' has no condition")
        self._pilot, self._condition = pilot, make_look(node.condition, stage)
        self._part, self._cut = begin(node.children[0]), self._condition()

    def advance(self, dt_s: float) -> Move:
        """Go on, unless the condition is true."""
        if self._cut:
            return Move(STILL, 0.0, self._pilot.velocity_mps, done=True)
        return self._part.advance(dt_s)

    def look(self) -> bool:
        """Look at the condition, and at those within."""
        within = self._part.look()
        self._cut = self._condition() or self._cut
        return self._cut or within


class For:
    """A behaviour, cut off by time."""

    def __init__(self, node: Behaviour, stage: Stage, pilot: Pilot, begin: Begin) -> None:
        del stage
        self._pilot, self._left = pilot, node.number("time_s")
        self._part = begin(node.children[0])

    def advance(self, dt_s: float) -> Move:
        """Go on while there is time."""
        if self._left <= EPSILON_S:
            return Move(STILL, 0.0, self._pilot.velocity_mps, done=True)
        move = self._part.advance(min(dt_s, self._left))
        self._left -= move.used_s
        return move._replace(done=move.done or self._left <= EPSILON_S)

    def look(self) -> bool:
        """Look at what is within."""
        return self._part.look()


class Repeat:
    """A behaviour, again and again."""

    def __init__(self, node: Behaviour, stage: Stage, pilot: Pilot, begin: Begin) -> None:
        del stage
        self._pilot = pilot
        count = node.optional("count")
        self._left = inf if count is None else count
        self._again: Callable[[], Running] = lambda: begin(node.children[0])
        self._now: Running | None = None
        self._idle, self._path = 0, node.path

    def advance(self, dt_s: float) -> Move:
        """Go on, or begin anew."""
        if self._now is None:
            if self._left <= 0:
                return Move(STILL, 0.0, self._pilot.velocity_mps, done=True)
            self._left -= 1
            self._now = self._again()
        move = self._now.advance(dt_s)
        self._idle = self._idle + 1 if move.used_s == 0.0 else 0
        if self._idle > _MAX_IDLE_ROUNDS:
            raise SimulationError(
                f"{self._path}: what is repeated ended {_MAX_IDLE_ROUNDS} times at once; "
                "give it something that takes time, or a count"
            )
        if move.done:
            self._now = None
        return move._replace(done=move.done and self._left <= 0)

    def look(self) -> bool:
        """Look at what is within."""
        return self._now is not None and self._now.look()
