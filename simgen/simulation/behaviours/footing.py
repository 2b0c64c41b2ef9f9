"""The ground under an actor that leaves the lanes of a road: it rises and falls as the nearest lane does there."""

from __future__ import annotations

from math import cos, hypot, sin

from simgen.geometry import Vec3
from simgen.simulation.behaviours.base import Pilot
from simgen.simulation.stage import Stage

_LOOK_EVERY_M = 5.0  # of way; slopes of roads change little within it


class Footing:
    """Turns level moves into moves along the ground.

    The ground beside a lane is as high as the lane, so its slope is that of the nearest lane of the world, looked up
    anew every few metres. A height above it is kept. Where the world has no lanes the ground is level; paths of the
    scenario may hang in the air and do not count.
    """

    def __init__(self, stage: Stage, pilot: Pilot) -> None:
        self._pilot = pilot
        self._lanes = [curve for curve in stage.lanes.values() if curve.lane.kind != "path"]
        self._gradient = (0.0, 0.0)
        self._left_m = 0.0

    def on_ground(self, level_m: Vec3) -> Vec3:
        """Return a level displacement or velocity at the pilot's place, with its rise."""
        if not self._lanes:
            return level_m
        x, y, _ = level_m
        gx, gy = self._gradient
        return (x, y, x * gx + y * gy)

    def go(self, way_m: float) -> None:
        """Look up the slope, if it is time to, before a way of this length."""
        if self._lanes and self._left_m <= 0.0:
            self._look()
            self._left_m = _LOOK_EVERY_M
        self._left_m -= way_m

    def _look(self) -> None:
        foot = self._pilot.foot_m
        places = [(curve, *curve.s_of(foot)) for curve in self._lanes]
        curve, s, lateral = min(places, key=lambda place: abs(place[2]))
        point = curve.point_at(s, lateral)
        self._gradient = (point.slope * cos(point.heading_rad), point.slope * sin(point.heading_rad))


def level_speed_mps(velocity_mps: Vec3) -> float:
    """Return how fast a velocity is over the ground."""
    return hypot(velocity_mps[0], velocity_mps[1])
