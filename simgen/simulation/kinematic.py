"""The closed-form engine: bodies fly, nothing touches. Reference for the others and double for tests.

The centre of mass follows `x(t) = x0 + v0 t + g t² / 2`; the body turns about it at constant angular velocity
(exact for a body that spins about a principal axis). Without contacts nothing can come to rest, so frames
always begin at time 0.
"""

from __future__ import annotations

import numpy as np

from simgen.assets import AssetLibrary
from simgen.closing import Closable
from simgen.geometry import FloatArray, matrix_from_quaternion, quaternion_about_axis, quaternion_multiply
from simgen.records.scene import Scene, SceneObject
from simgen.records.trajectory import Contact
from simgen.simulation.protocol import BodyStates, Speeds
from simgen.simulation.shapes import body_shape


class KinematicWorld(Closable):
    """A scene whose bodies follow closed forms of time."""

    can_rest = False

    def __init__(self, scene: Scene, library: AssetLibrary) -> None:
        self._scene, self._steps = scene, 0
        self._flights = [Flight(body, scene.physics.gravity_mps2, library) for body in scene.objects]

    def step(self) -> None:
        """Advance the clock by one step."""
        self._steps += 1

    @property
    def _time_s(self) -> float:
        return self._steps / self._scene.physics.step_rate_hz

    def speeds(self) -> Speeds:
        """Return the speeds of the dynamic bodies."""
        movers = [flight for flight in self._flights if flight.moves]
        return Speeds(
            [float(np.linalg.norm(flight.com_velocity(self._time_s))) for flight in movers],
            [float(np.linalg.norm(flight.omega)) for flight in movers],
        )

    def still_steps(self) -> int:
        """Return 0: nothing comes to rest."""
        return 0

    def states(self) -> BodyStates:
        """Return the state of every body at the present time."""
        rows = [flight.state(self._time_s) for flight in self._flights]
        position, quaternion, velocity, omega = (
            np.array([row[column] for row in rows], dtype=float).reshape(len(rows), width)
            for column, width in enumerate((3, 4, 3, 3))
        )
        return BodyStates(position, quaternion, velocity, omega)

    def contacts(self, frame_index: int) -> tuple[Contact, ...]:
        """Return no contacts, at any frame."""
        del frame_index
        return ()

    def close(self) -> None:
        """Nothing is held."""


class Flight:
    """Closed-form motion of one body."""

    def __init__(
        self, body: SceneObject, gravity_mps2: tuple[float, float, float], library: AssetLibrary
    ) -> None:
        self.body = body
        self.moves = body.motion == "dynamic"
        self.gravity = np.asarray(gravity_mps2) if self.moves else np.zeros(3)
        self.omega = np.asarray(body.angular_velocity_radps) if self.moves else np.zeros(3)
        self.velocity = np.asarray(body.linear_velocity_mps) if self.moves else np.zeros(3)
        com = library.collision(body.asset).center_of_mass_m if self.moves else (0.0, 0.0, 0.0)
        self.com_object = np.asarray(com) * body.scale
        self._library = library
        arm = self._arm(body.pose.quaternion_wxyz)
        self.com_start = np.asarray(body.pose.position_m) + arm
        self.com_velocity_start = self.velocity + np.cross(self.omega, arm)

    def com_velocity(self, time_s: float) -> FloatArray:
        """Return the velocity (3,) of the centre of mass."""
        return self.com_velocity_start + self.gravity * time_s

    def state(self, time_s: float) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return position, quaternion, velocity and angular velocity of the object frame."""
        quaternion = self._orientation(time_s)
        arm = self._arm(quaternion)
        com = self.com_start + self.com_velocity_start * time_s + self.gravity * (time_s * time_s / 2)
        velocity = self.com_velocity(time_s) - np.cross(self.omega, arm)
        return com - arm, np.asarray(quaternion), velocity, self.omega

    def spin_of(self, moment_nms: FloatArray, R_world_object: FloatArray) -> FloatArray:
        """Return the change of angular velocity (3,) by an impulsive moment (3,), world."""
        form = body_shape(self._library.collision(self.body.asset))
        axes = R_world_object @ matrix_from_quaternion(form.principal_quaternion_wxyz)
        inertia = self.body.mass_kg * self.body.scale**2 * form.inertia_per_kg_m2
        return axes @ ((axes.T @ moment_nms) / inertia)

    def _orientation(self, time_s: float) -> tuple[float, float, float, float]:
        rate = float(np.linalg.norm(self.omega))
        if rate == 0.0:
            return self.body.pose.quaternion_wxyz
        turn = quaternion_about_axis(self.omega / rate, rate * time_s)
        return quaternion_multiply(turn, self.body.pose.quaternion_wxyz)

    def _arm(self, quaternion_wxyz: tuple[float, float, float, float]) -> FloatArray:
        """Origin to centre of mass, world frame."""
        return matrix_from_quaternion(quaternion_wxyz) @ self.com_object
