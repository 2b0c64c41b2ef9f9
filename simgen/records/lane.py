"""Lanes and paths: lines that actors follow, with coordinates along (`s`) and across (`lateral`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simgen.geometry import Vec3


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of the lane graph, or a path that the scenario gave.

    `s` is the length along the polyline from its first point, metres; `lateral` the horizontal distance from it,
    positive to the left of its direction.

    Attributes:
        name: unique in the scene, for example `right`.
        points_m: the middle line, world, on the ground, in the direction of travel; at least two.
        width_m: 0 for a path.
        kind: what it is for.
        left: name of the lane beside it, seen in its own direction; empty where there is none.
        right: likewise.
        next: names of the lanes that begin where it ends.
        opposite: whether the traffic on it runs against the first driving lane of the road.
    """

    name: str
    points_m: tuple[Vec3, ...]
    width_m: float = 0.0
    kind: Literal["driving", "shoulder", "verge", "path"] = "path"
    left: str = ""
    right: str = ""
    next: tuple[str, ...] = ()
    opposite: bool = False
