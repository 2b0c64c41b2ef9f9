"""Levels of detail: the whole model is simplified at once and its texture coordinates are carried over.

Simplifying each material or each texture island by itself would open cracks along their borders. So vertices
at one place are merged, the surface is simplified as one (quadric error), and every corner of the result takes
normal and texture coordinate from the nearest original vertex of the island its triangle lies on.

Foliage is different: thousands of loose leaves that no edge collapse can join. A share of them is dropped and
the others grow, so that the covered area stays (Cook et al., "Stochastic simplification of aggregate detail",
SIGGRAPH 2007).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from simgen.assets.importers.polygons import connected_pieces, face_vectors, weld
from simgen.assets.importers.raw import Float64Array, RawPart
from simgen.records.asset import Submesh

MAX_TRIANGLES = 60_000
_SHARES = (0.5, 0.15)
_FEWEST_TRIANGLES = 300  # below this a level saves nothing
_LEAF_TRIANGLES, _FEWEST_LEAVES = 16, 200  # assumed: this many loose pieces of at most that size are foliage
_MOST_GROWTH = 2.5
_ISLAND_GAP = 100.0  # in model diagonals: keeps the islands apart in the search tree


def levels_of_detail(parts: Sequence[RawPart]) -> tuple[tuple[Submesh, ...], ...]:
    """Return the levels, finest first: all triangles up to 60,000, then about 50 % and 15 % of them.

    A level that would have fewer than 300 triangles, or hardly fewer than the one before, is left out.
    """
    count = sum(len(part.triangles) for part in parts)
    surface = _Surface.of(parts) if count > _FEWEST_TRIANGLES else None
    top = [_submesh(part) for part in parts]
    if surface is not None and count > MAX_TRIANGLES:
        top = _stretched(surface.simplified(MAX_TRIANGLES), surface.positions)
        count = _triangles(top)
    levels = [tuple(top)]
    for share in _SHARES:
        target = int(count * share)
        if surface is None or target < _FEWEST_TRIANGLES:
            break
        level = surface.simplified(target)
        if level and _triangles(level) < 0.8 * _triangles(levels[-1]):
            levels.append(tuple(level))
    return tuple(levels)


def _triangles(level: Sequence[Submesh]) -> int:
    return sum(len(submesh.triangles) for submesh in level)


def _stretched(level: list[Submesh], like: Float64Array) -> list[Submesh]:
    """Return a level scaled to the box of the points it was made from, which collapsed corners shrink a little."""
    low, high = like.min(axis=0), like.max(axis=0)
    points = np.concatenate([submesh.positions_m for submesh in level]).astype(float)
    now_low, now_high = points.min(axis=0), points.max(axis=0)
    extent = now_high - now_low
    scale = np.where(extent > 0, (high - low) / np.where(extent > 0, extent, 1.0), 1.0)
    return [
        replace(s, positions_m=((s.positions_m - now_low) * scale + low).astype(np.float32)) for s in level
    ]


def _submesh(part: RawPart) -> Submesh:
    return Submesh(
        positions_m=part.positions.astype(np.float32),
        normals=part.normals,
        uvs=part.uvs,
        triangles=part.triangles.astype(np.uint32),
        material=part.material,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Surface:
    """All triangles of a model with their islands (triangles connected through shared split vertices)."""

    positions: Float64Array
    normals: NDArray[np.float32]
    uvs: NDArray[np.float32]
    triangles: NDArray[np.int64]
    vertex_island: NDArray[np.int64]
    island_material: NDArray[np.int64]
    leaf_of_triangle: NDArray[np.int64]
    diagonal: float

    @staticmethod
    def of(parts: Sequence[RawPart]) -> _Surface:
        offsets = np.cumsum([0] + [len(part.positions) for part in parts])[:-1]
        positions = np.concatenate([part.positions for part in parts])
        triangles = np.concatenate([part.triangles + o for part, o in zip(parts, offsets, strict=True)])
        material = np.repeat([p.material for p in parts], [len(p.positions) for p in parts])
        island = _islands(np.concatenate([part.uvs for part in parts]), positions, triangles, material)
        island_material = np.zeros(int(island.max()) + 1, np.int64)
        island_material[island] = material
        return _Surface(
            positions=positions,
            normals=np.concatenate([part.normals for part in parts]),
            uvs=np.concatenate([part.uvs for part in parts]),
            triangles=triangles,
            vertex_island=island,
            island_material=island_material,
            leaf_of_triangle=_leaves(positions, triangles),
            diagonal=float(np.linalg.norm(np.ptp(positions, axis=0))),
        )

    def simplified(self, target: int) -> list[Submesh]:
        """Return about `target` triangles, by material."""
        share = min(target / len(self.triangles), 1.0)
        solid = self.triangles[self.leaf_of_triangle < 0]
        level = self._collapsed(solid, share) if len(solid) else []
        return [*level, *self._thinned(share)]

    def _collapsed(self, triangles: NDArray[np.int64], share: float) -> list[Submesh]:
        """Return about a share of the triangles of closed surfaces, by edge collapse."""
        import fast_simplification  # needed only when a model is first prepared

        places = weld(self.positions)
        used, welded = np.unique(places[triangles], return_inverse=True)
        first = np.unique(places, return_index=True)[1][used]
        simple = fast_simplification.simplify(
            self.positions[first], welded.reshape(-1, 3).astype(np.int32), target_reduction=1.0 - share
        )
        points, faces = np.asarray(simple[0], float), np.asarray(simple[1], np.int64)
        vectors = face_vectors(points, faces)
        faces = faces[np.linalg.norm(vectors, axis=1) > 0]
        return self._dressed(points, faces) if len(faces) else []

    def _thinned(self, share: float) -> list[Submesh]:
        """Return a share of the leaves, spread evenly, each grown to cover for those that are gone."""
        leaf = self.leaf_of_triangle
        kept = (leaf >= 0) & ((leaf * 0.6180339887498949) % 1 < share)
        triangles = self.triangles[kept]
        if len(triangles) == 0:
            return []
        growth = min(share**-0.5, _MOST_GROWTH)
        vertices, corners = np.unique(triangles, return_inverse=True)
        corners = corners.reshape(-1, 3)
        piece = np.zeros(len(vertices), np.int64)
        piece[corners] = leaf[kept][:, None]
        pieces, piece = np.unique(piece, return_inverse=True)
        counts = np.bincount(piece, minlength=len(pieces))[:, None]
        points = self.positions[vertices]
        middle = np.column_stack([np.bincount(piece, points[:, k]) for k in range(3)]) / counts
        grown = middle[piece] + (points - middle[piece]) * growth
        material = self.island_material[self.vertex_island[triangles[:, 0]]]
        return [
            self._part(grown, corners[material == m], triangles[material == m], int(m))
            for m in np.unique(material)
        ]

    def _dressed(self, points: Float64Array, faces: NDArray[np.int64]) -> list[Submesh]:
        """Return the simplified triangles with normals, texture coordinates and materials."""
        islands = self._nearest_islands(points, faces)
        normals = face_vectors(points, faces)
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        corner_island = np.repeat(islands, 3)
        tree = KDTree(self._search_space(self.positions, self.vertex_island, self.normals))
        wanted = self._search_space(
            points[faces].reshape(-1, 3), corner_island, np.repeat(normals, 3, axis=0)
        )
        source = tree.query(wanted)[1].reshape(-1, 3)
        material = self.island_material[islands]
        found: list[Submesh] = []
        for index in np.unique(material):
            chosen = material == index
            found.append(self._part(points, faces[chosen], source[chosen], int(index)))
        return found

    def _nearest_islands(self, points: Float64Array, faces: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return for each new triangle the island of the nearest original one that faces the same way."""
        old, new = face_vectors(self.positions, self.triangles), face_vectors(points, faces)
        tree = KDTree(np.hstack([self.positions[self.triangles].mean(axis=1), self._facing(old)]))
        nearest = tree.query(np.hstack([points[faces].mean(axis=1), self._facing(new)]))[1]
        return self.vertex_island[self.triangles[nearest, 0]]

    def _facing(self, vectors: Float64Array) -> Float64Array:
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / np.where(lengths > 0, lengths, 1.0) * (0.03 * self.diagonal)

    def _search_space(
        self, positions: Float64Array, island: NDArray[np.int64], normals: NDArray[Any]
    ) -> Float64Array:
        apart = island[:, None] * (_ISLAND_GAP * self.diagonal)
        return np.hstack([positions, apart, normals * (0.01 * self.diagonal)]).astype(np.float64)

    def _part(
        self, points: Float64Array, faces: NDArray[np.int64], source: NDArray[np.int64], material: int
    ) -> Submesh:
        keys = faces.reshape(-1) * len(self.positions) + source.reshape(-1)
        _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        taken = source.reshape(-1)[first]
        return Submesh(
            positions_m=points[faces.reshape(-1)[first]].astype(np.float32),
            normals=self.normals[taken],
            uvs=self.uvs[taken],
            triangles=inverse.reshape(-1, 3).astype(np.uint32),
            material=material,
        )


def _leaves(positions: Float64Array, triangles: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each triangle the leaf it belongs to, -1 for none and for all of a model without foliage."""
    piece = connected_pieces(weld(positions)[triangles])
    sizes = np.bincount(piece)
    small = sizes <= _LEAF_TRIANGLES
    numbers = np.where(small & (sizes > 0), np.cumsum(small & (sizes > 0)) - 1, -1)
    leaf = numbers[piece]
    return leaf if int(leaf.max()) + 1 >= _FEWEST_LEAVES else np.full(len(triangles), -1)


def _islands(
    uvs: NDArray[np.float32],
    positions: Float64Array,
    triangles: NDArray[np.int64],
    material: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return for each vertex the island it lies on: connected in place, texture coordinate and material."""
    cells = np.rint(uvs.astype(float) * 4096).astype(np.int64)
    rows = np.column_stack([weld(positions), cells, material])
    _, same = np.unique(rows, axis=0, return_inverse=True)
    same = same.reshape(-1)
    island = np.zeros(int(same.max()) + 1, np.int64)
    corners = same[triangles]
    island[corners] = connected_pieces(corners)[:, None]
    return island[same]
