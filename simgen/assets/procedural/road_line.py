"""The line a road follows: a bend of one radius and a rise that is steepest in its middle.

Road coordinates: origin on the middle line where `s` = 0, x ahead there, y left, z up, metres. All parts of one road
are made in them, so that they fit each other without being measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from simgen.assets.procedural.params import Parameter, Values, length, number
from simgen.geometry import FloatArray

BEFORE_M, AFTER_M = 120.0, 260.0  # how far the road is drawn past both ends of its lanes, straight and level
ROW_M = 4.0  # between cross sections; the dashes of the markings begin and end on them


@dataclass(frozen=True, slots=True)
class RoadLine:
    """The middle line.

    Attributes:
        length_m: from s = 0 to its end, both along the ground.
        bend_rad: by how much it turns left over that length.
        slope: rise over run in the middle; it eases to level at both ends.
    """

    length_m: float
    bend_rad: float
    slope: float

    @property
    def radius_m(self) -> float:
        """Of the bend; infinite for a straight road."""
        return self.length_m / abs(self.bend_rad) if self.bend_rad else float("inf")

    def heading_rad(self, s_m: ArrayLike) -> FloatArray:
        """Return the direction (n,) at places along the line."""
        inside: FloatArray = np.clip(np.asarray(s_m, float), 0.0, self.length_m)
        return inside * (self.bend_rad / self.length_m)

    def points(self, s_m: ArrayLike, lateral_m: ArrayLike = 0.0) -> FloatArray:
        """Return points (..., 3), `lateral_m` to the left of the line at `s_m`; both are broadcast."""
        s, lateral = np.broadcast_arrays(np.asarray(s_m, float), np.asarray(lateral_m, float))
        inside: FloatArray = np.clip(s, 0.0, self.length_m)
        heading = self.heading_rad(s)
        chord = inside * np.asarray(np.sinc(heading / (2 * np.pi)), float)  # np.sinc(x) is sin(pi x) / (pi x)
        beyond = s - inside
        x = chord * np.cos(heading / 2) + beyond * np.cos(heading) - lateral * np.sin(heading)
        y = chord * np.sin(heading / 2) + beyond * np.sin(heading) + lateral * np.cos(heading)
        z = self.slope * self.length_m / np.pi * (1.0 - np.cos(np.pi * inside / self.length_m))
        return np.stack([x, y, z], axis=-1)

    def rows_m(self) -> FloatArray:
        """Return where along the line cross sections are drawn, from before its beginning to past its end."""
        last = int(np.ceil((self.length_m + AFTER_M) / ROW_M))
        return ROW_M * np.arange(-int(BEFORE_M // ROW_M), last + 1, dtype=np.float64)


LINE_PARAMETERS: tuple[Parameter, ...] = (
    length("length_m", 300.0, 50.0, 2000.0),
    number("bend_rad", 0.0, -1.6, 1.6),
    number("slope", 0.0, -0.12, 0.12),
)


def line_of(values: Values) -> RoadLine:
    """Return the line that a model's parameters describe."""
    return RoadLine(values.number("length_m"), values.number("bend_rad"), values.number("slope"))
