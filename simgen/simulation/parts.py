"""The convex parts of all bodies of a scene, and the upright boxes around them in the world."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simgen.assets import AssetLibrary
from simgen.geometry import FloatArray
from simgen.records.scene import Scene
from simgen.simulation.fixed_shapes import shape_of
from simgen.simulation.shapes import Part, vertices_of


class PartBoxes:
    """Parts of all bodies, those of one body side by side, in order of instance id.

    Attributes:
        parts: each with the scale of its body.
        owners: (parts,) row of the body of each: its instance id less 1.
        low_m: (parts, 3) lower corners of the boxes around them, world.
        high_m: (parts, 3) upper corners.
    """

    def __init__(self, scene: Scene, library: AssetLibrary) -> None:
        self.parts: list[tuple[Part, float]] = []
        self._spans: list[tuple[int, int]] = []
        owners: list[int] = []
        corners: list[FloatArray] = []
        for row, body in enumerate(scene.objects):
            shape = shape_of(body, library.collision(body.asset))
            self._spans.append((len(self.parts), len(self.parts) + len(shape.parts)))
            self.parts += [(part, body.scale) for part in shape.parts]
            owners += [row] * len(shape.parts)
            corners += [_corners(part) * body.scale for part in shape.parts]
        self.owners: NDArray[np.intp] = np.array(owners, dtype=np.intp)
        boxes = np.array(corners).reshape(-1, 2, 3)
        self._middles, self._halves = boxes.mean(axis=1), (boxes[:, 1] - boxes[:, 0]) / 2
        self.low_m, self.high_m = np.zeros((len(owners), 3)), np.zeros((len(owners), 3))
        for row, body in enumerate(scene.objects):
            self.place(row, body.pose.matrix())

    def place(self, row: int, T_world_object: FloatArray) -> None:
        """Say where a body is now."""
        first, last = self._spans[row]
        R = T_world_object[:3, :3]
        middle = self._middles[first:last] @ R.T + T_world_object[:3, 3]
        reach = self._halves[first:last] @ np.abs(R).T
        self.low_m[first:last], self.high_m[first:last] = middle - reach, middle + reach

    def meeting(self, low_m: FloatArray, high_m: FloatArray) -> NDArray[np.bool_]:
        """Return (..., parts) which boxes meet boxes given by their corners (..., 3)."""
        apart = (self.low_m > high_m[..., None, :]) | (self.high_m < low_m[..., None, :])
        return ~np.any(apart, axis=-1)


def _corners(part: Part) -> FloatArray:
    vertices = vertices_of(part)
    return np.array([vertices.min(axis=0), vertices.max(axis=0)])
