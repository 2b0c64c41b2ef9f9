"""What a convex decomposition left out: simplification drops thin things, such as the legs of a bench or a trunk.

Points of the surface that lie far outside all parts, or below them, are grouped by nearness; the hull of each group
becomes a part of its own, so that a model stands on what it stands on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import ConvexHull

from simgen.geometry import FloatArray

_TOO_FAR = 0.04  # of the diagonal; assumed: further off every part than this is left out
# Of the height; assumed: what reaches further down than all parts is what the model stands on
_LIFTED = 0.005
_CELLS = 20  # along the longest side; what is apart by more than one cell becomes a part of its own
_TOO_WIDE = 0.5  # of the diagonal: a wider group is cut, or its hull would fill what is between
_FEWEST_POINTS = 8  # assumed: fewer are a tip or a screw


def uncovered_parts(surface: FloatArray, parts: Sequence[FloatArray], most: int) -> list[FloatArray]:
    """Return point sets, at most `most`, whose hulls cover what lies far outside all parts; the largest first.

    Args:
        surface: (n, 3) points spread evenly over the mesh.
        parts: vertices of the convex parts there are.
        most: how many parts may be added.
    """
    diagonal = float(np.linalg.norm(np.ptp(surface, axis=0)))
    left_out = surface[_outside(surface, parts, _TOO_FAR * diagonal) | _below(surface, parts)]
    if len(left_out) < _FEWEST_POINTS:
        return []
    groups = [group for group in _groups(left_out, surface) if len(group) >= _FEWEST_POINTS]
    return _cut(sorted(groups, key=len, reverse=True)[:most], most, _TOO_WIDE * diagonal)


def _cut(groups: list[FloatArray], most: int, too_wide_m: float) -> list[FloatArray]:
    """Return groups of which those that are too wide are halved, the widest first, while there may be more."""
    while 0 < len(groups) < most:
        widest = max(range(len(groups)), key=lambda index: _width(groups[index]))
        if _width(groups[widest]) < too_wide_m or len(groups[widest]) < 2 * _FEWEST_POINTS:
            break
        groups += _halves(groups.pop(widest))
    return groups


def _outside(surface: FloatArray, parts: Sequence[FloatArray], distance: float) -> NDArray[np.bool_]:
    """Return which points are further from every part than a distance, measured across the part's faces."""
    outside = np.full(len(surface), True)
    for part in parts:
        equations = ConvexHull(part).equations
        outside &= np.max(surface @ equations[:, :3].T + equations[:, 3], axis=1) > distance
    return outside


def _below(surface: FloatArray, parts: Sequence[FloatArray]) -> NDArray[np.bool_]:
    lowest = min(float(part[:, 2].min()) for part in parts)
    return surface[:, 2] < lowest - _LIFTED * float(np.ptp(surface[:, 2]))


def _groups(points: FloatArray, surface: FloatArray) -> list[FloatArray]:
    """Return the points by connected cells of a grid over the surface."""
    step = float(np.ptp(surface, axis=0).max()) / _CELLS
    cells = np.minimum(((points - surface.min(axis=0)) / step).astype(np.int64), _CELLS - 1)
    grid = np.zeros((_CELLS,) * 3, bool)
    grid[tuple(cells.T)] = True
    labelled: Any = ndimage.label(grid, structure=np.ones((3, 3, 3)))
    label = labelled[0][tuple(cells.T)]
    return [points[label == number] for number in range(1, labelled[1] + 1)]


def _width(points: FloatArray) -> float:
    return float(np.linalg.norm(np.ptp(points, axis=0)))


def _halves(points: FloatArray) -> list[FloatArray]:
    """Return the points on either side of the middle of their longest extent."""
    axis = int(np.argmax(np.ptp(points, axis=0)))
    low = points[:, axis] < (points[:, axis].min() + points[:, axis].max()) / 2
    return [points[low], points[~low]]
