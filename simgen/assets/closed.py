"""Which triangles of a model close a volume: their backs can never be seen from outside, and need not be drawn."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simgen.assets.importers.polygons import connected_pieces, face_vectors, weld
from simgen.assets.importers.raw import RawPart
from simgen.geometry import FloatArray
from simgen.records.asset import Submesh


def closed_first(submeshes: Sequence[Submesh], see_through: Collection[int] = ()) -> tuple[Submesh, ...]:
    """Return the submeshes with triangles of closed pieces first, counter-clockwise from outside, and their number.

    A piece, through all materials, is closed if each of its edges joins two triangles that run through it in opposite
    directions, and none of it is of a material that can be seen through.
    """
    if not submeshes:
        return ()
    offsets = np.cumsum([0, *(len(part.positions_m) for part in submeshes)])[:-1]
    points = np.concatenate([part.positions_m for part in submeshes]).astype(float)
    triangles = np.concatenate(
        [part.triangles.astype(np.int64) + at for part, at in zip(submeshes, offsets, strict=True)]
    )
    clear = np.repeat(
        [part.material in see_through for part in submeshes], [len(part.triangles) for part in submeshes]
    )
    closed, inverted = _closed(points, triangles, clear)
    found: list[Submesh] = []
    start = 0
    for part in submeshes:
        here = slice(start, start + len(part.triangles))
        turned = np.where(inverted[here, None], part.triangles[:, ::-1], part.triangles)
        order = np.argsort(~closed[here], kind="stable")
        found.append(replace(part, triangles=turned[order], closed_count=int(closed[here].sum())))
        start += len(part.triangles)
    return tuple(found)


def turned_outwards(parts: Sequence[RawPart], see_through: Collection[int] = ()) -> list[RawPart]:
    """Return the parts of a model with triangles of closed pieces counter-clockwise from outside, in the same order."""
    offsets = np.cumsum([0, *(len(part.positions) for part in parts)])[:-1]
    points = np.concatenate([part.positions for part in parts])
    triangles = np.concatenate([part.triangles + at for part, at in zip(parts, offsets, strict=True)])
    counts = [len(part.triangles) for part in parts]
    clear = np.repeat([part.material in see_through for part in parts], counts)
    _, inverted = _closed(points, triangles, clear)
    return [
        replace(part, triangles=np.where(turned[:, None], part.triangles[:, ::-1], part.triangles))
        if turned.any()
        else part
        for part, turned in zip(parts, np.split(inverted, np.cumsum(counts)[:-1]), strict=True)
    ]


def _closed(
    points: FloatArray, triangles: NDArray[np.int64], clear: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return for each triangle whether its piece is closed, and whether that is closed but inside out."""
    places = weld(points)[triangles]
    piece = connected_pieces(places)
    count = int(places.max()) + 1
    start, end = places, np.roll(places, -1, axis=1)
    forward, backward = (start * count + end).reshape(-1), (end * count + start).reshape(-1)
    keys, times = np.unique(forward, return_counts=True)
    at = np.minimum(np.searchsorted(keys, backward), len(keys) - 1)
    paired = (keys[at] == backward) & (times[at] == 1) & (times[np.searchsorted(keys, forward)] == 1)
    solid = paired.reshape(-1, 3).all(axis=1)
    pieces = int(piece.max()) + 1
    closed = np.bincount(piece, ~solid | clear, pieces) == 0
    # Six times the signed volume; the middle as origin keeps small pieces far away exact enough.
    middle = points.mean(axis=0)
    heights = np.einsum("ij,ij->i", points[triangles[:, 0]] - middle, face_vectors(points, triangles))
    volume = np.bincount(piece, heights, pieces)
    return closed[piece], (closed & (volume < 0))[piece]
