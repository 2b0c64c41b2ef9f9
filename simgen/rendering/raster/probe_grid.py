"""Probes: points on a grid, each with the light from six sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray

_CELLS, _FEWEST, _MOST = 60, 2, 10  # about so many cells in the box; probes along each of its sides
_INSET = 0.12  # of the outermost probes from the box, in cells
AXES: FloatArray = np.concatenate([np.eye(3), -np.eye(3)])  # of a probe's six values: +x, +y, +z, -x, -y, -z


@dataclass(frozen=True, slots=True, eq=False)
class ProbeGrid:
    """Where probes are.

    Attributes:
        low_m: (3,) the first, world.
        step_m: (3,) between neighbours.
        counts: probes along x, y, z.
        cell_m: about how far apart they are.
    """

    low_m: FloatArray
    step_m: FloatArray
    counts: tuple[int, int, int]
    cell_m: float

    @property
    def points_m(self) -> FloatArray:
        """(p, 3) world, z changing fastest."""
        steps = np.stack(np.meshgrid(*map(np.arange, self.counts), indexing="ij"), axis=-1)
        return self.low_m + steps.reshape(-1, 3) * self.step_m

    def nearest(self, points_m: FloatArray) -> NDArray[np.intp]:
        """Return (n,) the index of the probe nearest to each point (n, 3)."""
        most = np.array(self.counts) - 1
        at = np.rint((points_m - self.low_m) / self.step_m).clip(0, most).astype(np.intp)
        return (at[:, 0] * self.counts[1] + at[:, 1]) * self.counts[2] + at[:, 2]


def probe_grid(low_m: FloatArray, high_m: FloatArray) -> ProbeGrid:
    """Return the grid of a box, its outermost probes a little inside."""
    size = np.maximum(high_m - low_m, 1e-2 * float((high_m - low_m).max()))
    cell = float(size.prod() / _CELLS) ** (1 / 3)
    counts = (np.rint(size / cell) + 1).clip(_FEWEST, _MOST).astype(int)
    inset = np.minimum(_INSET * cell, 0.25 * size)
    x, y, z = (int(count) for count in counts)
    return ProbeGrid(low_m + inset, (size - 2 * inset) / (counts - 1), (x, y, z), cell)


def axis_weights(normals: FloatArray) -> FloatArray:
    """Return (n, 6) what each of a probe's values counts in the light on planes of unit normals (n, 3).

    The even part of the light goes with the squares of the normal's coordinates, the odd part with themselves: right
    along the axes, for light that is the same all around, and for that of a bright half of the sphere.
    """
    even = normals * normals
    return np.concatenate([even + normals, even - normals], axis=1) / 2


def light_on(values: FloatArray, normals: FloatArray) -> FloatArray:
    """Return (..., n, 3) the light on planes of unit normals (n, 3) from probes' values (..., 6, 3)."""
    return np.maximum(axis_weights(normals) @ values, 0.0)
