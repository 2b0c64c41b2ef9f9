"""Bodies that are fixed to each other in PyBullet, each at four points that do not lie in a plane.

Bullet's fixed joint ignores how plain rigid bodies are turned to each other.
"""

from __future__ import annotations

from collections.abc import Mapping

from simgen.geometry import Vec3
from simgen.simulation.pybullet_engine import pybullet

_TETRAHEDRON = ((0.58, 0.58, 0.58), (0.58, -0.58, -0.58), (-0.58, 0.58, -0.58), (-0.58, -0.58, 0.58))
_NO_TURN = (0.0, 0.0, 0.0, 1.0)
_STILL: Vec3 = (0.0, 0.0, 0.0)


class BulletJoints:
    """Which body is fixed to which, in one client; `handles` is read whenever something is joined or released."""

    def __init__(self, client: int | None, handles: Mapping[int, int]) -> None:
        self._client, self._handles = client, handles
        self._joints: dict[int, tuple[list[int], int]] = {}

    def join(self, child: int, parent: int, arm_m: float) -> None:
        """Fix two dynamic bodies to each other as they stand; the points are `arm_m` from the child's middle."""
        poses = {
            body: pybullet.getBasePositionAndOrientation(self._handles[body], physicsClientId=self._client)
            for body in (parent, child)
        }
        back = pybullet.invertTransform(*poses[parent])
        joints: list[int] = []
        for direction in _TETRAHEDRON:
            in_child = [arm_m * part for part in direction]
            point = pybullet.multiplyTransforms(*poses[child], in_child, _NO_TURN)[0]
            in_parent = pybullet.multiplyTransforms(*back, point, _NO_TURN)[0]
            joints.append(self._pin(parent, child, in_parent, in_child))
        self._joints[child] = (joints, parent)
        self._let_pass(child, parent, passing=True)

    def release(self, child: int) -> bool:
        """Undo `join`; return whether there was a joint."""
        if child not in self._joints:
            return False
        joints, parent = self._joints.pop(child)
        for joint in joints:
            pybullet.removeConstraint(joint, physicsClientId=self._client)
        self._let_pass(child, parent, passing=False)
        return True

    def _pin(self, parent: int, child: int, in_parent: Vec3, in_child: list[float]) -> int:
        handles = self._handles[parent], -1, self._handles[child], -1
        return pybullet.createConstraint(
            *handles,
            pybullet.JOINT_POINT2POINT,
            _STILL,
            in_parent,
            in_child,
            physicsClientId=self._client,
        )

    def _let_pass(self, a: int, b: int, *, passing: bool) -> None:
        pybullet.setCollisionFilterPair(
            self._handles[a], self._handles[b], -1, -1, int(not passing), physicsClientId=self._client
        )
