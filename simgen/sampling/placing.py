"""What every placement relation works with: the item, what is known around it, and poses."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, hypot, sin

import numpy as np

from simgen.geometry import FloatArray, Pose, Quat, Vec3, vec3
from simgen.sampling.draws import Draws
from simgen.sampling.layout import Layout
from simgen.sampling.targets import Targets
from simgen.scenario import spec, values
from simgen.worlds.lane_graph import LaneGraph


@dataclass(frozen=True, slots=True)
class Item:
    """One object about to be placed.

    Attributes:
        name: for example `clutter[3]`.
        group: its group, for example `clutter`.
        member: index in the group.
        size_m: extent in its own frame.
        place: the relation asked for.
        section: of the scenario: `objects` or `actors`.
        forward_rad: where its front points, about its Z axis from its X axis.
    """

    name: str
    group: str
    member: int
    size_m: Vec3
    place: spec.Place
    section: str = "objects"
    forward_rad: float = 0.0

    @property
    def path(self) -> str:
        """Key of its placement streams."""
        return f"{self.section}.{self.name}.place"

    @property
    def half_m(self) -> FloatArray:
        """Half extents (3,)."""
        return np.array(self.size_m) / 2


@dataclass(frozen=True, slots=True)
class Placing:
    """What relations need to know.

    Attributes:
        tries: how often a relation may try before it says that there is no room.
        lanes: lanes of the world and paths of the scenario.
    """

    draws: Draws
    layout: Layout
    targets: Targets
    tries: int
    lanes: LaneGraph

    def is_free(self, item: Item, pose: Pose) -> bool:
        """Return whether the item fits there."""
        return self.layout.is_free(pose, item.size_m)


def about(axis: int, angle_rad: float) -> Quat:
    """Return the turn about one world axis (0, 1, 2 = x, y, z)."""
    turn = [cos(angle_rad / 2), 0.0, 0.0, 0.0]
    turn[1 + axis] = sin(angle_rad / 2)
    return (turn[0], turn[1], turn[2], turn[3])


def any_rotation(rng: np.random.Generator) -> Quat:
    """Return a rotation uniform over all rotations: a normalised 4-D normal vector (Marsaglia 1972)."""
    q = rng.standard_normal(4)
    w, x, y, z = (float(v) for v in q / np.linalg.norm(q))
    return (w, x, y, z)


def draw_yaw(ctx: Placing, value: object | None, rng: np.random.Generator) -> float:
    """Return a yaw: the next draw of `value`, uniform all round where the scenario gives none."""
    if value is None:
        return float(rng.uniform(0.0, 2 * np.pi))
    return values.draw_number(value, rng, ctx.draws.params)


def reach_xy(item: Item, yaw_rad: float) -> FloatArray:
    """Return the half extents (2,) of the footprint; the half diagonal where the yaw depends on the place."""
    hx, hy = item.size_m[0] / 2, item.size_m[1] / 2
    if faced_by(item) is not None:
        return np.full(2, hypot(hx, hy))
    c, s = abs(cos(yaw_rad)), abs(sin(yaw_rad))
    return np.array([c * hx + s * hy, s * hx + c * hy])


def faced_by(item: Item) -> spec.Target | None:
    """Return what the item turns its +X towards, None where nothing."""
    on_facing = item.place.on.facing if item.place.on is not None else None
    return on_facing if on_facing is not None else item.place.facing


def bearing(ctx: Placing, item: Item, xy_m: FloatArray) -> float | None:
    """Return the yaw that turns +X of an item at `xy_m` towards what it faces; None where it faces nothing."""
    faced = faced_by(item)
    if faced is None:
        return None
    goal = ctx.targets.point(faced, f"{item.path}.facing")
    return float(np.arctan2(goal[1] - xy_m[1], goal[0] - xy_m[0]))


def standing(ctx: Placing, item: Item, base_m: FloatArray, yaw_rad: float) -> Pose:
    """Return the upright pose with the bottom centre at `base_m`; facing overrides the yaw."""
    facing = bearing(ctx, item, base_m[:2])
    x, y, z = base_m.tolist()
    return Pose((x, y, z + item.size_m[2] / 2), about(2, yaw_rad if facing is None else facing))


def make_pose(center_m: FloatArray, quaternion_wxyz: Quat) -> Pose:
    """Return a pose of plain floats."""
    return Pose(vec3(center_m), quaternion_wxyz)
