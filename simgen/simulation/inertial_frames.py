"""Where the inertial frames of bodies lie: engines move centres of mass along principal axes, scenes place origins."""

from __future__ import annotations

from simgen.geometry import FloatArray, Quat, Vec3, hamilton_product, xyzw_from_wxyz
from simgen.records.scene import Scene
from simgen.simulation.rotations import rotated
from simgen.simulation.shapes import BodyShape


class InertialFrames:
    """The inertial frames of the bodies of a scene, each worked out when first asked for."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._shapes: dict[int, BodyShape] = {}
        self._arms: dict[int, Vec3] = {}
        self._frames: dict[int, tuple[Quat, tuple[Vec3, Quat]]] = {}

    def add(self, body: int, shape: BodyShape) -> None:
        """Tell the shape of a body."""
        self._shapes[body] = shape

    def com_object_m(self, body: int) -> Vec3:
        """Return the centre of mass in the object frame."""
        if body not in self._arms:
            x, y, z = (self._shapes[body].center_of_mass_m * self._scene.object(body).scale).tolist()
            self._arms[body] = (x, y, z)
        return self._arms[body]

    def in_world(self, body: int, quaternion_wxyz: Quat) -> tuple[Vec3, Quat]:
        """Return (origin to centre of mass in the world, orientation of the principal axes as x, y, z, w)."""
        known = self._frames.get(body)
        if known is not None and known[0] is quaternion_wxyz:
            return known[1]
        q_inertial = hamilton_product(quaternion_wxyz, self._shapes[body].principal_quaternion_wxyz)
        frame = rotated(quaternion_wxyz, self.com_object_m(body)), xyzw_from_wxyz(q_inertial)
        self._frames[body] = (quaternion_wxyz, frame)
        return frame

    def principal_wxyz(self, body: int) -> Quat:
        """Return the orientation of the principal axes in the object frame."""
        return self._shapes[body].principal_quaternion_wxyz

    def inertia_kg_m2(self, body: int) -> FloatArray:
        """Return (3,) the moments of inertia about the principal axes."""
        record = self._scene.object(body)
        return record.mass_kg * record.scale**2 * self._shapes[body].inertia_per_kg_m2
