"""The whole outline of an object from its samples, and what of it lies beyond the image's border."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray
from simgen.records.frame import Silhouette
from simgen.rendering.pathtrace.coverage import Grid, Samples

# An object that passes the near plane, or lies where a lens shows nothing, has no finite outline: it is counted on a
# canvas of three times the image, as the BOP benchmark does.
_CANVAS_MARGIN = 1.0
_MOST_CELLS = 512  # of a grid's side; a larger outline is counted at a coarser step

Extent = tuple[float, float, float, float]
Mask = NDArray[np.bool_]


class Outlined(Protocol):
    """What an outline is taken of."""

    camera: Intrinsics
    points_camera: FloatArray

    def samples(self, grid: Grid) -> list[Samples]:
        """Return where its surfaces meet a grid."""
        ...


def silhouette_of(covered: Mask, body: Outlined) -> Silhouette | None:
    """Return an object's silhouette, given the pixels (h, w) that it covers; None where there are none."""
    columns, rows = np.flatnonzero(covered.any(axis=0)), np.flatnonzero(covered.any(axis=1))
    if not len(columns):
        return None
    x0, x1, y0, y1 = int(columns[0]), int(columns[-1]) + 1, int(rows[0]), int(rows[-1]) + 1
    mask = covered[y0:y1, x0:x1].copy()
    camera, inside = body.camera, (x0, y0, x1, y1)
    extent = _extent(camera, body.points_camera)
    behind = not np.isfinite(extent).all() or bool(camera.depth_of(body.points_camera).min() < camera.near_m)
    extent = _canvas(camera) if behind else extent
    beyond_px = _beyond(camera, body, extent) if _is_cut(camera, extent) else 0.0
    if behind:
        box: Extent = (np.nan, np.nan, np.nan, np.nan)
    else:
        box = _unclipped(inside, extent, beyond_px > 0)
    return Silhouette(x0, y0, mask, box, float(np.count_nonzero(mask)) + beyond_px)


def _extent(camera: Intrinsics, points_camera: FloatArray) -> Extent:
    pixels = camera.project(points_camera)
    (x0, y0), (x1, y1) = pixels.min(axis=0), pixels.max(axis=0)
    return (float(x0), float(y0), float(x1), float(y1))


def _canvas(camera: Intrinsics) -> Extent:
    """Return the first and last pixel centres of a canvas of three times the image, around it."""
    w, h = camera.width, camera.height
    margin_x, margin_y = round(_CANVAS_MARGIN * w), round(_CANVAS_MARGIN * h)
    return (-margin_x, -margin_y, w + margin_x - 1, h + margin_y - 1)


def _is_cut(camera: Intrinsics, extent: Extent) -> bool:
    x0, y0, x1, y1 = extent
    return x0 < -0.5 or y0 < -0.5 or x1 > camera.width - 0.5 or y1 > camera.height - 0.5


def _beyond(camera: Intrinsics, body: Outlined, extent: Extent) -> float:
    """Return how many pixels of the object lie outside the image, each sample standing for its area."""
    grid = _grid_over(extent)
    covered = np.zeros(grid.width * grid.height, np.bool_)
    for part in body.samples(grid):
        covered[part.cell] = True
    columns = grid.x0 + np.arange(grid.width) * grid.step_x
    rows = grid.y0 + np.arange(grid.height) * grid.step_y
    in_x = (columns > -0.5) & (columns < camera.width - 0.5)
    in_y = (rows > -0.5) & (rows < camera.height - 0.5)
    outside = covered.reshape(grid.height, grid.width) & ~(in_y[:, None] & in_x)
    return float(np.count_nonzero(outside)) * grid.step_x * grid.step_y


def _grid_over(extent: Extent) -> Grid:
    """Return a grid over an extent: pixel centres where there are few enough, else cells of equal size."""
    low_x, low_y = np.floor(extent[0]), np.floor(extent[1])
    wide, high = np.ceil(extent[2]) + 1 - low_x, np.ceil(extent[3]) + 1 - low_y
    columns, rows = int(min(wide, _MOST_CELLS)), int(min(high, _MOST_CELLS))
    step_x, step_y = float(wide / columns), float(high / rows)
    first_x, first_y = float(low_x + (step_x - 1) / 2), float(low_y + (step_y - 1) / 2)
    return Grid(first_x, first_y, columns, rows, step_x, step_y)


def _unclipped(inside: tuple[int, int, int, int], extent: Extent, cut: bool) -> Extent:
    """Return the box on the unbounded plane: of the mask where it is whole, of the outline where it is cut."""
    x0, y0, x1, y1 = (float(edge) for edge in inside)
    if not cut:
        return (x0, y0, x1, y1)
    # Half-open box of the pixel centres that the outline encloses.
    low_x, low_y = np.ceil(extent[0]), np.ceil(extent[1])
    high_x, high_y = np.floor(extent[2]) + 1, np.floor(extent[3]) + 1
    return (
        float(min(low_x, x0)),
        float(min(low_y, y0)),
        float(max(high_x, x1)),
        float(max(high_y, y1)),
    )
