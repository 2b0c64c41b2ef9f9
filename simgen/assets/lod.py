"""Levels of detail: versions of a model that differ from it by no more than so many metres.

Surfaces lose vertices one by one, within a bound on the distance (see `collapse`): all materials at once, so that no
crack opens between them. Whoever draws chooses the coarsest level whose error is less than what can be seen.

Foliage is different: thousands of loose leaves that no edge collapse can join. Where leaves are small compared with
the error, a share of them is dropped and the others grow, so that the covered area stays (Cook et al., "Stochastic
simplification of aggregate detail", SIGGRAPH 2007).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simgen.assets.closed import closed_first
from simgen.assets.collapse import CollapsingSurface, Corners
from simgen.assets.importers.polygons import connected_pieces, weld
from simgen.assets.importers.raw import RawPart
from simgen.geometry import FloatArray
from simgen.records.asset import Submesh

MAX_TRIANGLES = 60_000  # of the finest level; assumed
# In model diagonals: half a pixel for a model of 1000, 500, 250, 125, 60 and 25 pixels.
_ERRORS = (0.0005, 0.001, 0.002, 0.004, 0.008, 0.02)
_FEWEST_TRIANGLES = 200  # a level of no more is not simplified further: it would save nothing
_MOST_KEPT = 0.75  # a level with a larger share of the triangles of the one before is left out
_LEAF_TRIANGLES, _FEWEST_LEAVES = 16, 200  # assumed: this many loose pieces of at most that size are foliage
_LEAF_ERRORS = 4.0  # leaves smaller than this many errors are thinned
_MOST_GROWTH = 2.5  # of a leaf: wider ones would look like other leaves; assumed


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One level of detail.

    Attributes:
        error_m: how far it may be from the model, in the model's unit.
    """

    submeshes: tuple[Submesh, ...]
    error_m: float

    @property
    def triangle_count(self) -> int:
        """Triangles of all materials."""
        return sum(len(submesh.triangles) for submesh in self.submeshes)


def levels_of_detail(
    parts: Sequence[RawPart], textured: Collection[int] = (), see_through: Collection[int] = ()
) -> tuple[Level, ...]:
    """Return the levels, finest first: the model itself, then versions about 0.05 % to 2 % of its diagonal off.

    The first has at most 60,000 triangles where 2 % allows that, and counts as exact. A level that would have hardly
    fewer triangles than the one before is left out.

    Args:
        parts: the model.
        textured: materials with maps; only theirs keep seams of texture coordinates.
        see_through: materials that are not opaque; what they are part of is not closed.
    """
    top = Level(tuple(_submesh(part) for part in parts), 0.0)
    levels = [top] if top.triangle_count <= _FEWEST_TRIANGLES else _simplified(_Surface(parts, textured), top)
    return tuple(replace(level, submeshes=closed_first(level.submeshes, see_through)) for level in levels)


def as_it_is(parts: Sequence[RawPart]) -> Level:
    """Return the model itself, as it is drawn where a skeleton moves it: none of its surfaces counts as closed."""
    return Level(tuple(_submesh(part) for part in parts), 0.0)


def _simplified(surface: _Surface, top: Level) -> list[Level]:
    levels = [surface.capped() if top.triangle_count > MAX_TRIANGLES else top]
    for error in _ERRORS:
        if levels[-1].triangle_count <= _FEWEST_TRIANGLES:
            break
        level = surface.simplified(error)
        if 0 < level.triangle_count < _MOST_KEPT * levels[-1].triangle_count:
            levels.append(level)
    return levels


def _submesh(part: RawPart) -> Submesh:
    return Submesh(
        positions_m=part.positions.astype(np.float32),
        normals=part.normals,
        uvs=part.uvs,
        triangles=part.triangles.astype(np.uint32),
        material=part.material,
        joints=part.joints,
        weights=part.weights,
    )


class _Surface:
    """All triangles of a model, simplified step by step."""

    def __init__(self, parts: Sequence[RawPart], textured: Collection[int]) -> None:
        offsets = np.cumsum([0] + [len(part.positions) for part in parts])[:-1]
        triangles = np.concatenate([part.triangles + o for part, o in zip(parts, offsets, strict=True)])
        self._positions = np.concatenate([part.positions for part in parts])
        self._normals = np.concatenate([part.normals for part in parts])
        self._uvs = np.concatenate([part.uvs for part in parts])
        self._material = np.repeat([p.material for p in parts], [len(p.positions) for p in parts])
        self._diagonal = float(np.linalg.norm(np.ptp(self._positions, axis=0)))
        leaf = _leaves(self._positions, triangles)
        self._leaves, self._leaf = triangles[leaf >= 0], leaf[leaf >= 0]
        self._solid = self._collapsing(triangles[leaf < 0], textured)

    def simplified(self, error: float) -> Level:
        """Return the level with an error of at most that many diagonals; errors must grow from call to call."""
        self._solid.collapse(error)
        return self._level(error, _leaf_share(self._leaf_size(), error))

    def capped(self) -> Level:
        """Return the level with the least error that `MAX_TRIANGLES` can show."""
        whole = len(self._leaves) + len(self._solid.triangles)
        share = max(MAX_TRIANGLES / whole, _MOST_GROWTH**-2) if len(self._leaves) else 1.0
        room = MAX_TRIANGLES - int(share * len(self._leaves))
        error = 1e-4
        while len(self._solid.triangles) > room and error < _ERRORS[-1]:
            self._solid.collapse(error, room)
            error *= 2
        return self._level(0.0, share)

    def _level(self, leaf_error: float, share: float) -> Level:
        error = max(self._solid.error(), leaf_error if share < 1 else 0.0)
        submeshes = (*self._parts(self._positions, self._solid.triangles), *self._thinned(share))
        return Level(submeshes, error * self._diagonal)

    def _collapsing(self, triangles: NDArray[np.int64], textured: Collection[int]) -> CollapsingSurface:
        """Return the surface to collapse: corners of one vertex are one where material, normal and texture agree."""
        place = weld(self._positions)
        first = np.unique(place, return_index=True)[1]
        mapped = np.isin(self._material, list(textured))
        uv_cells = np.rint(self._uvs.astype(float) * 4096).astype(np.int64) * mapped[:, None]
        normal_cells = np.rint(self._normals.astype(float) * 64).astype(np.int64)
        rows = np.column_stack([place, self._material, uv_cells, normal_cells])
        _, vertex, corner = np.unique(rows, axis=0, return_index=True, return_inverse=True)
        self._vertex_of_corner = vertex
        return CollapsingSurface(
            self._positions[first] / (self._diagonal or 1.0),
            Corners(
                place[vertex],
                self._material[vertex].astype(np.int64),
                self._normals[vertex].astype(float),
                mapped[vertex],
            ),
            corner.reshape(-1)[triangles],
        )

    def _leaf_size(self) -> float:
        """Return the diameter of the middle leaf, in diagonals; 0 without leaves."""
        if len(self._leaves) == 0:
            return 0.0
        corners = self._positions[self._leaves].reshape(-1, 3)
        count = int(self._leaf.max()) + 1
        low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
        owner = np.repeat(self._leaf, 3)
        np.minimum.at(low, owner, corners)
        np.maximum.at(high, owner, corners)
        return float(np.median(np.linalg.norm(high - low, axis=1))) / self._diagonal

    def _thinned(self, share: float) -> tuple[Submesh, ...]:
        """Return a share of the leaves, spread evenly, each grown to cover for those that are gone."""
        kept = (self._leaf * 0.6180339887498949) % 1 < share
        triangles = self._leaves[kept]
        if len(triangles) == 0:
            return ()
        vertices, corners = np.unique(triangles, return_inverse=True)
        piece = np.zeros(len(vertices), np.int64)
        piece[corners.reshape(-1, 3)] = self._leaf[kept][:, None]
        pieces, piece = np.unique(piece, return_inverse=True)
        counts = np.bincount(piece, minlength=len(pieces))[:, None]
        points = self._positions[vertices]
        middle = np.column_stack([np.bincount(piece, points[:, k]) for k in range(3)]) / counts
        grown = self._positions.copy()
        grown[vertices] = middle[piece] + (points - middle[piece]) * share**-0.5
        return self._parts(grown, triangles, of_corners=False)

    def _parts(
        self, positions: FloatArray, triangles: NDArray[np.int64], of_corners: bool = True
    ) -> tuple[Submesh, ...]:
        """Return triangles by material."""
        rows = self._vertex_of_corner[triangles] if of_corners else triangles
        material = self._material[rows[:, 0]]
        found: list[Submesh] = []
        for index in np.unique(material):
            used, corners = np.unique(rows[material == index], return_inverse=True)
            found.append(
                Submesh(
                    positions_m=positions[used].astype(np.float32),
                    normals=self._normals[used],
                    uvs=self._uvs[used],
                    triangles=corners.reshape(-1, 3).astype(np.uint32),
                    material=int(index),
                )
            )
        return tuple(found)


def _leaf_share(size: float, error: float) -> float:
    """Return the share of leaves of a size to keep, so that those left are several errors wide."""
    return float(np.clip((size / (_LEAF_ERRORS * error)) ** 2, _MOST_GROWTH**-2, 1.0))


def _leaves(positions: FloatArray, triangles: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each triangle the leaf it belongs to, -1 for none and for all of a model without foliage."""
    piece = connected_pieces(weld(positions)[triangles])
    sizes = np.bincount(piece)
    small = (sizes <= _LEAF_TRIANGLES) & (sizes > 0)
    leaf = np.where(small, np.cumsum(small) - 1, -1)[piece]
    return leaf if int(leaf.max()) + 1 >= _FEWEST_LEAVES else np.full(len(triangles), -1)
