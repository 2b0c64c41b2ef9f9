"""Which bodies stay where they are, told from their poses: what rests in an engine still flickers.

A thing that stands on several of its corners trembles between them by hundredths of a millimetre, and for a step is as
fast as one that rolls: speeds alone would not let a pile rest that nobody sees move.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, cos
from typing import NamedTuple

from simgen.records.scene import Physics
from simgen.simulation.protocol import Speeds

REST_S = 0.1  # so long nothing must stray; a body at the top of a bounce falls 12 mm in that time
_LOOKS_HZ = 60  # so often bodies are looked at; in between, one at 30 m/s goes half a metre


class Seen(NamedTuple):
    """Where a body's inertial frame was found: position and unit quaternion in the world, and at which step."""

    position_m: Sequence[float]
    quaternion: Sequence[float]
    step: int


class Stillness:
    """Since when each body of a world has been near where it is: no farther than the settle speeds go in `REST_S`.

    Attributes:
        look_every: steps between two looks.
    """

    def __init__(self, physics: Physics) -> None:
        self.look_every = max(1, round(physics.step_rate_hz / _LOOKS_HZ))
        self._near_m2 = (physics.settle_linear_mps * REST_S) ** 2
        self._turned = cos(physics.settle_angular_radps * REST_S / 2)
        self._anchors: dict[int, Seen] = {}

    def look(self, body: int, here: Seen) -> int:
        """Take in where a body is now; return for how many steps it has been near."""
        anchor = self._anchors.get(body)
        if anchor is None or self._strayed(anchor, here):
            self._anchors[body] = anchor = here
        return here.step - anchor.step

    def _strayed(self, anchor: Seen, here: Seen) -> bool:
        (x, y, z), (ax, ay, az) = here.position_m, anchor.position_m
        if (x - ax) ** 2 + (y - ay) ** 2 + (z - az) ** 2 > self._near_m2:
            return True
        (i, j, k, w), (ai, aj, ak, aw) = here.quaternion, anchor.quaternion
        return abs(i * ai + j * aj + k * ak + w * aw) < self._turned


def rests(still_steps: int, speeds: Speeds, physics: Physics) -> bool:
    """Return whether a world is at rest: for `REST_S` nothing strayed, and nothing is fast now."""
    return (
        still_steps >= ceil(REST_S * physics.step_rate_hz)
        and max(speeds.linear_mps, default=0.0) < physics.settle_linear_mps
        and max(speeds.angular_radps, default=0.0) < physics.settle_angular_radps
    )
