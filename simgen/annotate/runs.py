"""Runs of pixels down the columns of an image: what masks, boxes and areas of many objects are read from at once.

Pixels are numbered down the first column, then down the second. A picture has tens of objects, most of them small: one
pass over all of them costs less than a look at each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from simgen.records.annotation import BoxXyxy

Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """A mask (h, w) whose first pixel lies at (x0, y0) of the image; the image is zero elsewhere."""

    x0: int
    y0: int
    mask: NDArray[np.bool_]

    @property
    def box(self) -> BoxXyxy:
        """Where it lies, half-open (x0, y0, x1, y1), pixels."""
        rows, columns = self.mask.shape
        return (float(self.x0), float(self.y0), float(self.x0 + columns), float(self.y0 + rows))


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Pixels of several masks of one image.

    Attributes:
        edges: (n, 2) number of the first pixel of each run and of the one behind its last; mask by mask, ascending,
            none beyond its column.
        counts: (masks,) how many runs each mask has.
        height: of the image, pixels.
    """

    edges: Indices
    counts: Indices
    height: int

    def joined(self) -> Runs:
        """Return the same pixels with runs that meet made one: a column set to its end may run on into the next."""
        of_mask = np.repeat(np.arange(len(self.counts)), self.counts)
        apart = (self.edges[:-1, 1] != self.edges[1:, 0]) | (of_mask[:-1] != of_mask[1:])
        begins, ends = np.append(True, apart)[: len(self.edges)], np.append(apart, True)[: len(self.edges)]
        edges = np.column_stack([self.edges[begins, 0], self.edges[ends, 1]])
        return Runs(edges, np.bincount(of_mask[begins], minlength=len(self.counts)), self.height)

    def areas_px(self) -> list[int]:
        """Return how many pixels each mask has; none may be empty."""
        return np.add.reduceat(self.edges[:, 1] - self.edges[:, 0], self._heads()).tolist()

    def boxes_xyxy(self) -> list[tuple[int, int, int, int]]:
        """Return the tightest half-open box of each mask; none may be empty."""
        heads = self._heads()
        column, top = np.divmod(self.edges[:, 0], self.height)
        bottom = top + self.edges[:, 1] - self.edges[:, 0]
        tails = np.append(heads[1:], len(self.edges)) - 1
        corners = (
            column[heads],
            np.minimum.reduceat(top, heads),
            column[tails] + 1,
            np.maximum.reduceat(bottom, heads),
        )
        return list(zip(*(corner.tolist() for corner in corners), strict=True))

    def _heads(self) -> Indices:
        return np.cumsum(self.counts) - self.counts


def runs_of_ids(ids: NDArray[np.uint16]) -> tuple[list[int], Runs]:
    """Return the ids (h, w) has, without 0, ascending, and the runs of each."""
    height, width = ids.shape
    down = np.ascontiguousarray(cv2.transpose(ids))
    starts = np.ones((width, height), np.bool_)
    np.not_equal(down[:, 1:], down[:, :-1], out=starts[:, 1:])
    first = np.flatnonzero(starts)
    keys = down.ravel()[first]
    order = np.argsort(keys, kind="stable")  # runs stay in order within an id
    edges = np.column_stack([first, np.append(first[1:], height * width)])[order]
    found, counts = np.unique_counts(keys)
    behind = int(counts[0]) if found[0] == 0 else 0
    shown = slice(1 if behind else 0, None)
    return found[shown].tolist(), Runs(edges[behind:], counts[shown], height)


def runs_of_tiles(tiles: Sequence[Tile], height: int) -> Runs:
    """Return the runs of masks that lie in an image of this height."""
    if not tiles:
        return Runs(np.empty((0, 2), np.int64), np.empty(0, np.int64), height)
    tall = np.array(
        [tile.mask.shape[0] + 1 for tile in tiles]
    )  # a zero above each column ends the one before it
    first = np.concatenate([[0], np.cumsum(tall * [tile.mask.shape[1] for tile in tiles])])
    padded = np.zeros(first[-1] + 1, np.uint8)
    for tile, start, stop in zip(tiles, first[:-1], first[1:], strict=True):
        if tile.mask.size:  # OpenCV transposes large tiles in a tenth of NumPy's time
            columns = padded[start:stop].reshape(tile.mask.shape[1], -1)
            columns[:, 1:] = cv2.transpose(tile.mask.view(np.uint8))
    changes = np.flatnonzero(padded[1:] != padded[:-1])
    of_tile = np.searchsorted(first, changes, side="right") - 1
    column, row = np.divmod(changes - first[of_tile], tall[of_tile])
    x0, y0 = np.array([(tile.x0, tile.y0) for tile in tiles]).T
    edges = ((column + x0[of_tile]) * height + row + y0[of_tile]).reshape(-1, 2)
    return Runs(edges, np.bincount(of_tile[::2], minlength=len(tiles)), height)
