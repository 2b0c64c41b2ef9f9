"""How triangles hang together: edges between places, and what lies around each of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from simgen.assets.collapse_geometry import Int64Array


class Edges:
    """Each edge of a surface in both directions.

    Attributes:
        start, end: (e,) places.
        feature: (h,) whether each half edge given is a border, a fold of more than two sheets or between groups.
    """

    def __init__(
        self, start: Int64Array, end: Int64Array, apex: Int64Array, group: Int64Array, place_count: int
    ) -> None:
        low, high = np.minimum(start, end), np.maximum(start, end)
        keys, inverse = np.unique(low * place_count + high, return_inverse=True)
        self._count, n = place_count, len(keys)
        # Two sheets back to back count once: their apexes are the same.
        self._apexes = np.bincount(distinct(inverse * place_count + apex) // place_count, minlength=n)
        groups = int(group.max(initial=0)) + 1
        mixed = np.bincount(distinct(inverse * groups + group) // groups, minlength=n) > 1
        marked = (self._apexes != 2) | mixed
        self.feature = marked[inverse]
        self._low, self._high, self._marked = keys // place_count, keys % place_count, marked
        self.start = np.concatenate([self._low, self._high])
        self.end = np.concatenate([self._high, self._low])

    def movable(self) -> NDArray[np.bool_]:
        """Return for each direction whether features and the link condition let `start` move to `end`."""
        feature = np.concatenate([self._marked, self._marked])
        lines = np.bincount(self.start[feature], minlength=self._count)
        # On a line a place moves along it; where lines end or meet it stays.
        along = np.where(feature, lines[self.start] == 2, lines[self.start] == 0)
        return along & np.tile(self._linked(), 2)

    def _linked(self) -> NDArray[np.bool_]:
        ones = np.ones(len(self.start), np.int32)
        near: Any = csr_array((ones, (self.start, self.end)), shape=(self._count, self._count))
        common = (near @ near).multiply(near).tocsr()
        return np.asarray(common[self._low, self._high]).reshape(-1) == self._apexes


class Lists:
    """Values by key, for many keys at once."""

    def __init__(self, keys: Int64Array, values: Int64Array, key_count: int) -> None:
        counts, n = np.bincount(keys, minlength=key_count), len(keys)
        # A stable order by key: sorting key and place in one number takes a quarter of a stable argsort's time.
        ordered = np.sort(keys * n + np.arange(n))
        self._values = values[ordered - np.repeat(np.arange(len(counts)) * n, counts)]
        self._first = np.concatenate([[0], np.cumsum(counts)])

    def of(self, keys: Int64Array) -> tuple[Int64Array, Int64Array]:
        """Return (row, value): for each value of each key, the key's row and the value, in the order of the rows."""
        counts = self._first[keys + 1] - self._first[keys]
        row = np.repeat(np.arange(len(keys)), counts)
        within = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
        return row, self._values[self._first[keys][row] + within]


def distinct(values: Int64Array) -> Int64Array:
    """Return each value once, sorted: np.unique, which hashes first, in a third of its time."""
    ordered = np.sort(values)
    first = np.ones(len(ordered), bool)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def half_edges(at: Int64Array) -> tuple[Int64Array, Int64Array, Int64Array, Int64Array]:
    """Return start, end, opposite place and triangle of the three edges of each triangle."""
    following = np.roll(at, -1, axis=1)
    triangle = np.repeat(np.arange(len(at)), 3)
    return at.reshape(-1), following.reshape(-1), np.roll(at, -2, axis=1).reshape(-1), triangle
