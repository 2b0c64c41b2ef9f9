"""Attachments: bodies fixed to others until an event releases them.

What is attached to a driven or static body is carried: it moves exactly with it. Once the carrier is dynamic the
two are joined in the engine.
"""

from __future__ import annotations

from simgen.geometry import Quat, Vec3, cross, hamilton_product
from simgen.simulation.bodies import Body
from simgen.simulation.protocol import Motion
from simgen.simulation.rotations import inverse, rotated
from simgen.simulation.stage import Stage


class Attachments:
    """Who is attached to whom, and how they stand to each other."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._offsets: dict[int, tuple[Vec3, Quat]] = {}
        ids = {body.name: body.instance_id for body in stage.bodies}
        for joint in stage.scene.joints:
            stage.parents[ids[joint.child]] = ids[joint.parent]
        for child in stage.parents:
            self._offsets[child] = self._offset(child)
        for child in self._outward():
            body, parent = self._pair(child)
            if parent.mode == "dynamic" and body.mode == "dynamic":
                stage.world.join(child, parent.instance_id)
            elif body.present:
                self.take(body)

    def root(self, body: Body) -> Body:
        """Return the body that carries another, itself if none does."""
        while body.mode == "carried":
            body = self._pair(body.instance_id)[1]
        return body

    def carried_by(self, root: Body) -> list[Body]:
        """Return all that a body carries, nearest first."""
        bodies = (self._pair(child)[0] for child in self._outward())
        return [body for body in bodies if body.mode == "carried" and self.root(body) is root]

    def place(self, child: Body) -> None:
        """Put a carried body where its parent has it."""
        parent = self._stage.bodies.numbered(self._stage.parents[child.instance_id])
        offset, q_parent_child = self._offsets[child.instance_id]
        arm = rotated(parent.quaternion_wxyz, offset)
        (x, y, z), (vx, vy, vz) = parent.position_m, parent.velocity_mps
        ux, uy, uz = cross(parent.angular_radps, arm)
        child.assume(
            Motion(
                (x + arm[0], y + arm[1], z + arm[2]),
                hamilton_product(parent.quaternion_wxyz, q_parent_child),
                (vx + ux, vy + uy, vz + uz),
                parent.angular_radps,
            )
        )

    def take(self, child: Body) -> None:
        """Carry a body from now on."""
        child.mode, child.update = "carried", lambda: self.place(child)

    def free(self, child: Body) -> None:
        """Undo an attachment."""
        self._stage.world.release(child.instance_id)
        self._stage.parents.pop(child.instance_id, None)
        self._offsets.pop(child.instance_id, None)

    def children(self, parent: Body) -> list[Body]:
        """Return what is attached to a body directly."""
        numbered = self._stage.bodies.numbered
        return [
            numbered(child)
            for child in sorted(self._stage.parents)
            if self._stage.parents[child] == parent.instance_id
        ]

    def _offset(self, child: int) -> tuple[Vec3, Quat]:
        body, parent = self._pair(child)
        back = inverse(parent.quaternion_wxyz)
        (x, y, z), (px, py, pz) = body.position_m, parent.position_m
        return rotated(back, (x - px, y - py, z - pz)), hamilton_product(back, body.quaternion_wxyz)

    def _pair(self, child: int) -> tuple[Body, Body]:
        numbered = self._stage.bodies.numbered
        return numbered(child), numbered(self._stage.parents[child])

    def _outward(self) -> list[int]:
        """Return attached bodies, each after what it is attached to."""
        parents = self._stage.parents

        def depth(child: int) -> int:
            count = 0
            while child in parents:
                child, count = parents[child], count + 1
            return count

        return sorted(parents, key=lambda child: (depth(child), child))
