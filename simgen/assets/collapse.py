"""Edge collapse with a bounded error: fewer triangles, every one of them between vertices that were there before.

A vertex moves onto a neighbour, the cheapest first by quadric error (Garland and Heckbert, SIGGRAPH 1997), with
planes across borders as in their paper. Many collapses that do not touch each other are done at once. One is allowed
only if the surface stays what it was in kind (link condition: Dey et al., 1999), no triangle turns over, borders and
edges between materials only shorten along themselves, normals fit the triangles as well as they did, texture
coordinates stay those of one side of a seam, and the original vertices stay near the new surface, by their true
distance. So no part can fade away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simgen.assets.collapse_geometry import (
    FloatArray,
    Int64Array,
    Quadrics,
    distances_to_triangles,
    face_normals,
)
from simgen.assets.collapse_topology import Edges, Lists, half_edges

_SWEEPS = 3  # independent sets taken from one list of candidates
_LEAST_TURN = 0.2  # cosine between a triangle's normal before and after (assumed, as meshoptimizer does)
_SEAM_SHARE = 0.3  # assumed: shading error of a normal that jumps, in lengths of the collapsed edge
# Assumed: error of a corner's normal off its triangle's, in sizes of the triangle. A ball's triangles then err about
# as much in shading as in place.
_SHADING_SHARE = 0.2
_MOST_ROUNDS = 200  # of collapses side by side; assumed: a guard
# A level is done when this many rounds in a row took away less than this share of the triangles: the last few per cent
# would cost most of the time.
_IDLE_ROUNDS, _LEAST_PROGRESS = 2, 0.005


@dataclass(frozen=True, slots=True, eq=False)
class Corners:
    """What the corners of triangles can be: places with attributes.

    Attributes:
        place: (k,) index of the place each corner lies at.
        group: (k,) material.
        normal: (k, 3) unit.
        textured: (k,) whether texture coordinates matter; then a seam is never crossed.
    """

    place: Int64Array
    group: Int64Array
    normal: FloatArray
    textured: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class _Moves:
    """Collapses of place `start` onto place `end`."""

    start: Int64Array
    end: Int64Array
    cost: FloatArray

    def __getitem__(self, chosen: NDArray[np.bool_] | Int64Array) -> _Moves:
        return _Moves(self.start[chosen], self.end[chosen], self.cost[chosen])

    def __len__(self) -> int:
        return len(self.start)


class CollapsingSurface:
    """Triangles that become fewer from one call of `collapse` to the next.

    Attributes:
        triangles: (m, 3) corners left.
    """

    def __init__(self, places: FloatArray, corners: Corners, triangles: Int64Array) -> None:
        self._places, self._corners = places, corners
        at = corners.place[triangles]
        solid = (at[:, 0] != at[:, 1]) & (at[:, 1] != at[:, 2]) & (at[:, 2] != at[:, 0])
        self.triangles = triangles[solid]
        self._accepted = 0.0
        self._owner = np.arange(len(places))
        self._locked = _extremes(places)
        self._places_unused = np.bincount(at[solid].reshape(-1), minlength=len(places)) == 0
        self._quadrics = Quadrics(places, at[solid])
        start, end, apex, triangle = half_edges(at[solid])
        feature = Edges(start, end, apex, corners.group[self.triangles[triangle, 0]], len(places)).feature
        self._quadrics.add_borders(start[feature], end[feature], apex[feature])

    def collapse(self, bound: float, fewest: int = 0) -> None:
        """Collapse until no vertex can go without an error above the bound, or few enough triangles are left."""
        banned, idle = np.zeros(0, np.int64), 0
        for _ in range(_MOST_ROUNDS):
            before = len(self.triangles)
            if before <= fewest or idle == _IDLE_ROUNDS:
                return
            moves = self._candidates(bound, banned)
            if fewest:
                moves = moves[np.argsort(moves.cost, kind="stable")[: max(len(self.triangles) - fewest, 1)]]
            chosen = self._independent(moves)
            if len(chosen) == 0:
                return
            done = self._try(chosen, bound)
            refused = chosen[~done]
            banned = np.union1d(banned, refused.start * len(self._places) + refused.end)
            idle = idle + 1 if before - len(self.triangles) < _LEAST_PROGRESS * before else 0

    def error(self) -> float:
        """Return how far the surface is from the one at the start, in the unit of the places.

        A collapse watches the vertices that it moves; those around it may drift further, so that all are looked at.
        """
        points, at = np.arange(len(self._owner)), self._at()
        around = Lists(at.reshape(-1), np.repeat(np.arange(len(at)), 3), len(self._places))
        near = self._nearest(points, around, self._owner)
        far = np.flatnonzero(near > self._accepted)
        row, triangle = around.of(self._owner[far])
        beside, point = at[triangle].reshape(-1), np.repeat(row, 3)
        wider = np.full(len(far), np.inf)
        np.minimum.at(wider, point, self._nearest(far[point], around, beside))
        near[far] = wider
        return max(self._accepted, float(near.max(initial=0.0)))

    def _nearest(self, points: Int64Array, around: Lists, place: Int64Array) -> FloatArray:
        """Return the distance of each point to the triangles around the place beside it; infinite without any."""
        row, triangle = around.of(place)
        distance = distances_to_triangles(self._places[points[row]], self._places[self._at()[triangle]])
        nearest = np.full(len(points), np.inf)
        np.minimum.at(nearest, row, distance)
        nearest[self._places_unused[points]] = 0.0
        return nearest

    def _candidates(self, bound: float, banned: Int64Array) -> _Moves:
        """Return the cheapest allowed move of each place, as far as edges and quadrics alone can tell."""
        start, end, apex, triangle = half_edges(self._at())
        edges = Edges(start, end, apex, self._corners.group[self.triangles[triangle, 0]], len(self._places))
        free = edges.movable() & ~self._locked[edges.start]
        start, end = edges.start[free], edges.end[free]
        cost = self._quadrics.error(start, self._places[end])
        keep = (cost <= bound) & ~np.isin(start * len(self._places) + end, banned)
        start, end, cost = start[keep], end[keep], cost[keep]
        least = np.full(len(self._places), np.inf)
        np.minimum.at(least, start, cost)
        keep = cost == least[start]
        start, end, cost = start[keep], end[keep], cost[keep]
        length = np.linalg.norm(self._places[start] - self._places[end], axis=1)
        order = np.lexsort((end, length, start))
        start, end, cost = start[order], end[order], cost[order]
        first = np.ones(len(start), bool)
        first[1:] = start[1:] != start[:-1]
        return _Moves(start[first], end[first], cost[first])

    def _independent(self, moves: _Moves) -> _Moves:
        """Return moves no two of which touch the same place, cheap ones first."""
        around = Lists(
            self._at().reshape(-1), np.repeat(np.arange(len(self.triangles)), 3), len(self._places)
        )
        taken = np.zeros(len(self._places), bool)
        left = moves[np.lexsort((moves.start, moves.cost))]
        found: list[_Moves] = []
        for _ in range(_SWEEPS):
            if len(left) == 0:
                break
            move, triangle = around.of(left.start)
            touched, move = self._at()[triangle].reshape(-1), np.repeat(move, 3)
            best = np.full(len(self._places), len(left))
            best[touched[::-1]] = move[::-1]  # of several writes the last stays: the cheapest move
            lost = np.bincount(move, (best[touched] != move) | taken[touched], minlength=len(left)) > 0
            won = left[~lost]
            found.append(won)
            taken[touched[~lost[move]]] = True
            blocked = np.bincount(move, taken[touched], minlength=len(left)) > 0
            left = left[~blocked]
        empty = np.zeros(0, np.int64)
        return _joined(found) if found else _Moves(empty, empty, np.zeros(0))

    def _try(self, moves: _Moves, bound: float) -> NDArray[np.bool_]:
        """Do those of the independent moves that pass all checks; return which."""
        at = self._at()
        around = Lists(at.reshape(-1), np.repeat(np.arange(len(at)), 3), len(self._places))
        move, triangle = around.of(moves.start)
        dying = (at[triangle] == moves.end[move, None]).any(axis=1)
        corners, crossing = self._carried(moves, around, move, triangle, dying)
        moved = np.where(at[triangle] == moves.start[move, None], moves.end[move, None], at[triangle])
        turned = ~dying & self._turns_over(at[triangle], moved)
        turned |= ~dying & self._shades_worse(triangle, corners, moved, bound)
        good = (crossing <= bound) & (np.bincount(move, turned, minlength=len(moves)) == 0)
        distance = np.full(len(moves), np.inf)
        if good.any():
            kept = good[move] & ~dying
            distance[good] = self._distance(moves, good, around, move[kept], moved[kept])[good]
        good &= distance <= bound
        if good.any():
            self._accepted = max(
                self._accepted, *(float(v[good].max()) for v in (distance, moves.cost, crossing))
            )
            self._apply(moves[good], triangle[good[move]], dying[good[move]], corners[good[move]])
        return good

    def _at(self) -> Int64Array:
        return self._corners.place[self.triangles]

    def _turns_over(self, old: Int64Array, new: Int64Array) -> NDArray[np.bool_]:
        before, after = face_normals(self._places[old]), face_normals(self._places[new])
        lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
        return np.einsum("ij,ij->i", before, after) <= _LEAST_TURN * lengths

    def _shades_worse(
        self, triangle: Int64Array, corners: Int64Array, moved: Int64Array, bound: float
    ) -> NDArray[np.bool_]:
        """Return which triangles' vertex normals would no longer fit them and did fit better before."""
        after = self._shading_error(corners, moved)
        worse = after > bound
        before = self._shading_error(self.triangles[triangle[worse]], self._at()[triangle[worse]])
        worse[worse] = after[worse] > before
        return worse

    def _shading_error(self, corners: Int64Array, at: Int64Array) -> FloatArray:
        vectors = face_normals(self._places[at])
        areas = np.linalg.norm(vectors, axis=1)
        units = vectors / np.where(areas > 0, areas, 1.0)[:, None]
        cosines = np.abs(np.einsum("ijk,ik->ij", self._corners.normal[corners], units)).min(axis=1)
        return _SHADING_SHARE * np.sqrt(np.maximum(2 - 2 * cosines, 0.0) * areas)

    def _carried(
        self, moves: _Moves, around: Lists, move: Int64Array, triangle: Int64Array, dying: NDArray[np.bool_]
    ) -> tuple[Int64Array, FloatArray]:
        """Return the triangles' corners after the moves (r, 3) and each move's error from crossing a seam.

        A corner becomes the one at the other end of the edge on its own side of every seam. Where the edge does not
        touch that side, it becomes the one with the nearest normal; with a texture that is never allowed.
        """
        count, table = len(self._corners.place), self._corners
        rows = self.triangles[triangle]
        here = self._at()[triangle] == moves.start[move, None]
        corner = rows[here]  # one a row: a triangle touches a place once
        there = (self._at()[triangle] == moves.end[move, None]) & dying[:, None]
        key = move[dying] * count + corner[dying]
        order = np.argsort(key, kind="stable")
        key, target = key[order], rows[there][order]
        split = np.zeros(len(moves))
        if len(key) > 1:
            torn = (key[1:] == key[:-1]) & (target[1:] != target[:-1]) & table.textured[target[1:]]
            split[key[1:][torn] // count] = np.inf
        wanted = move * count + corner
        where = np.minimum(np.searchsorted(key, wanted), max(len(key) - 1, 0))
        known = key[where] == wanted if len(key) else np.zeros(len(wanted), bool)
        result = corner.copy()
        result[known] = target[where[known]]
        missing = np.unique(wanted[~known])
        other, jump = self._nearest_corners(moves, around, missing // count, missing % count)
        if len(missing):
            result[~known] = other[np.searchsorted(missing, wanted[~known])]
            np.maximum.at(split, missing // count, jump)
        return np.where(here, result[:, None], rows), split

    def _nearest_corners(
        self, moves: _Moves, around: Lists, move: Int64Array, corner: Int64Array
    ) -> tuple[Int64Array, FloatArray]:
        """Return for corners that a move leaves without a partner the best at its end, and the error of taking it."""
        table = self._corners
        row, triangle = around.of(moves.end[move])
        options = self.triangles[triangle]
        option = options[table.place[options] == moves.end[move][row, None]]
        jump = np.linalg.norm(table.normal[option] - table.normal[corner[row]], axis=1)
        alien = (table.group[option] != table.group[corner[row]]) | table.textured[option]
        jump = np.where(alien, np.inf, jump)
        order = np.lexsort((option, jump, row))
        first = np.searchsorted(row[order], np.arange(len(move)))
        length = np.linalg.norm(self._places[moves.start[move]] - self._places[moves.end[move]], axis=1)
        best = order[first]
        return option[best], _SEAM_SHARE * jump[best] * length

    def _distance(
        self, moves: _Moves, good: NDArray[np.bool_], around: Lists, fan_move: Int64Array, fan: Int64Array
    ) -> FloatArray:
        """Return for each good move how far the original vertices of its start are from the triangles left there."""
        index = np.flatnonzero(good)
        row, triangle = around.of(moves.end[index])
        beside = self._at()[triangle]
        still = (beside != moves.start[index][row, None]).all(axis=1)
        faces = np.concatenate([fan, beside[still]])
        fans = Lists(np.concatenate([fan_move, index[row[still]]]), np.arange(len(faces)), len(moves))
        owned = Lists(self._owner, np.arange(len(self._owner)), len(self._places))
        which, point = owned.of(moves.start[index])
        query, face = fans.of(index[which])
        near = distances_to_triangles(self._places[point[query]], self._places[faces[face]])
        nearest = np.full(len(point), np.inf)
        np.minimum.at(nearest, query, near)
        worst = np.zeros(len(moves))
        np.maximum.at(worst, index[which], nearest)
        return worst

    def _apply(
        self, moves: _Moves, triangle: Int64Array, dying: NDArray[np.bool_], corners: Int64Array
    ) -> None:
        self.triangles[triangle] = corners
        alive = np.ones(len(self.triangles), bool)
        alive[triangle[dying]] = False
        self.triangles = self.triangles[alive]
        self._quadrics.merge(moves.start, moves.end)
        onto = np.arange(len(self._places))
        onto[moves.start] = moves.end
        self._owner = onto[self._owner]


def _extremes(places: FloatArray) -> NDArray[np.bool_]:
    """Return which places span the box: they never move."""
    found = np.zeros(len(places), bool)
    found[[*places.argmin(axis=0), *places.argmax(axis=0)]] = True
    return found


def _joined(moves: Sequence[_Moves]) -> _Moves:
    return _Moves(
        np.concatenate([m.start for m in moves]),
        np.concatenate([m.end for m in moves]),
        np.concatenate([m.cost for m in moves]),
    )
