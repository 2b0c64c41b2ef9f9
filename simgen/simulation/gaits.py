"""How far bodies with a skeleton have gone by themselves: what decides how their legs stand.

A body goes by itself where a behaviour moves it. What throws or carries it away freezes its limbs as they are.
The way is added up over physics steps, so that it does not depend on when frames are taken.
"""

from __future__ import annotations

from math import dist

import numpy as np

from simgen.assets import AssetLibrary
from simgen.geometry import FloatArray, Vec3
from simgen.records.scene import Scene
from simgen.simulation.bodies import Bodies, Body

SKINNED = "skinned"  # the tag of assets with a skeleton


class Gaits:
    """Ways and speeds of the bodies of one running scene that have a skeleton."""

    def __init__(self, scene: Scene, library: AssetLibrary, bodies: Bodies) -> None:
        self._bodies, self._step_s = bodies, 1.0 / scene.physics.step_rate_hz
        self._ids = [
            body.instance_id for body in scene.objects if SKINNED in library.describe(body.asset).tags
        ]
        self._way_m = dict.fromkeys(self._ids, 0.0)
        self._speed_mps = dict.fromkeys(self._ids, 0.0)
        self._last_m: dict[int, Vec3] = {}

    def step(self) -> None:
        """Add what the last physics step has moved them by; call it after every step."""
        for key in self._ids:
            body = self._bodies.numbered(key)
            if not _goes(body):
                self._last_m.pop(key, None)
                continue
            last_m = self._last_m.get(key)
            # In its first step it may have been put where it is.
            gone_m = body.speed_mps * self._step_s if last_m is None else dist(body.position_m, last_m)
            self._way_m[key] += gone_m
            self._last_m[key], self._speed_mps[key] = body.position_m, body.speed_mps

    def now(self) -> FloatArray | None:
        """Return (n, 2) as `Trajectory.gait` has it for this instant; None without bodies that have a skeleton."""
        if not self._ids:
            return None
        rows = np.full((len(self._bodies), 2), np.nan)
        for key in self._ids:
            body = self._bodies.numbered(key)
            speed = body.speed_mps if _goes(body) else self._speed_mps[key]
            rows[key - 1] = self._way_m[key], speed
        return rows


def _goes(body: Body) -> bool:
    return body.mode == "driven"
