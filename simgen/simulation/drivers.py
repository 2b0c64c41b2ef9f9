"""Drivers: each moves one body as its behaviour says, between physics steps.

A kinematic body is put where the behaviour wants it; a dynamic one is given changes of velocity.
"""

from __future__ import annotations

from math import atan2, ceil, hypot, inf, pi
from typing import NamedTuple

from simgen.errors import SimulationError
from simgen.geometry import Vec3
from simgen.records.behaviour import Behaviour
from simgen.simulation.behaviours import Pilot, Running, begin, has_conditions
from simgen.simulation.behaviours.base import EPSILON_S, Move
from simgen.simulation.bodies import STILL, Body, turn_between, turned
from simgen.simulation.stage import Stage

_MAX_ROUNDS = 1000  # parts of a behaviour that may end within one choice
_FASTEST_TURN_RADPS = 2 * pi  # a front that turns faster jumped; nothing on legs or wheels spins so
_DYNAMIC_MPS2 = 4.0  # of a dynamic actor whose behaviour has no acceleration of its own, assumed
_MOVES_M = 1e-9
_NEVER = 1 << 62


class _Plan(NamedTuple):
    """What a behaviour wants until the next choice.

    Attributes:
        way_m: displacement.
        time_s: in which it is covered.
        acceleration_mps2: bound on it, for dynamic bodies; infinite where the behaviour has none.
        heading_rad: of the front, None where it follows the way.
    """

    way_m: Vec3
    time_s: float
    acceleration_mps2: float
    heading_rad: float | None


class Driver:
    """Moves one body.

    Attributes:
        body: that is moved.
        serial: how many behaviours it has begun; tells one from the next.
        running: the present behaviour; None where it has ended.
        due: step from which on it wants to choose again.
    """

    def __init__(self, stage: Stage, body: Body, velocity_mps: Vec3) -> None:
        self._stage, self.body = stage, body
        self._pilot = Pilot(body, stage)
        self._pilot.velocity_mps = velocity_mps
        self.serial, self.due = 0, 0
        self.running: Running | None = None
        self._path = ""  # of the present behaviour in the scenario
        self._looks, self._looked = (
            False,
            -1,
        )  # whether it has conditions, and the step they were looked at last
        self._stale = True  # the velocity chosen last is of no use any more
        # The velocity is held from one step to another; the body was there at the first of them.
        self._from_step, self._until_step, self._from_m = 0, 0, body.position_m

    # -- what it does --------------------------------------------------------------------------------------------

    def start(self, behaviour: Behaviour) -> int:
        """Drop the present behaviour and begin this one; return its serial number."""
        self._catch_up()
        self._pilot.place = None if self.running is None else self._pilot.place
        self.running = begin(behaviour, self._stage, self._pilot)
        self._path, self._looks = behaviour.path, has_conditions(behaviour)
        self._stale, self.due = True, 0
        self.serial += 1
        if self.body.mode == "dynamic":
            self._stage.world.set_friction(self.body.instance_id, 0.0)  # it pushes itself on, nothing drags
        return self.serial

    def stop(self) -> None:
        """End the behaviour; a driven body goes on at the velocity it has."""
        self._end()
        self._stale, self.due = True, 0

    def over(self, serial: int) -> bool:
        """Whether a behaviour begun before has ended, was replaced, or its body is gone."""
        waiting = self._until_step != _NEVER and self._stage.clock.step < self._until_step and not self._stale
        ended = self.running is None and not waiting
        return serial != self.serial or ended or not self.body.present

    def _end(self) -> None:
        self._pilot.place = None
        if self.running is not None and self.body.present and self.body.mode == "dynamic":
            self._stage.world.set_friction(self.body.instance_id, None)
        self.running, self._looks = None, False

    # -- choosing ------------------------------------------------------------------------------------------------

    def choose(self, stride: int) -> None:
        """Choose a velocity: on the grid of behaviours, or where something has changed. To be called when `due`."""
        step = self._stage.clock.step
        changed = self._looks and self._looked != step and self.running is not None and self.running.look()
        self._looked = step
        if self._stale or changed or step >= self._until_step:
            self._stale = False
            self._choose(step, stride)
        self.due = step + 1 if self._looks else self._until_step

    def _choose(self, step: int, stride: int) -> None:
        if self.running is None:
            self._coast(step)
            return
        self._catch_up()
        steps = stride - step % stride
        plan = self._plan(steps)
        steps = max(round(plan.time_s * self._stage.clock.rate_hz), 1)
        self._from_step, self._until_step = step, step + steps
        if self.body.mode == "dynamic":
            self._accelerate(plan.way_m, plan.time_s, plan.acceleration_mps2)
        else:
            self._steer(plan.way_m, plan.time_s, plan.heading_rad)

    def _plan(self, steps: int) -> _Plan:
        """Ask the behaviour for the time up to the next choice; where a part ends within it, to the step after that."""
        pilot = self._pilot
        start, place = pilot.position_m, pilot.place
        limit, used, last = self._advance(steps * self._stage.clock.step_s)
        if pilot.place is place:
            pilot.place = None  # it follows no lane any more
        rest = max(limit - used, 0.0)  # what is left after its end it goes on as it is
        (x, y, z), (vx, vy, vz) = pilot.position_m, pilot.velocity_mps
        pilot.position_m = (x + vx * rest, y + vy * rest, z + vz * rest)
        (ex, ey, ez), (sx, sy, sz) = pilot.position_m, start
        way = (ex - sx, ey - sy, ez - sz)
        if last is None:
            return _Plan(way, limit, inf, None)
        return _Plan(way, limit, last.acceleration_mps2, last.heading_rad)

    def _advance(self, limit_s: float) -> tuple[float, float, Move | None]:
        """Let the behaviour take the pilot on for so many seconds, or until the step after a part of it ends.

        Returns:
            the time until then, how much of it the behaviour used, and its last move.
        """
        pilot, step_s = self._pilot, self._stage.clock.step_s
        used_s, move = 0.0, None
        for _ in range(_MAX_ROUNDS):
            if self.running is None or limit_s - used_s <= EPSILON_S:
                return limit_s, used_s, move
            asked_s = limit_s - used_s
            move = self.running.advance(asked_s)
            (x, y, z), (dx, dy, dz) = pilot.position_m, move.way_m
            pilot.position_m, pilot.velocity_mps = (x + dx, y + dy, z + dz), move.velocity_mps
            pilot.heading_rad = _heading(move.velocity_mps, pilot.heading_rad)
            used_s += move.used_s
            if used_s > EPSILON_S and move.used_s < asked_s - EPSILON_S:
                limit_s = min(limit_s, ceil((used_s - EPSILON_S) / step_s) * step_s)
            if move.done:
                self._end()
        raise SimulationError(
            f"{self._path}: behaviours of '{self.body.name}' ended {_MAX_ROUNDS} times within "
            f"{limit_s:.3g} s at {self._stage.clock.time_s:.3f} s; give them something that takes time"
        )

    # -- moving --------------------------------------------------------------------------------------------------

    def _steer(self, way_m: Vec3, time_s: float, heading_rad: float | None) -> None:
        body, (x, y, z) = self.body, way_m
        if self._stage.parents:
            self._stage.bodies.moved()  # what it carries turns with it
        body.velocity_mps = (x / time_s, y / time_s, z / time_s)
        self._stage.fastest_mps = max(self._stage.fastest_mps, body.speed_mps)
        before = body.heading_rad
        wanted = _heading(way_m, before) if heading_rad is None else heading_rad
        turn = turn_between(before, wanted)
        if abs(turn) > 1e-12:
            body.turn_to(turned(body.quaternion_wxyz, turn))
        rate = turn / time_s
        body.angular_radps = (0.0, 0.0, rate) if abs(rate) <= _FASTEST_TURN_RADPS else STILL
        self._pilot.heading_rad = wanted

    def _coast(self, step: int) -> None:
        """Go on for ever at the velocity it has; a dynamic body is left to physics."""
        body = self._stage.bodies.current(self.body)
        self._from_step, self._until_step, self._from_m = step, _NEVER, body.position_m
        if body.mode != "dynamic":
            body.velocity_mps, body.angular_radps = self._pilot.velocity_mps, STILL
            if self._stage.parents:
                self._stage.bodies.moved()  # what it carries has its velocity

    def _accelerate(self, way_m: Vec3, time_s: float, acceleration_mps2: float) -> None:
        """Change the velocity of a dynamic body towards the one wanted; up and down is left to gravity."""
        body, world = self.body, self._stage.world
        vx, vy, vz = body.velocity_mps
        dx, dy = way_m[0] / time_s - vx, way_m[1] / time_s - vy
        most = (acceleration_mps2 if acceleration_mps2 < inf else _DYNAMIC_MPS2) * time_s
        share = min(1.0, most / max(hypot(dx, dy), 1e-12))
        wx, wy, _ = body.angular_radps
        turn = turn_between(body.heading_rad, _heading(way_m, body.heading_rad))
        rate = max(-_FASTEST_TURN_RADPS, min(turn / time_s, _FASTEST_TURN_RADPS))
        velocity = (vx + share * dx, vy + share * dy, vz)
        world.set_velocity(body.instance_id, velocity, (wx, wy, rate))
        self._stage.bodies.moved()
        self._stage.fastest_mps = max(self._stage.fastest_mps, hypot(*velocity))

    def carry_on(self) -> None:
        """Bring a driven body to the present instant at the velocity it holds."""
        passed = (self._stage.clock.step - self._from_step) * self._stage.clock.step_s
        (x, y, z), (vx, vy, vz) = self._from_m, self.body.velocity_mps
        self.body.position_m = (x + vx * passed, y + vy * passed, z + vz * passed)

    def _catch_up(self) -> None:
        """Take over where the body is: behaviours plan from there."""
        body, pilot = self._stage.bodies.current(self.body), self._pilot
        self._from_m = pilot.position_m = body.position_m
        if body.mode == "dynamic":
            pilot.velocity_mps = body.velocity_mps
            pilot.heading_rad = body.heading_rad


def _heading(way: Vec3, otherwise: float) -> float:
    x, y, _ = way
    return atan2(y, x) if hypot(x, y) > _MOVES_M else otherwise
