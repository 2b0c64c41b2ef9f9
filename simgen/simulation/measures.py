"""Distances, closing speeds and times between two bodies; `docs/events.md` defines each.

Two bodies that stand upright, the usual case, are compared as rectangles in a few microseconds.
"""

from __future__ import annotations

from math import hypot, inf, sqrt

import numpy as np

from simgen.geometry import Vec3
from simgen.simulation.bodies import Body
from simgen.worlds.boxes import OrientedBox, box_distance_m

_SIGNS = ((1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (-1.0, 1.0))


def middle_distance_m(a: Body, b: Body) -> float:
    """Return the distance between two middles."""
    (ax, ay, az), (bx, by, bz) = a.position_m, b.position_m
    return sqrt((bx - ax) ** 2 + (by - ay) ** 2 + (bz - az) ** 2)


def least_distance_m(a: Body, b: Body) -> float:
    """Return a lower bound of the free distance, at no cost."""
    return max(middle_distance_m(a, b) - a.reach_m - b.reach_m, 0.0)


def free_distance_m(a: Body, b: Body) -> float:
    """Return the gap between two boxes, 0 where they overlap; exact."""
    if a.upright and b.upright:
        up = max(abs(b.position_m[2] - a.position_m[2]) - a.half_m[2] - b.half_m[2], 0.0)
        return hypot(_rectangle_distance_m(a, b), up)
    return box_distance_m(_oriented(a), _oriented(b))


def along_m(a: Body, b: Body, *, free: bool) -> float:
    """Return the longitudinal distance from `a` to `b`: along the front of `a`."""
    fx, fy = a.front
    return _along(a, b, (fx, fy, 0.0), free=free)


def across_m(a: Body, b: Body, *, free: bool) -> float:
    """Return the lateral distance from `a` to `b`: across the front of `a`."""
    fx, fy = a.front
    return _along(a, b, (-fy, fx, 0.0), free=free)


def ahead_m(a: Body, b: Body) -> float:
    """Return how far the middle of `b` is before that of `a`, along the front of `a`; negative behind."""
    fx, fy = a.front
    return (b.position_m[0] - a.position_m[0]) * fx + (b.position_m[1] - a.position_m[1]) * fy


def closing_speed_mps(a: Body, b: Body) -> float:
    """Return how fast two middles come nearer; 0 where they lie on each other."""
    return nearing(a, b)[1]


def nearing(a: Body, b: Body) -> tuple[float, float]:
    """Return a lower bound of the free distance, and the closing speed, at once."""
    (ax, ay, az), (bx, by, bz) = a.position_m, b.position_m
    (ux, uy, uz), (vx, vy, vz) = a.velocity_mps, b.velocity_mps
    dx, dy, dz = bx - ax, by - ay, bz - az
    distance = sqrt(dx * dx + dy * dy + dz * dz)
    if distance == 0.0:
        return 0.0, 0.0
    closing = -(dx * (vx - ux) + dy * (vy - uy) + dz * (vz - uz)) / distance
    return max(distance - a.reach_m - b.reach_m, 0.0), closing


def ttc_s(a: Body, b: Body, below_s: float = inf) -> float:
    """Return the time to collision: free distance / closing speed, infinite while not closing.

    Args:
        below_s: a caller that asks only whether it is below this is spared the exact value where it is not.
    """
    closing = closing_speed_mps(a, b)
    if closing <= 0.0 or least_distance_m(a, b) >= below_s * closing:
        return inf
    return free_distance_m(a, b) / closing


def headway_s(a: Body, b: Body) -> float:
    """Return the time until the front of `a` is where the rear of `b` is now; infinite behind, or at rest."""
    speed = a.speed_mps
    if speed == 0.0 or ahead_m(a, b) <= 0.0:
        return inf
    return along_m(a, b, free=True) / speed


def _along(a: Body, b: Body, direction: Vec3, *, free: bool) -> float:
    apart = abs(
        sum((there - here) * d for here, there, d in zip(a.position_m, b.position_m, direction, strict=True))
    )
    return max(apart - a.extent(direction) - b.extent(direction), 0.0) if free else apart


def _rectangle_distance_m(a: Body, b: Body) -> float:
    """Return the horizontal gap: of two rectangles apart, the nearest pair has a corner of one of them."""
    (ax, ay, _), (bx, by, _) = a.position_m, b.position_m
    (acx, acy, _), (bcx, bcy, _) = a.axes[0], b.axes[0]
    dx, dy = bx - ax, by - ay
    c, s = acx * bcx + acy * bcy, acx * bcy - acy * bcx  # b's X axis in a's frame
    one = _corners_to_rectangle(dx * acx + dy * acy, dy * acx - dx * acy, c, s, b.half_m, a.half_m)
    if one is None:
        return 0.0
    other = _corners_to_rectangle(-dx * bcx - dy * bcy, dx * bcy - dy * bcx, c, -s, a.half_m, b.half_m)
    return 0.0 if other is None else sqrt(min(one, other))


def _corners_to_rectangle(x: float, y: float, c: float, s: float, of: Vec3, to: Vec3) -> float | None:
    """Return the least squared distance of a rectangle's corners to another at the origin; None where both overlap.

    Args:
        x: middle of the first in the frame of the second; `y` likewise.
        c: cosine of the angle between them; `s` the sine.
        of: half extents of the first.
        to: half extents of the second.
    """
    hx, hy = of[0], of[1]
    reach_x, reach_y = abs(c) * hx + abs(s) * hy, abs(s) * hx + abs(c) * hy
    apart = abs(x) > to[0] + reach_x or abs(y) > to[1] + reach_y
    least = inf
    for i, j in _SIGNS:
        px, py = x + i * c * hx - j * s * hy, y + i * s * hx + j * c * hy
        ox, oy = max(abs(px) - to[0], 0.0), max(abs(py) - to[1], 0.0)
        least = min(least, ox * ox + oy * oy)
    return least if apart or _apart_the_other_way(x, y, c, s, of, to) else None


def _apart_the_other_way(x: float, y: float, c: float, s: float, of: Vec3, to: Vec3) -> bool:
    """Whether an axis of the first rectangle separates the two."""
    u, v = x * c + y * s, y * c - x * s
    return (
        abs(u) > of[0] + abs(c) * to[0] + abs(s) * to[1] or abs(v) > of[1] + abs(s) * to[0] + abs(c) * to[1]
    )


def _oriented(body: Body) -> OrientedBox:
    return OrientedBox(np.array(body.position_m), np.array(body.axes).T, np.array(body.half_m))
