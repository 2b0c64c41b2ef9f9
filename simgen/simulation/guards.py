"""Guards: physics that went wrong refuses the scene with a reason, so that it is drawn again, not written.

| reason | what happened |
|---|---|
| `not_finite` | a velocity or position is NaN or infinite |
| `explosion` | a body is faster than `max_speed_mps`; where something is told to move, than that and twice its speed |
| `tunnelling` | a body left the workspace through its bottom: it fell through, or off, everything |
| `left_workspace` | a body left the workspace through a side or the top |
| `penetration` | two bodies overlap by more than `max_penetration_m` where frames begin |

Speeds are checked whenever they are read, at least 60 times a second, places at least 10 times. Only what physics
moves is checked. A body that a behaviour drives is as fast and goes as far as it was told; what it hits can leave at
twice its speed (an elastic impact of a heavy body), which is no explosion.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import numpy as np

from simgen.errors import SceneRejected
from simgen.geometry import FloatArray, Vec3
from simgen.records.scene import Scene, SceneObject
from simgen.records.trajectory import Contact
from simgen.simulation.protocol import Speeds


class Guards:
    """The limits of one scene; each check returns quietly or raises `SceneRejected`."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._set_movers(tuple(body for body in scene.objects if body.motion == "dynamic"))
        self._lower = np.asarray(scene.workspace_min_m)
        self._upper = np.asarray(scene.workspace_max_m)
        self._limit_mps = scene.physics.max_speed_mps

    def watch(self, movers: Sequence[int], fastest_mps: float) -> None:
        """Check these bodies from now on; one was told to move as fast as `fastest_mps`."""
        if len(movers) != len(self._movers) or any(
            body.instance_id != mover for body, mover in zip(self._movers, movers, strict=True)
        ):
            self._set_movers(tuple(self._scene.object(mover) for mover in movers))
        self._limit_mps = self._scene.physics.max_speed_mps + 2.0 * fastest_mps

    def _set_movers(self, movers: tuple[SceneObject, ...]) -> None:
        self._movers = movers
        self._rows = [body.instance_id - 1 for body in movers]

    def check_speeds(self, speeds: Speeds, time_s: float) -> None:
        """Refuse NaN and explosions."""
        limit = self._limit_mps
        all_finite = isfinite(sum(speeds.linear_mps) + sum(speeds.angular_radps))
        if all_finite and max(speeds.linear_mps, default=0.0) <= limit:
            return  # nearly every step of every scene
        for body, linear, angular in zip(self._movers, speeds.linear_mps, speeds.angular_radps, strict=True):
            if not (isfinite(linear) and isfinite(angular)):
                raise SceneRejected("not_finite", _not_finite(body, time_s))
            if linear > limit:
                raise SceneRejected("explosion", _explosion(body, linear, limit, time_s))

    def check_workspace(self, positions_m: FloatArray, time_s: float) -> None:
        """Refuse bodies lost from the workspace; `positions_m` is (n, 3), all bodies, world frame."""
        moving = positions_m[self._rows]
        if bool(((moving >= self._lower) & (moving <= self._upper)).all()):
            return
        for body in self._movers:
            position = positions_m[body.instance_id - 1]
            if not np.isfinite(position).all():
                raise SceneRejected("not_finite", _not_finite(body, time_s))
            if (position < self._lower).any() or (position > self._upper).any():
                reason = "tunnelling" if position[2] < self._lower[2] else "left_workspace"
                raise SceneRejected(reason, self._lost(body, position, time_s))

    def check_penetration(self, contacts: Sequence[Contact], time_s: float) -> None:
        """Refuse bodies that overlap too deeply; names the deepest pair."""
        limit = self._scene.physics.max_penetration_m
        deepest = min(contacts, key=lambda contact: contact.distance_m, default=None)
        if deepest is not None and -deepest.distance_m > limit:
            raise SceneRejected("penetration", self._overlap(deepest, limit, time_s))

    def _lost(self, body: SceneObject, position: FloatArray, time_s: float) -> str:
        lower, upper = self._scene.workspace_min_m, self._scene.workspace_max_m
        where = (float(position[0]), float(position[1]), float(position[2]))
        return (
            f"'{body.name}' left the workspace at {time_s:.3f} s: it is at {_point(where)} m, allowed is "
            f"{_point(lower)} to {_point(upper)} m; drop it nearer to the middle or from lower, or raise "
            "physics.step_rate if it went through a surface"
        )

    def _overlap(self, contact: Contact, limit: float, time_s: float) -> str:
        a = self._scene.object(contact.instance_id_a).name
        b = self._scene.object(contact.instance_id_b).name
        return (
            f"'{a}' and '{b}' overlap by {-contact.distance_m * 1e3:.1f} mm at {time_s:.3f} s, allowed is "
            f"{limit * 1e3:.1f} mm; give them room at placement, raise physics.solver_iterations, or raise "
            "physics.max_penetration"
        )


def _explosion(body: SceneObject, speed: float, limit: float, time_s: float) -> str:
    return (
        f"'{body.name}' moves at {speed:.1f} m/s at {time_s:.3f} s, allowed is {limit:.1f} m/s; it probably "
        "started inside another body: give it room at placement, or raise physics.step_rate or physics.max_speed"
    )


def _not_finite(body: SceneObject, time_s: float) -> str:
    return (
        f"'{body.name}' has no finite state at {time_s:.3f} s (mass {body.mass_kg:g} kg, "
        f"size {_point(body.size_m)} m); check its mass and size, and raise physics.step_rate"
    )


def _point(point: Vec3) -> str:
    return "(" + ", ".join(f"{value:.3f}" for value in point) + ")"
