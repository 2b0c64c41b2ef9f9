"""Collision parts of round open vessels: mugs, glasses, bowls and plates that things can lie in.

A general decomposition wastes its parts on a cup: it splits the wall anyhow, and where parts run out it fills the
hollow. Here the wall is cut like a cake into equal sectors, so that a dozen parts leave the hollow free; the bottom,
the stem and foot of a glass, and a handle (three parts, with the hole between them) are parts of their own.

What a shape holds is measured as water: the height map seen from above is flooded from its border, and what stays
below the flood level is the basin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from simgen.assets.surface_points import hull_surface_points
from simgen.geometry import FloatArray

_CELLS = 48  # along each side of the height map
_LEAST_DEPTH = 0.3  # of the height; assumed: a shallower hollow needs no sectors
_LEAST_SHARE = 0.3  # of the footprint
_ROUND = 1.12  # farthest over median distance of the wall from the axis, handles aside; a square has 1.19
_LAYOUTS = ((8, 1), (7, 2))  # sectors, and bands one above the other for curved walls
_ENOUGH, _TOO_LITTLE = 0.75, 0.55  # of the water that the mesh holds
_HANDLE = 1.12  # distance from the axis, over the wall's at that height, from which on it is the handle
_APART_RAD = 0.35  # a wider gap parts two handles; assumed
_OVERLAP_RAD = 0.03  # of neighbouring sectors, so that nothing falls between them
_FEWEST_POINTS = 12  # of a handle; fewer are a rough wall; assumed
_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]])  # water does not run through a corner


@dataclass(frozen=True, slots=True, eq=False)
class _Basin:
    """The hollow seen from above.

    Attributes:
        axis_m: (2,) its middle.
        half_m: (2,) its half extents.
        floor_m: height of its floor.
        volume: of the water it holds, in cells times metres.
    """

    axis_m: FloatArray
    half_m: FloatArray
    floor_m: float
    volume: float


def vessel_parts(surface: FloatArray) -> list[FloatArray] | None:
    """Return point sets whose hulls make up a round vessel, None if the shape is none.

    Args:
        surface: (n, 3) points spread evenly over the mesh, upright, metres.
    """
    low, high = surface.min(axis=0), surface.max(axis=0)
    basin = _basin(surface, low, high)
    if basin is None or not _is_round(surface, basin):
        return None
    best: tuple[float, list[FloatArray]] | None = None
    for sectors, bands in _LAYOUTS:
        parts = _cut(surface, basin, sectors, bands)
        kept = _held(parts, low, high) / basin.volume
        if best is None or kept > best[0]:
            best = kept, parts
        if kept >= _ENOUGH:
            break
    return best[1] if best is not None and best[0] >= _TOO_LITTLE else None


def _cut(surface: FloatArray, basin: _Basin, sectors: int, bands: int) -> list[FloatArray]:
    angle, distance = _around(surface, basin)
    height = surface[:, 2]
    below = height <= basin.floor_m + 0.02 * np.ptp(height)
    handle = ~below & (distance > _HANDLE * _wall_distance(height, angle, distance))
    wall = ~below & ~handle
    parts = [*_bottom(surface[below]), *_handles(surface[handle], angle[handle], distance[handle])]
    for chosen in _bands(height, wall, bands):
        for sector in range(sectors):
            turned = np.abs((angle - 2 * np.pi * sector / sectors + np.pi) % (2 * np.pi) - np.pi)
            parts.append(surface[chosen & (turned <= np.pi / sectors + _OVERLAP_RAD)])
    return [part for part in parts if len(part) >= 4]


def _bottom(points: FloatArray) -> list[FloatArray]:
    """Return the part below the hollow, a tall one as foot and stem."""
    if len(points) == 0:
        return []
    height = points[:, 2]
    width = float(np.ptp(points[:, :2], axis=0).max())
    if np.ptp(height) < 0.5 * width:
        return [points]
    foot = height < height.min() + 0.15 * np.ptp(height)
    return [points[foot], points[~foot]]


def _handles(points: FloatArray, angle: FloatArray, distance: FloatArray) -> list[FloatArray]:
    """Return the parts of what sticks out of the wall: a lone handle in three, each of several in one."""
    if len(points) < _FEWEST_POINTS:
        return []
    order = np.argsort(angle, kind="stable")
    gaps = np.diff(angle[order], append=angle[order[0]] + 2 * np.pi)
    start = int(np.argmax(gaps)) + 1
    breaks = np.nonzero(np.roll(gaps, -start)[:-1] > _APART_RAD)[0] + 1
    groups = [chosen for chosen in np.split(np.roll(order, -start), breaks) if len(chosen) >= _FEWEST_POINTS]
    if len(groups) == 1:
        return _ring(points[groups[0]], distance[groups[0]])
    return [points[group] for group in groups]


def _ring(points: FloatArray, distance: FloatArray) -> list[FloatArray]:
    """Return a handle as its lower arm, its grip (the far half of its middle) and its upper arm."""
    height = (points[:, 2] - points[:, 2].min()) / max(float(np.ptp(points[:, 2])), 1e-9)
    far = distance > (distance.min() + distance.max()) / 2
    return [points[height <= 0.27], points[far & (height >= 0.25) & (height <= 0.75)], points[height >= 0.73]]


def _bands(height: FloatArray, wall: NDArray[np.bool_], bands: int) -> list[NDArray[np.bool_]]:
    low, high = float(height[wall].min()), float(height[wall].max())
    edges = low + (high - low) * (np.arange(bands + 1) / bands) ** 1.5  # walls curve most near the floor
    return [wall & (height >= a - 1e-9) & (height <= b + 1e-9) for a, b in pairwise(edges)]


def _around(points: FloatArray, basin: _Basin) -> tuple[FloatArray, FloatArray]:
    """Return angle and distance from the axis, in half extents of the basin: an oval counts as round."""
    flat = (points[:, :2] - basin.axis_m) / basin.half_m
    return np.arctan2(flat[:, 1], flat[:, 0]), np.linalg.norm(flat, axis=1)


def _wall_distance(height: FloatArray, angle: FloatArray, distance: FloatArray) -> FloatArray:
    """Return for each point the outer wall's distance at its height: the middle one of 36 directions."""
    layer = _bins(height, float(height.min()), float(np.ptp(height)), 24)
    farthest = np.full((24, 36), np.nan)
    np.fmax.at(farthest, (layer, _bins(angle, -np.pi, 2 * np.pi, 36)), distance)
    return np.array([np.median(row[~np.isnan(row)]) if not np.isnan(row).all() else 0.0 for row in farthest])[
        layer
    ]


def _bins(values: FloatArray, low: float, extent: float, count: int) -> NDArray[np.int64]:
    return np.clip(((values - low) / max(extent, 1e-9) * count).astype(np.int64), 0, count - 1)


def _is_round(surface: FloatArray, basin: _Basin) -> bool:
    """Return whether the wall has about the same distance from the axis in most of 36 directions."""
    angle, distance = _around(surface, basin)
    upper = surface[:, 2] > basin.floor_m + 0.5 * (surface[:, 2].max() - basin.floor_m)
    farthest = np.full(36, np.nan)
    np.fmax.at(farthest, _bins(angle[upper], -np.pi, 2 * np.pi, 36), distance[upper])
    if np.isnan(farthest).any():
        return False
    ordered = np.sort(farthest)
    return bool(ordered[29] < _ROUND * ordered[18] and ordered[0] > ordered[18] / _ROUND)


def _basin(surface: FloatArray, low: FloatArray, high: FloatArray) -> _Basin | None:
    """Return the largest hollow that is open upwards, None where there is none worth the name."""
    heights = _height_map(surface, low, high)
    depth = _depth(heights)
    labelled: Any = ndimage.label(depth > _LEAST_DEPTH * (high[2] - low[2]))
    labels, count = labelled
    if count == 0:
        return None
    largest = labels == 1 + int(np.argmax(np.bincount(labels.reshape(-1))[1:]))
    if largest.sum() < _LEAST_SHARE * _CELLS**2 / 2:
        return None
    rows, columns = np.nonzero(largest)
    cells = np.column_stack([rows, columns])
    step = (high - low)[:2] / _CELLS
    first, last = cells.min(axis=0), cells.max(axis=0) + 1
    return _Basin(
        axis_m=low[:2] + (first + last) / 2 * step,
        half_m=(last - first) / 2 * step,
        floor_m=float(np.percentile(heights[largest], 20)),
        volume=float(depth.sum()),
    )


def _held(parts: Sequence[FloatArray], low: FloatArray, high: FloatArray) -> float:
    """Return the water that the hulls of the parts hold."""
    heights = _height_map(np.concatenate([hull_surface_points(part, 2500) for part in parts]), low, high)
    return float(_depth(heights).sum())


def _height_map(points: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Return the greatest height of the points in each cell seen from above, -inf where the shape has a hole."""
    extent = np.where(high > low, high - low, 1.0)[:2]
    cells = np.clip(((points[:, :2] - low[:2]) / extent * _CELLS).astype(int), 0, _CELLS - 1)
    heights = np.full((_CELLS, _CELLS), -np.inf)
    np.maximum.at(heights, (cells[:, 0], cells[:, 1]), points[:, 2])
    return ndimage.grey_closing(
        heights, size=(3, 3), mode="nearest"
    )  # over cells that no point happened to hit


def _flooded(heights: FloatArray) -> FloatArray:
    """Return the height map with its basins filled up to where they spill over its border or into a hole."""
    ring = np.pad(heights, 1, constant_values=-np.inf)
    drain = ring == -np.inf
    level = np.where(drain, -np.inf, float(heights.max()))
    while True:
        lower = np.maximum(ring, ndimage.grey_erosion(level, footprint=_CROSS, mode="nearest"))
        if np.array_equal(lower, level):
            return lower[1:-1, 1:-1]
        level = lower


def _depth(heights: FloatArray) -> FloatArray:
    """Return the depth of the water in each cell; 0 in holes."""
    return np.where(
        np.isfinite(heights), _flooded(heights) - np.where(np.isfinite(heights), heights, 0.0), 0.0
    )
