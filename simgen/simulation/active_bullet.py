"""PyBullet for scenes in which something behaves or happens.

Bullet has no bodies that are moved from outside and push exactly, so a driven body is a dynamic one of a mass beside
which all others vanish, whose pose and velocity are imposed before every step. It collides with dynamic bodies only;
what it meets besides is asked for by `gaps`, before the step, so that two bodies that crash have their own masses.

Without dynamic bodies nothing is stepped: a drive along a road costs no physics until something is hit.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace

import numpy as np

from simgen.assets import AssetLibrary
from simgen.geometry import Quat, Vec3, cross, hamilton_product, matrix_from_quaternion, wxyz_from_xyzw
from simgen.records.asset import Collision
from simgen.records.scene import Scene, SceneObject
from simgen.records.trajectory import Contact
from simgen.simulation.bullet import BulletWorld, mover_of
from simgen.simulation.bullet_joints import BulletJoints
from simgen.simulation.contact_rows import ContactRows
from simgen.simulation.driven import begin_driven
from simgen.simulation.fixed_shapes import shape_of
from simgen.simulation.inertial_frames import InertialFrames
from simgen.simulation.protocol import Gap, Motion, Speeds, Touch
from simgen.simulation.pybullet_engine import pybullet
from simgen.simulation.rotations import inverse, rotated
from simgen.simulation.shapes import BodyShape

_HEAVY_KG = 1e9  # of a driven body: what it pushes takes a part in 10⁹ of its speed at most 1 kg at a time
# Two bodies meet if the group of either is in the mask of the other; Bullet's own groups of dynamic and static bodies
# are 1 and 2.
_DRIVEN_GROUP, _DYNAMIC_GROUP, _STATIC_GROUP, _ALL = 64, 1, 2, -1
_STILL: Vec3 = (0.0, 0.0, 0.0)


class ActiveBulletWorld(BulletWorld):
    """A scene in a PyBullet client of its own, whose bodies come and go."""

    def __init__(self, scene: Scene, library: AssetLibrary) -> None:
        self._handles: dict[int, int] = {}
        self._forms: dict[int, tuple[BodyShape, int]] = {}
        self._frames = InertialFrames(scene)
        self._rows = ContactRows(1.0 / scene.physics.step_rate_hz)
        self._driven: dict[int, Motion] = {}
        self._moved: set[int] = set()
        self._velocities: dict[int, Vec3] = {}
        self._before: dict[int, Vec3] = {}
        self._begin_driven = begin_driven(scene)
        super().__init__(scene, library)
        self._joints = BulletJoints(self._client, self._handles)

    # -- stepping ------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """Advance by one step, if there is anything that physics moves."""
        if not self._movers:
            return
        for body in sorted(self._driven):
            self._impose(body)
        self._moved = set(self._driven)  # the step carries them on: they are put back before the next one
        self._before = self._velocities
        super().step()
        if self._steps % self._stillness.look_every:
            self._speeds = self._read_speeds()  # those before each step tell how fast two bodies met

    def busy(self) -> bool:
        """Whether there is a dynamic body."""
        return bool(self._movers)

    def movers(self) -> list[int]:
        """Return the dynamic bodies, in the order of `speeds`."""
        return [mover.instance_id for mover in self._movers]

    def _read_speeds(self) -> Speeds:
        linear, angular = list[float](), list[float]()
        velocities: dict[int, Vec3] = {}
        for mover in self._movers:
            v, w = pybullet.getBaseVelocity(mover.handle, physicsClientId=self._client)
            velocities[mover.instance_id] = v
            linear.append((v[0] * v[0] + v[1] * v[1] + v[2] * v[2]) ** 0.5)
            angular.append((w[0] * w[0] + w[1] * w[1] + w[2] * w[2]) ** 0.5)
        self._velocities = velocities
        return Speeds(linear, angular)

    def touches(self) -> list[Touch]:
        """Return what touched during the last step, ordered by ids."""
        if not self._movers or not self._steps:
            return []
        rows = pybullet.getContactPoints(physicsClientId=self._client)
        return self._rows.touches(rows, self._instance_ids, self._closing)

    def contacts(self, frame_index: int) -> tuple[Contact, ...]:
        """Return one contact a touching pair; driven bodies touch dynamic ones only."""
        if not self._movers:
            return ()
        self._impose_moved()
        return super().contacts(frame_index)

    def gaps(self, a: int, b: int, reach_m: float) -> list[Gap]:
        """Return the gaps between two bodies' collision shapes that are at most `reach_m` wide."""
        self._impose_moved()
        rows = pybullet.getClosestPoints(
            self._handles[a], self._handles[b], reach_m, physicsClientId=self._client
        )
        return [Gap(row[8], row[7], row[6]) for row in rows]

    def _closing(self, a: int, b: int, normal: Vec3) -> float:
        (ax, ay, az), (bx, by, bz) = self._velocity_before(a), self._velocity_before(b)
        return (bx - ax) * normal[0] + (by - ay) * normal[1] + (bz - az) * normal[2]

    def _velocity_before(self, body: int) -> Vec3:
        if body in self._driven:
            return self._driven[body].velocity_mps
        return self._before.get(body, (0.0, 0.0, 0.0))

    # -- single bodies -------------------------------------------------------------------------------------------

    def motion(self, body: int) -> Motion:
        """Return pose and velocities of a body in the world."""
        if body in self._driven:
            return self._driven[body]
        handle = self._handles[body]
        position, q_xyzw = pybullet.getBasePositionAndOrientation(handle, physicsClientId=self._client)
        v, w = pybullet.getBaseVelocity(handle, physicsClientId=self._client)
        q = hamilton_product(wxyz_from_xyzw(q_xyzw), inverse(self._frames.principal_wxyz(body)))
        arm = rotated(q, self._frames.com_object_m(body))
        (x, y, z), (rx, ry, rz), (ux, uy, uz) = position, arm, cross(w, arm)
        return Motion((x - rx, y - ry, z - rz), q, (v[0] - ux, v[1] - uy, v[2] - uz), w)

    def drive(self, body: int, motion: Motion) -> None:
        """Put a driven body somewhere, with a velocity that holds for the next step."""
        self._driven[body] = motion
        self._moved.add(body)

    def set_velocity(self, body: int, velocity_mps: Vec3, angular_radps: Vec3) -> None:
        """Change the velocity of a dynamic body: of its object frame's origin."""
        motion = self.motion(body)
        self._set_twist(body, motion.quaternion_wxyz, velocity_mps, angular_radps)
        self._wake(body)

    def set_friction(self, body: int, friction: float | None) -> None:
        """Change the friction coefficient of a body; None: back to its own."""
        own = self._scene.object(body).friction if friction is None else friction
        pybullet.changeDynamics(
            self._handles[body], -1, lateralFriction=own**0.5, physicsClientId=self._client
        )

    def make_dynamic(self, body: int) -> None:
        """Give a driven body its own mass, and the pose and velocity it was last driven with."""
        self._impose(body)
        motion = self._driven.pop(body)
        self._moved.discard(body)
        self._own_mass(body)
        self._set_twist(body, motion.quaternion_wxyz, motion.velocity_mps, motion.angular_radps)
        self._list_mover(body)
        self._speeds = self._read_speeds()

    def apply_impulse(self, body: int, impulse_ns: Vec3, at_object_m: Vec3 | None) -> None:
        """Push a dynamic body at a point of its object frame, or at its centre of mass."""
        handle, record = self._handles[body], self._scene.object(body)
        v, w = pybullet.getBaseVelocity(handle, physicsClientId=self._client)
        velocity = np.array(v) + np.array(impulse_ns) / record.mass_kg
        spin = np.array(w)
        if at_object_m is not None:
            R = matrix_from_quaternion(self.motion(body).quaternion_wxyz)
            arm = R @ (np.array(at_object_m) - self._frames.com_object_m(body))
            axes = R @ matrix_from_quaternion(self._frames.principal_wxyz(body))
            spin = spin + axes @ ((axes.T @ np.cross(arm, impulse_ns)) / self._frames.inertia_kg_m2(body))
        pybullet.resetBaseVelocity(handle, velocity.tolist(), spin.tolist(), physicsClientId=self._client)
        self._wake(body)
        self._speeds = self._read_speeds()

    def join(self, child: int, parent: int) -> None:
        """Fix two dynamic bodies to each other as they stand."""
        self._joints.join(child, parent, max(self._scene.object(child).size_m) / 2)

    def release(self, child: int) -> None:
        """Undo `join`."""
        if self._joints.release(child):
            self._wake_all()

    def spawn(self, body: int, motion: Motion, *, driven: bool) -> None:
        """Bring a body into the world."""
        record = self._scene.object(body)
        self._insert(record, driven=driven)
        if driven:
            self.drive(body, motion)
        elif record.motion == "dynamic":
            self._list_mover(body)
            self._place(body, motion)
        self._wake_all()
        self._speeds = self._read_speeds()

    def remove(self, body: int) -> None:
        """Take a body out of the world."""
        self.release(body)
        handle = self._handles.pop(body)
        pybullet.removeBody(handle, physicsClientId=self._client)
        del self._instance_ids[handle]
        self._driven.pop(body, None)
        self._moved.discard(body)
        self._unlist_mover(body)
        self._wake_all()
        self._speeds = self._read_speeds()

    # -- building ------------------------------------------------------------------------------------------------

    def _form(self, body: SceneObject, collision: Collision) -> BodyShape:
        return shape_of(body, collision)

    def _add(self, body: SceneObject, form: BodyShape, shape: int) -> None:
        self._forms[body.instance_id] = (form, shape)
        self._frames.add(body.instance_id, form)
        if not body.present:
            return
        driven = body.instance_id in self._begin_driven
        handle = self._insert(body, driven=driven)
        if body.motion == "dynamic" and not driven:
            self._movers.append(mover_of(handle, body, form))

    def _insert(self, body: SceneObject, *, driven: bool) -> int:
        form, shape = self._forms[body.instance_id]
        record = replace(body, motion="dynamic", mass_kg=_HEAVY_KG) if driven else body
        handle = self._handles[body.instance_id] = self._create(record, form, shape)
        if driven:
            self._set_heavy(handle)
            self.drive(body.instance_id, Motion(*_start(body)))
        elif body.motion == "static":
            self._filter(handle, _STATIC_GROUP, _DYNAMIC_GROUP)
        return handle

    def _set_heavy(self, handle: int) -> None:
        self._filter(handle, _DRIVEN_GROUP, _DYNAMIC_GROUP)
        pybullet.changeDynamics(
            handle,
            -1,
            ccdSweptSphereRadius=0.0,
            activationState=pybullet.ACTIVATION_STATE_DISABLE_SLEEPING,
            physicsClientId=self._client,
        )

    def _own_mass(self, body: int) -> None:
        handle, record = self._handles[body], self._scene.object(body)
        self._set_in_motion(handle, replace(record, motion="dynamic"), self._forms[body][0])
        self._filter(handle, _DYNAMIC_GROUP, _ALL)

    def _filter(self, handle: int, group: int, mask: int) -> None:
        pybullet.setCollisionFilterGroupMask(handle, -1, group, mask, physicsClientId=self._client)

    def _list_mover(self, body: int) -> None:
        """Add a body to those that physics moves, which are kept in order of instance id."""
        at = bisect_left(self.movers(), body)
        self._movers.insert(at, mover_of(self._handles[body], self._scene.object(body), self._forms[body][0]))
        self._arrange_movers()

    def _unlist_mover(self, body: int) -> None:
        if body in self.movers():
            at = self.movers().index(body)
            del self._movers[at]
            self._arrange_movers()

    # -- imposing ------------------------------------------------------------------------------------------------

    def _impose_moved(self) -> None:
        """Put driven bodies where they are now, for questions between two steps."""
        for body in sorted(self._moved):
            self._impose(body)
        self._moved.clear()

    def _impose(self, body: int) -> None:
        motion = self._driven[body]
        self._set_pose(body, motion)
        gx, gy, gz = self._scene.physics.gravity_mps2
        x, y, z = motion.velocity_mps
        step_s = (
            1.0 / self._scene.physics.step_rate_hz
        )  # the step adds gravity, which does not move driven bodies
        held = (x - gx * step_s, y - gy * step_s, z - gz * step_s)
        self._set_twist(body, motion.quaternion_wxyz, held, motion.angular_radps)

    def _place(self, body: int, motion: Motion) -> None:
        self._set_pose(body, motion)
        self._set_twist(body, motion.quaternion_wxyz, motion.velocity_mps, motion.angular_radps)

    def _set_pose(self, body: int, motion: Motion) -> None:
        (x, y, z), q = motion.position_m, motion.quaternion_wxyz
        (ax, ay, az), q_inertial = self._frames.in_world(body, q)
        pybullet.resetBasePositionAndOrientation(
            self._handles[body], (x + ax, y + ay, z + az), q_inertial, physicsClientId=self._client
        )

    def _set_twist(self, body: int, quaternion_wxyz: Quat, velocity_mps: Vec3, angular_radps: Vec3) -> None:
        (x, y, z), (arm, _) = velocity_mps, self._frames.in_world(body, quaternion_wxyz)
        ax, ay, az = cross(angular_radps, arm)
        pybullet.resetBaseVelocity(
            self._handles[body], (x + ax, y + ay, z + az), angular_radps, physicsClientId=self._client
        )

    def _wake(self, body: int) -> None:
        self._activate(self._handles[body], pybullet.ACTIVATION_STATE_WAKE_UP)

    def _wake_all(self) -> None:
        for mover in self._movers:
            self._activate(mover.handle, pybullet.ACTIVATION_STATE_WAKE_UP)


def _start(body: SceneObject) -> tuple[Vec3, Quat, Vec3, Vec3]:
    return body.pose.position_m, body.pose.quaternion_wxyz, _STILL, _STILL
