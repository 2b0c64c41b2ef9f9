"""The bodies of a running scene: where each is now, in plain numbers, because triggers ask at every physics step.

Static bodies never change. Driven and carried ones are moved from here and the engine is told; dynamic ones are
moved by the engine and read when somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import atan2, cos, hypot, pi, sin, sqrt
from typing import Literal

import numpy as np

from simgen.errors import did_you_mean
from simgen.geometry import FloatArray, Quat, Vec3, matrix_from_quaternion, quaternion_multiply
from simgen.records.scene import Scene, SceneObject
from simgen.simulation.protocol import Motion

Mode = Literal["static", "dynamic", "driven", "carried", "absent"]
Rows = tuple[Vec3, Vec3, Vec3]

STILL: Vec3 = (0.0, 0.0, 0.0)
_UPRIGHT = 1e-9  # largest x and y part of the quaternion of a body that stands upright


class Body:
    """One body, or a named point: a body without extent that stands still.

    Attributes:
        name: of the scene object; `point` for a point.
        instance_id: 0 for a point.
        half_m: half extents in its own frame.
        reach_m: radius of the ball around its middle that holds it.
        forward_rad: where its own front points, about its Z axis from its X axis.
        mode: what moves it: `driven` by a behaviour, `carried` by what it is attached to.
        update: brings it to the present instant, when somebody asks; None: it is always there.
        stamp: when that was last done, see `Bodies`.
        position_m: of its middle, world; with the attributes below `Body.motion`.
    """

    __slots__ = (
        "_axes",
        "_front",
        "angular_radps",
        "forward_rad",
        "half_m",
        "instance_id",
        "mass_kg",
        "mode",
        "name",
        "position_m",
        "quaternion_wxyz",
        "reach_m",
        "stamp",
        "update",
        "velocity_mps",
    )

    def __init__(self, name: str, instance_id: int, half_m: Vec3, position_m: Vec3) -> None:
        self.name, self.instance_id, self.half_m = name, instance_id, half_m
        self.reach_m = sqrt(half_m[0] ** 2 + half_m[1] ** 2 + half_m[2] ** 2)
        self.mode: Mode = "static"
        self.mass_kg, self.forward_rad = 0.0, 0.0
        self.position_m, self.velocity_mps, self.angular_radps = position_m, STILL, STILL
        self.quaternion_wxyz: Quat = (1.0, 0.0, 0.0, 0.0)
        self._axes: Rows | None = None
        self._front: tuple[float, float] | None = None
        self.update: Callable[[], None] | None = None
        self.stamp = -1

    @staticmethod
    def of(record: SceneObject, forward_rad: float = 0.0) -> Body:
        """Return a body of the scene as it stands at time 0."""
        x, y, z = record.size_m
        body = Body(record.name, record.instance_id, (x / 2, y / 2, z / 2), record.pose.position_m)
        body.mass_kg, body.forward_rad = record.mass_kg, forward_rad
        body.turn_to(record.pose.quaternion_wxyz)
        return body

    @staticmethod
    def point(position_m: Vec3) -> Body:
        """Return a point."""
        return Body("point", 0, STILL, position_m)

    def turn_to(self, quaternion_wxyz: Quat) -> None:
        """Set the orientation."""
        if quaternion_wxyz is not self.quaternion_wxyz:
            self.quaternion_wxyz, self._axes, self._front = quaternion_wxyz, None, None

    def assume(self, motion: Motion) -> None:
        """Set pose and velocities."""
        self.position_m, self.velocity_mps, self.angular_radps = (
            motion.position_m,
            motion.velocity_mps,
            motion.angular_radps,
        )
        self.turn_to(motion.quaternion_wxyz)

    @property
    def motion(self) -> Motion:
        """Pose and velocities of its middle."""
        return Motion(self.position_m, self.quaternion_wxyz, self.velocity_mps, self.angular_radps)

    def matrix(self) -> FloatArray:
        """Return the 4x4 transform object -> world."""
        T = np.eye(4)
        T[:3, :3] = np.array(self.axes).T
        T[:3, 3] = self.position_m
        return T

    @property
    def present(self) -> bool:
        """Whether it is in the world."""
        return self.mode != "absent"

    @property
    def axes(self) -> Rows:
        """Its own X, Y and Z axes, world."""
        if self._axes is None:
            R = matrix_from_quaternion(self.quaternion_wxyz).tolist()
            self._axes = (
                (R[0][0], R[1][0], R[2][0]),
                (R[0][1], R[1][1], R[2][1]),
                (R[0][2], R[1][2], R[2][2]),
            )
        return self._axes

    @property
    def upright(self) -> bool:
        """Whether it is turned about the vertical only."""
        return abs(self.quaternion_wxyz[1]) < _UPRIGHT and abs(self.quaternion_wxyz[2]) < _UPRIGHT

    @property
    def front(self) -> tuple[float, float]:
        """Horizontal unit vector of its forward direction; +X for a body whose front points straight up or down."""
        if self._front is None:
            (xx, xy, _), (yx, yy, _), _ = self.axes
            c, s = cos(self.forward_rad), sin(self.forward_rad)
            fx, fy = c * xx + s * yx, c * xy + s * yy
            length = hypot(fx, fy)
            self._front = (fx / length, fy / length) if length > _UPRIGHT else (1.0, 0.0)
        return self._front

    @property
    def heading_rad(self) -> float:
        """Of its front, about world +Z from +X."""
        x, y = self.front
        return atan2(y, x)

    @property
    def speed_mps(self) -> float:
        """Length of its velocity."""
        x, y, z = self.velocity_mps
        return sqrt(x * x + y * y + z * z)

    @property
    def bottom_m(self) -> float:
        """Height of its lowest corner."""
        return self.position_m[2] - self.extent((0.0, 0.0, 1.0))

    def extent(self, direction: Vec3) -> float:
        """Return how far the box reaches from its middle along a unit vector."""
        dx, dy, dz = direction
        (hx, hy, hz), ((ax, ay, az), (bx, by, bz), (cx, cy, cz)) = self.half_m, self.axes
        return (
            hx * abs(ax * dx + ay * dy + az * dz)
            + hy * abs(bx * dx + by * dy + bz * dz)
            + hz * abs(cx * dx + cy * dy + cz * dz)
        )

    @property
    def half_length_m(self) -> float:
        """How far it reaches from its middle along its own front."""
        fx, fy = self.front
        return self.extent((fx, fy, 0.0))


def turn_between(before_rad: float, after_rad: float) -> float:
    """Return the turn from one heading to another, the short way round, in (-pi, pi]."""
    return pi - (pi - after_rad + before_rad) % (2 * pi)


def turned(quaternion_wxyz: Quat, angle_rad: float) -> Quat:
    """Return an orientation turned about world +Z."""
    return quaternion_multiply((cos(angle_rad / 2), 0.0, 0.0, sin(angle_rad / 2)), quaternion_wxyz)


class Bodies:
    """All bodies of a scene, in order of instance id; those that move are brought up to date when asked for."""

    def __init__(self, scene: Scene) -> None:
        fronts = {actor.name: actor.forward_rad for actor in scene.actors}
        self._all = [Body.of(record, fronts.get(record.name, 0.0)) for record in scene.objects]
        self._by_name = {body.name: body for body in self._all}
        self._now = 0

    def moved(self) -> None:
        """Forget what was known: time has gone on, or somebody has interfered."""
        self._now += 1

    def named(self, name: str) -> Body:
        """Return a body as it is now; raises `KeyError`."""
        if name not in self._by_name:
            raise KeyError(f"no body '{name}' in this scene;{did_you_mean(name, self._by_name)}".rstrip(";"))
        return self.current(self._by_name[name])

    def current(self, body: Body) -> Body:
        """Return a body after bringing it up to date."""
        if body.stamp != self._now and body.update is not None:
            body.stamp = self._now
            body.update()
        return body

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __iter__(self) -> Iterator[Body]:
        """Iterate in order of instance id, each as it is now."""
        return map(self.current, self._all)

    def __len__(self) -> int:
        return len(self._all)

    def numbered(self, instance_id: int) -> Body:
        """Return a body as it is now."""
        return self.current(self._all[instance_id - 1])
