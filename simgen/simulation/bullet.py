"""PyBullet: the engine of real scenes.

A world is a fresh client, made for one scene and always disconnected: nothing of one scene reaches the next, so
each is the same wherever and whenever it runs. Bodies are inserted in order of instance id; no state is ever
saved and restored (it does not round-trip in Bullet).

What is assumed, because assets do not say it:

* Coefficients of two touching bodies combine by geometric mean, so equal ones keep their value. (Bullet
  multiplies; it is given square roots.)
* No damping: flight obeys the closed form. Balls resist rolling as if the floor sloped by 0.1 rad against them,
  other bodies by 0.01; without it a ball on a table never stops.

Limits, measured at 240 Hz: parts down to 1 cm rest steadily; a body of 1 cm hits without passing at 20 m/s, by
continuous collision detection. Hulls that are not boxes or balls have edges rounded by 1 mm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np

from simgen.assets import AssetLibrary
from simgen.closing import Closable
from simgen.geometry import FloatArray, cross_rows, matrix_from_quaternion, xyzw_from_wxyz
from simgen.records.asset import AssetRef, Collision
from simgen.records.scene import Scene, SceneObject
from simgen.records.trajectory import Contact
from simgen.simulation.bullet_shapes import (
    contact_parameters,
    create_look,
    create_shape,
    mesh_folder,
    unusable,
)
from simgen.simulation.protocol import BodyStates, Speeds
from simgen.simulation.pybullet_engine import pybullet
from simgen.simulation.rotations import multiply, rotate
from simgen.simulation.shape_files import known_shape
from simgen.simulation.shapes import BodyShape
from simgen.simulation.stillness import Seen, Stillness

_CCD_RADIUS = 0.9  # of the smallest half extent; Bullet sweeps a body that moves over half of this in a step
_OVERLAP_GONE_PER_STEP = 0.5  # share; measured: piles rest within 0.05 mm, at 0.2 (Bullet's own) within 1 mm
# Iterations begin with this share of the last step's contact impulses (PyBullet's own 0.1 starts nearly anew: a bin of
# parts then takes half as long again to come to rest), and end when all contacts are this well solved (squared, SI
# units): measured on clutter and piles, two fifths of the iterations; they rest within 0.4 mm, nearly all in 0.1 mm.
_WARM_START = 0.85
_SOLVED = 3e-5
_CONTACT_REACH = 0.005  # of a body's size; a contact that reaches further takes speed from a bounce
_SLEEP_S = 0.2  # a body that stays near for so long and is below this share of the settle speeds sleeps
_SLEEP_SHARE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Mover:
    """A dynamic body: its handle, and where its inertial frame lies in the object frame."""

    handle: int
    instance_id: int
    com_object_m: FloatArray
    principal_wxyz: tuple[float, float, float, float]


class BulletWorld(Closable):
    """A scene in a PyBullet client of its own."""

    can_rest = True

    def __init__(self, scene: Scene, library: AssetLibrary) -> None:
        self._scene = scene
        self._steps = 0
        self._stillness, self._still_steps = Stillness(scene.physics), 0
        self._client: int | None = pybullet.connect(pybullet.DIRECT)
        try:
            self._configure()
            self._build(library)
            self._speeds = self._read_speeds()
        except BaseException:
            self.close()
            raise

    def step(self) -> None:
        """Advance by one step."""
        pybullet.stepSimulation(physicsClientId=self._client)
        self._steps += 1
        if self._steps % self._stillness.look_every == 0:
            self._speeds = self._read_speeds()
            self._watch()

    def speeds(self) -> Speeds:
        """Return the speeds of the dynamic bodies when they were last looked at."""
        return self._speeds

    def still_steps(self) -> int:
        """Return for how many steps every dynamic body has been near where it was last seen."""
        return self._still_steps

    def _read_speeds(self) -> Speeds:
        client, read, linear, angular = self._client, pybullet.getBaseVelocity, list[float](), list[float]()
        for mover in self._movers:
            (vx, vy, vz), (wx, wy, wz) = read(mover.handle, client)
            linear.append(sqrt(vx * vx + vy * vy + vz * vz))
            angular.append(sqrt(wx * wx + wy * wy + wz * wz))
        return Speeds(linear, angular)

    def _watch(self) -> None:
        """See which bodies stay where they are; put those to sleep that have long done so."""
        client, pose, step = self._client, pybullet.getBasePositionAndOrientation, self._steps
        self._still_steps = step
        for mover, linear, angular in zip(
            self._movers, self._speeds.linear_mps, self._speeds.angular_radps, strict=True
        ):
            position, quaternion = pose(mover.handle, client)
            still = self._stillness.look(mover.instance_id, Seen(position, quaternion, step))
            self._still_steps = min(self._still_steps, still)
            if still and still % self._sleep_steps == 0 and self._is_slow(linear, angular):
                self._activate(mover.handle, pybullet.ACTIVATION_STATE_SLEEP)

    def _is_slow(self, linear_mps: float, angular_radps: float) -> bool:
        """Return whether a body may sleep; one whose island sleeps has no speed at all.

        Bullet wakes a whole island when a moving body touches it; a body that is told to sleep there does without its
        weight for a step, so it is not told so often.
        """
        moves = linear_mps > 0.0 or angular_radps > 0.0
        return moves and linear_mps < self._sleep_linear_mps and angular_radps < self._sleep_angular_radps

    def _activate(self, handle: int, state: int) -> None:
        pybullet.changeDynamics(handle, -1, activationState=state, physicsClientId=self._client)

    def states(self) -> BodyStates:
        """Return the state of every body; static ones stay exactly where the scene put them."""
        positions, quaternions = self._at_start[0].copy(), self._at_start[1].copy()
        linear, angular = np.zeros_like(positions), np.zeros_like(positions)
        if self._movers:
            rows = self._rows_of_movers
            com, q_com, v_com, omega = self._read_movers()
            q_object = multiply(q_com, self._inertial_to_object)
            arm = rotate(q_object, self._com_object)
            positions[rows], quaternions[rows] = com - arm, q_object
            linear[rows], angular[rows] = v_com - cross_rows(omega, arm), omega
        return BodyStates(positions, quaternions, linear, angular)

    def contacts(self, frame_index: int) -> tuple[Contact, ...]:
        """Return one contact a touching pair: its deepest point, with the force of all its points."""
        if not self._steps:
            pybullet.performCollisionDetection(physicsClientId=self._client)
        deepest: dict[tuple[int, int], Contact] = {}
        forces: dict[tuple[int, int], float] = {}
        for row in pybullet.getContactPoints(physicsClientId=self._client):
            contact = self._contact(row, frame_index)
            pair = (contact.instance_id_a, contact.instance_id_b)
            if contact.distance_m > 0.0 and contact.normal_force_n == 0.0:
                continue  # near, not touching
            forces[pair] = forces.get(pair, 0.0) + contact.normal_force_n
            if pair not in deepest or contact.distance_m < deepest[pair].distance_m:
                deepest[pair] = contact
        return tuple(replace(deepest[pair], normal_force_n=forces[pair]) for pair in sorted(deepest))

    def close(self) -> None:
        """Disconnect the client; calling it twice does no harm."""
        if self._client is not None:
            pybullet.disconnect(physicsClientId=self._client)
            self._client = None

    # -- building ------------------------------------------------------------------------------------------------

    def _configure(self) -> None:
        physics = self._scene.physics
        pybullet.setPhysicsEngineParameter(
            fixedTimeStep=1.0 / physics.step_rate_hz,
            numSubSteps=0,
            numSolverIterations=physics.solver_iterations,
            warmStartingFactor=_WARM_START,
            solverResidualThreshold=_SOLVED,
            deterministicOverlappingPairs=1,
            useSplitImpulse=1,  # pushes overlaps apart without giving them speed ...
            splitImpulsePenetrationThreshold=0.0,  # ... however small they are
            contactERP=_OVERLAP_GONE_PER_STEP,
            contactBreakingThreshold=_CONTACT_REACH,
            enableFileCaching=0,
            physicsClientId=self._client,
        )
        looks = max(1, round(_SLEEP_S * physics.step_rate_hz / self._stillness.look_every))
        self._sleep_steps = looks * self._stillness.look_every
        self._sleep_linear_mps = _SLEEP_SHARE * physics.settle_linear_mps
        self._sleep_angular_radps = _SLEEP_SHARE * physics.settle_angular_radps
        pybullet.setGravity(*physics.gravity_mps2, physicsClientId=self._client)

    def _build(self, library: AssetLibrary) -> None:
        self._instance_ids: dict[int, int] = {}
        self._movers: list[Mover] = []
        self._look = create_look(self._client)
        shapes: dict[tuple[AssetRef, float], int] = {}
        with mesh_folder() as folder:
            for body in self._scene.objects:
                collision = library.collision(body.asset)
                if not collision.hulls_m:
                    raise unusable(body, 0)
                form = self._form(body, collision)
                key = (body.asset, body.scale)
                if key not in shapes:
                    path = Path(folder) / f"{len(shapes)}.obj"
                    shapes[key] = create_shape(form, body, path, self._client)
                self._add(body, form, shapes[key])
        poses = [body.pose for body in self._scene.objects]
        self._at_start = (
            np.array([pose.position_m for pose in poses], dtype=float).reshape(-1, 3),
            np.array([pose.quaternion_wxyz for pose in poses], dtype=float).reshape(-1, 4),
        )
        self._arrange_movers()

    def _form(self, body: SceneObject, collision: Collision) -> BodyShape:
        return known_shape(body.asset, collision)

    def _arrange_movers(self) -> None:
        """Prepare what is read of all movers at once."""
        self._rows_of_movers = [mover.instance_id - 1 for mover in self._movers]
        conjugate = np.array([1.0, -1.0, -1.0, -1.0])
        self._inertial_to_object = (
            np.array([mover.principal_wxyz for mover in self._movers]).reshape(-1, 4) * conjugate
        )
        self._com_object = np.array([mover.com_object_m for mover in self._movers])

    def _add(self, body: SceneObject, form: BodyShape, shape: int) -> None:
        handle = self._create(body, form, shape)
        if body.motion == "dynamic":
            self._movers.append(mover_of(handle, body, form))

    def _create(self, body: SceneObject, form: BodyShape, shape: int) -> int:
        """Return the handle of a new body: one that can move if the record is dynamic, else a static one."""
        moves = body.motion == "dynamic"
        handle = pybullet.createMultiBody(
            baseMass=body.mass_kg if moves else 0.0,
            baseCollisionShapeIndex=shape,
            baseVisualShapeIndex=self._look,
            basePosition=body.pose.position_m,
            baseOrientation=xyzw_from_wxyz(body.pose.quaternion_wxyz),
            baseInertialFramePosition=(form.center_of_mass_m * body.scale).tolist(),
            baseInertialFrameOrientation=xyzw_from_wxyz(form.principal_quaternion_wxyz),
            useMaximalCoordinates=1,  # plain rigid bodies: half the time of one-link articulated ones
            physicsClientId=self._client,
        )
        self._instance_ids[handle] = body.instance_id
        pybullet.changeDynamics(handle, -1, **contact_parameters(body, form), physicsClientId=self._client)
        if moves:
            self._set_in_motion(handle, body, form)
        return int(handle)

    def _set_in_motion(self, handle: int, body: SceneObject, form: BodyShape) -> None:
        inertia = body.mass_kg * body.scale**2 * form.inertia_per_kg_m2
        pybullet.changeDynamics(
            handle,
            -1,
            mass=body.mass_kg,  # without it, setting the inertia sets the mass to 0
            localInertiaDiagonal=inertia.tolist(),
            linearDamping=0.0,
            angularDamping=0.0,
            ccdSweptSphereRadius=_CCD_RADIUS * min(body.size_m) / 2,
            physicsClientId=self._client,
        )
        self._activate(handle, pybullet.ACTIVATION_STATE_ENABLE_SLEEPING)
        velocity_mps = (
            _com_velocity(body, form) if any(body.angular_velocity_radps) else body.linear_velocity_mps
        )
        pybullet.resetBaseVelocity(
            handle, velocity_mps, body.angular_velocity_radps, physicsClientId=self._client
        )

    # -- reading -------------------------------------------------------------------------------------------------

    def _read_movers(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        client, pose, twist = self._client, pybullet.getBasePositionAndOrientation, pybullet.getBaseVelocity
        poses = [pose(mover.handle, client) for mover in self._movers]
        twists = [twist(mover.handle, client) for mover in self._movers]
        return (
            np.array([position for position, _ in poses]),
            np.array([quaternion_xyzw for _, quaternion_xyzw in poses])[:, [3, 0, 1, 2]],
            np.array([linear for linear, _ in twists]),
            np.array([angular for _, angular in twists]),
        )

    def _contact(self, row: Sequence[Any], frame_index: int) -> Contact:
        a, b = self._instance_ids[row[1]], self._instance_ids[row[2]]
        point_on_a, point_on_b, (nx, ny, nz), distance, force = row[5:10]
        if a < b:
            return Contact(frame_index, a, b, point_on_b, (nx, ny, nz), distance, force)
        return Contact(frame_index, b, a, point_on_a, (-nx, -ny, -nz), distance, force)


def _com_velocity(body: SceneObject, form: BodyShape) -> list[float]:
    arm = matrix_from_quaternion(body.pose.quaternion_wxyz) @ (form.center_of_mass_m * body.scale)
    return (np.asarray(body.linear_velocity_mps) + np.cross(body.angular_velocity_radps, arm)).tolist()


def mover_of(handle: int, body: SceneObject, form: BodyShape) -> Mover:
    """Return the entry of a dynamic body."""
    com_object_m = form.center_of_mass_m * body.scale
    return Mover(handle, body.instance_id, com_object_m, form.principal_quaternion_wxyz)
