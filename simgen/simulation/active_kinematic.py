"""The closed-form engine for scenes in which something behaves or happens: driven bodies are where they are put.

Bodies still meet nothing. What is joined flies on by itself, and friction has nothing to act on.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from simgen.assets import AssetLibrary
from simgen.geometry import Vec3, matrix_from_quaternion, vec3
from simgen.records.scene import Scene, SceneObject
from simgen.simulation.driven import begin_driven
from simgen.simulation.kinematic import Flight, KinematicWorld
from simgen.simulation.protocol import BodyStates, Gap, Motion, Speeds, Touch


class ActiveKinematicWorld(KinematicWorld):
    """A scene whose dynamic bodies follow closed forms of time, from whenever they last changed."""

    def __init__(self, scene: Scene, library: AssetLibrary) -> None:
        super().__init__(scene, library)
        self._library = library
        self._begun: dict[int, tuple[int, Flight]] = {}
        self._driven: dict[int, Motion] = {}
        driven = begin_driven(scene)
        for body in scene.objects:
            if body.present and body.instance_id in driven:
                still = (0.0, 0.0, 0.0)
                self.drive(body.instance_id, Motion(*_pose(body), still, still))
            elif body.present and body.motion == "dynamic":
                self._begun[body.instance_id] = (0, Flight(body, scene.physics.gravity_mps2, library))

    def busy(self) -> bool:
        """Whether there is a dynamic body."""
        return bool(self._begun)

    def movers(self) -> list[int]:
        """Return the dynamic bodies, in the order of `speeds`."""
        return sorted(self._begun)

    def speeds(self) -> Speeds:
        """Return the speeds of the dynamic bodies."""
        flights = [(self._passed_s(body), self._begun[body][1]) for body in self.movers()]
        return Speeds(
            [float(np.linalg.norm(flight.com_velocity(passed))) for passed, flight in flights],
            [float(np.linalg.norm(flight.omega)) for _, flight in flights],
        )

    def states(self) -> BodyStates:
        """Return the state of every body at the present time; those not in the world are where they were placed."""
        states = super().states()
        for body in (*self._begun, *self._driven):
            row, motion = body - 1, self.motion(body)
            states.positions_m[row], states.quaternions_wxyz[row] = motion.position_m, motion.quaternion_wxyz
            states.linear_velocities_mps[row] = motion.velocity_mps
            states.angular_velocities_radps[row] = motion.angular_radps
        return states

    def motion(self, body: int) -> Motion:
        """Return pose and velocities of a body in the world."""
        if body in self._driven:
            return self._driven[body]
        if body not in self._begun:
            still = (0.0, 0.0, 0.0)
            return Motion(*_pose(self._scene.object(body)), still, still)
        position, q, velocity, omega = self._begun[body][1].state(self._passed_s(body))
        w, x, y, z = (float(part) for part in q)
        return Motion(vec3(position), (w, x, y, z), vec3(velocity), vec3(omega))

    def drive(self, body: int, motion: Motion) -> None:
        """Put a driven body somewhere."""
        self._driven[body] = motion

    def set_velocity(self, body: int, velocity_mps: Vec3, angular_radps: Vec3) -> None:
        """Change the velocity of a dynamic body."""
        now = self.motion(body)
        self._throw(body, now._replace(velocity_mps=velocity_mps, angular_radps=angular_radps))

    def set_friction(self, body: int, friction: float | None) -> None:
        """Nothing rubs."""

    def make_dynamic(self, body: int) -> None:
        """Let a driven body fly on."""
        self._throw(body, self._driven.pop(body))

    def join(self, child: int, parent: int) -> None:
        """Nothing holds."""

    def release(self, child: int) -> None:
        """Nothing holds."""

    def apply_impulse(self, body: int, impulse_ns: Vec3, at_object_m: Vec3 | None) -> None:
        """Push a dynamic body; its spin changes by the moment about the centre of mass."""
        record, now = self._scene.object(body), self.motion(body)
        flight = self._begun[body][1]
        dv = np.array(impulse_ns) / record.mass_kg
        spin = np.array(now.angular_radps)
        R = matrix_from_quaternion(now.quaternion_wxyz)
        if at_object_m is not None:
            arm = R @ (np.array(at_object_m) - flight.com_object)
            spin = spin + flight.spin_of(np.cross(arm, np.array(impulse_ns)), R)
        change = spin - np.array(now.angular_radps)
        velocity = np.array(now.velocity_mps) + dv - np.cross(change, R @ flight.com_object)
        self._throw(body, now._replace(velocity_mps=vec3(velocity), angular_radps=vec3(spin)))

    def spawn(self, body: int, motion: Motion, *, driven: bool) -> None:
        """Bring a body into the world."""
        if driven:
            self.drive(body, motion)
        elif self._scene.object(body).motion == "dynamic":
            self._throw(body, motion)

    def remove(self, body: int) -> None:
        """Take a body out of the world."""
        self._driven.pop(body, None)
        self._begun.pop(body, None)

    def gaps(self, a: int, b: int, reach_m: float) -> list[Gap]:
        """Return nothing: nothing meets."""
        del a, b, reach_m
        return []

    def touches(self) -> list[Touch]:
        """Return nothing: nothing touches."""
        return []

    def _passed_s(self, body: int) -> float:
        return (self._steps - self._begun[body][0]) / self._scene.physics.step_rate_hz

    def _throw(self, body: int, motion: Motion) -> None:
        """Begin a new flight now."""
        record = self._scene.object(body)
        thrown = replace(
            record,
            motion="dynamic",
            pose=replace(record.pose, position_m=motion.position_m, quaternion_wxyz=motion.quaternion_wxyz),
            linear_velocity_mps=motion.velocity_mps,
            angular_velocity_radps=motion.angular_radps,
        )
        flight = Flight(thrown, self._scene.physics.gravity_mps2, self._library)
        self._begun[body] = (self._steps, flight)


def _pose(body: SceneObject) -> tuple[Vec3, tuple[float, float, float, float]]:
    return body.pose.position_m, body.pose.quaternion_wxyz
