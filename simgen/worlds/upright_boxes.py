"""Boxes whose Z axis is the world's: most things that stand, each tested against another by a few numbers.

Arrays pay for dozens of boxes at once; a thing that looks for a place meets a few, a hundred times.
"""

from __future__ import annotations

from typing import NamedTuple

from simgen.geometry import Pose, Vec3
from simgen.worlds.boxes import TOUCH_M, OrientedBox


class UprightBox(NamedTuple):
    """An upright box: its centre, its half extents, cosine and sine of its yaw, and how far it reaches in the world."""

    x: float
    y: float
    z: float
    half_x: float
    half_y: float
    half_z: float
    cos: float
    sin: float
    reach_x: float
    reach_y: float

    @staticmethod
    def of(box: OrientedBox) -> UprightBox | None:
        """Return a box as an upright one, None if it is not."""
        if box.R_world_box[2, 2] != 1.0:
            return None
        (x, y, z), (half_x, half_y, half_z) = box.center_m.tolist(), box.half_m.tolist()
        c, s = float(box.R_world_box[0, 0]), float(box.R_world_box[1, 0])
        return _turned((x, y, z), (half_x, half_y, half_z), c, s)


def upright(pose: Pose, size_m: Vec3) -> UprightBox | None:
    """Return the box of an object of that extent, None if it does not stand upright."""
    w, qx, qy, qz = pose.quaternion_wxyz
    if qx != 0.0 or qy != 0.0:
        return None
    half = (size_m[0] / 2, size_m[1] / 2, size_m[2] / 2)
    return _turned(pose.position_m, half, w * w - qz * qz, 2 * w * qz)


def uprights_overlap(a: UprightBox, b: UprightBox) -> bool:
    """Return whether two upright boxes share more than a touch: the separating axes of two rectangles, and height."""
    dx, dy = b.x - a.x, b.y - a.y
    if (
        abs(b.z - a.z) >= a.half_z + b.half_z - TOUCH_M
        or abs(dx) >= a.reach_x + b.reach_x - TOUCH_M
        or abs(dy) >= a.reach_y + b.reach_y - TOUCH_M
    ):
        return False
    c, s = abs(a.cos * b.cos + a.sin * b.sin), abs(a.cos * b.sin - a.sin * b.cos)
    return not (
        abs(dx * a.cos + dy * a.sin) >= a.half_x + c * b.half_x + s * b.half_y - TOUCH_M
        or abs(dy * a.cos - dx * a.sin) >= a.half_y + s * b.half_x + c * b.half_y - TOUCH_M
        or abs(dx * b.cos + dy * b.sin) >= b.half_x + c * a.half_x + s * a.half_y - TOUCH_M
        or abs(dy * b.cos - dx * b.sin) >= b.half_y + s * a.half_x + c * a.half_y - TOUCH_M
    )


def _turned(center_m: Vec3, half_m: Vec3, c: float, s: float) -> UprightBox:
    (x, y, z), (hx, hy, hz) = center_m, half_m
    reach_x, reach_y = abs(c) * hx + abs(s) * hy, abs(s) * hx + abs(c) * hy
    return UprightBox(x, y, z, hx, hy, hz, c, s, reach_x, reach_y)
