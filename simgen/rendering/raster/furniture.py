"""Large things between the walls of an enclosure, as light that walls send on meets them: boxes of haze.

How much light gets through a box is told from the surface and the volume in it. A line through a box of surface B
crosses surfaces of total area A 2 A / B times on average (Cauchy and Crofton: Santaló, "Integral geometry and geometric
probability", 2004), which is A / B closed parts; scattered parts let e^-(A / B) of all lines pass, by Poisson's law.
Of what is solid the share that it fills of its box is taken first, which is right for a ball and for a full box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simgen.geometry import FloatArray
from simgen.rendering.raster.drawables import Drawable
from simgen.rendering.raster.meshes import GpuModel

_MOST_BOXES = 24
_LEAST_SHARE = 0.01  # that passes: full boxes are haze too
_FLATTEST_M = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Boxes around things that never move.

    Attributes:
        T_box_world: (b, 4, 4) world -> box, whose sides are then at -1 and 1.
        density_per_m: (b,) how much of its light a ray loses in them, as of `exp(-density * length)`.
    """

    T_box_world: FloatArray
    density_per_m: FloatArray

    def passed(
        self, origins_m: FloatArray, directions: FloatArray, until_m: FloatArray | float
    ) -> FloatArray:
        """Return (n,) which share of light passes along rays.

        Args:
            origins_m: (n, 3).
            directions: (n, 3) unit; the one direction (3,) may be that of all.
            until_m: (n,) where the rays end; infinite where they do not.
        """
        lost = np.zeros(len(origins_m))
        starts, ways = np.ascontiguousarray(origins_m.T), np.ascontiguousarray(np.atleast_2d(directions).T)
        for T, density in zip(self.T_box_world, self.density_per_m, strict=True):
            start, way = T[:3, :3] @ starts + T[:3, 3:], T[:3, :3] @ ways
            with np.errstate(divide="ignore", invalid="ignore"):
                one, two = (-1 - start) / way, (1 - start) / way
            enters, leaves = np.minimum(one, two).max(axis=0), np.maximum(one, two).min(axis=0)
            inside = np.minimum(leaves, until_m) - np.maximum(enters, 0.0)
            lost += density * np.maximum(inside, 0.0)
        return np.exp(-lost)


def boxes_of(bodies: Sequence[Drawable]) -> Boxes:
    """Return the boxes of the largest bodies."""
    largest = sorted(bodies, key=lambda drawable: -drawable.radius_m)[:_MOST_BOXES]
    boxes, densities = np.zeros((len(largest), 4, 4)), np.zeros(len(largest))
    known: dict[int, float] = {}
    for index, drawable in enumerate(largest):
        half = np.maximum(drawable.model.half_size_m * drawable.body.scale, _FLATTEST_M)
        T_world_box = drawable.body.pose.matrix()
        T_world_box[:3, :3] = T_world_box[:3, :3] * half
        boxes[index] = np.linalg.inv(T_world_box)
        if id(drawable.model) not in known:
            known[id(drawable.model)] = share_passed(drawable.model)
        densities[index] = -np.log(known[id(drawable.model)]) / mean_chord_m(half)
    return Boxes(boxes, densities)


def mean_chord_m(half_size_m: FloatArray) -> float:
    """Return the mean length of lines within a box: 4 V / B (Cauchy)."""
    return float(4 * 8 * half_size_m.prod() / _box_area(half_size_m))


def share_passed(model: GpuModel) -> float:
    """Return which share of all lines through a model's box meets nothing of it; its surfaces are taken for closed."""
    half = np.maximum(model.half_size_m, _FLATTEST_M)
    area = volume = 0.0
    for part in model.caster_submeshes:
        corners = part.positions_m[part.triangles].astype(float)
        across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        sizes = np.linalg.norm(across, axis=1) / 2
        area += float(sizes.sum())
        volume += float((across * corners[:, 0]).sum()) / 6
    return share_passed_of(area / _box_area(half), abs(volume) / (8 * float(half.prod())))


def share_passed_of(area: float, volume: float) -> float:
    """Return the share that passes of light through a box in which are so much area and volume, each over the box's."""
    filled = min(volume, 1.0)
    return max((1.0 - filled) * float(np.exp(-max(area - filled, 0.0))), _LEAST_SHARE)


def _box_area(half_size_m: FloatArray) -> float:
    x, y, z = half_size_m
    return float(8 * (x * y + y * z + z * x))
