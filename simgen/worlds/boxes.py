"""Oriented boxes: what a thing fills, for placing, seeing and keeping distance. Metres, world frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simgen.geometry import FloatArray, Pose, box_corners, matrix_from_quaternion

TOUCH_M = 1e-6  # boxes that share less than this depth only touch
_PARALLEL = 1e-9  # keeps near-parallel edges from inventing a separating axis (Gottschalk et al. 1996)


@dataclass(frozen=True, slots=True, eq=False)
class OrientedBox:
    """A box anywhere.

    Attributes:
        center_m: (3,) world.
        R_world_box: (3, 3), columns are the box axes in the world.
        half_m: (3,) half extents along those axes.
    """

    center_m: FloatArray
    R_world_box: FloatArray
    half_m: FloatArray

    @staticmethod
    def from_pose(pose: Pose, size_m: ArrayLike) -> OrientedBox:
        """Return the box of an object of extent `size_m` whose frame lies at its centre."""
        return OrientedBox(
            np.asarray(pose.position_m, dtype=float),
            matrix_from_quaternion(pose.quaternion_wxyz),
            np.asarray(size_m, dtype=float) / 2,
        )

    @property
    def reach_m(self) -> FloatArray:
        """Half extents (3,) of the axis-aligned box around it."""
        return np.abs(self.R_world_box) @ self.half_m

    @property
    def min_m(self) -> FloatArray:
        """Lowest corner (3,) of the axis-aligned box around it."""
        return self.center_m - self.reach_m

    @property
    def max_m(self) -> FloatArray:
        """Highest corner (3,) of the axis-aligned box around it."""
        return self.center_m + self.reach_m

    @property
    def is_upright(self) -> bool:
        """Whether its Z axis is the world's, so that its top is level."""
        return bool(self.R_world_box[2, 2] > 1.0 - 1e-9)

    def corners_world(self) -> FloatArray:
        """Return its 8 corners (8, 3), x fastest, then y, then z."""
        return self.center_m + box_corners(2 * self.half_m) @ self.R_world_box.T


@dataclass(frozen=True, slots=True, eq=False)
class BoxSet:
    """Boxes side by side, for testing one against all at once.

    Attributes:
        centers_m: (n, 3).
        rotations: (n, 3, 3), `R_world_box` of each.
        halves_m: (n, 3).
        reaches_m: (n, 3), half extents of the axis-aligned box around each.
    """

    centers_m: FloatArray
    rotations: FloatArray
    halves_m: FloatArray
    reaches_m: FloatArray

    @staticmethod
    def of(boxes: Sequence[OrientedBox]) -> BoxSet:
        """Return the boxes as one set, in the same order."""
        n = len(boxes)
        rotations = np.array([box.R_world_box for box in boxes], dtype=float).reshape(n, 3, 3)
        halves = np.array([box.half_m for box in boxes], dtype=float).reshape(n, 3)
        return BoxSet(
            np.array([box.center_m for box in boxes], dtype=float).reshape(n, 3),
            rotations,
            halves,
            np.einsum("nij,nj->ni", np.abs(rotations), halves),
        )

    def __len__(self) -> int:
        return len(self.centers_m)

    def subset(self, indices: NDArray[np.intp]) -> BoxSet:
        """Return the boxes with these indices."""
        return BoxSet(
            self.centers_m[indices], self.rotations[indices], self.halves_m[indices], self.reaches_m[indices]
        )


def overlapping(box: OrientedBox, others: BoxSet) -> NDArray[np.intp]:
    """Return the indices of the boxes that share more than a touch (1e-6 m of depth) with `box`.

    Axis-aligned bounds first, then the 15 separating axes of two boxes (Gottschalk, Lin, Manocha: "OBBTree",
    SIGGRAPH 1996).
    """
    apart = np.abs(others.centers_m - box.center_m) - (others.reaches_m + box.reach_m)
    near = np.flatnonzero(np.all(apart < -TOUCH_M, axis=1))
    return near[_share_depth(box, others.subset(near))] if len(near) else near


def _share_depth(a: OrientedBox, b: BoxSet) -> NDArray[np.bool_]:
    R = np.einsum("ji,njk->nik", a.R_world_box, b.rotations)  # axes of b in the frame of a
    t = (b.centers_m - a.center_m) @ a.R_world_box
    Q = np.abs(R) + _PARALLEL
    separated = np.any(np.abs(t) > a.half_m + np.einsum("nij,nj->ni", Q, b.halves_m) - TOUCH_M, axis=1)
    t_b = np.einsum("ni,nij->nj", t, R)
    separated |= np.any(np.abs(t_b) > np.einsum("i,nij->nj", a.half_m, Q) + b.halves_m - TOUCH_M, axis=1)
    # Of two boxes upright to each other, edges and faces have the same axes.
    if not np.all(separated | (R[:, 2, 2] == 1.0)):
        separated |= _separated_by_edges(a, b, R, Q, t)
    return ~separated


def _separated_by_edges(
    a: OrientedBox, b: BoxSet, R: FloatArray, Q: FloatArray, t: FloatArray
) -> NDArray[np.bool_]:
    separated = np.zeros(len(b), dtype=bool)
    for i in range(3):
        i1, i2 = (i + 1) % 3, (i + 2) % 3
        for j in range(3):
            j1, j2 = (j + 1) % 3, (j + 2) % 3
            reach_a = a.half_m[i1] * Q[:, i2, j] + a.half_m[i2] * Q[:, i1, j]
            reach_b = b.halves_m[:, j1] * Q[:, i, j2] + b.halves_m[:, j2] * Q[:, i, j1]
            separated |= np.abs(t[:, i2] * R[:, i1, j] - t[:, i1] * R[:, i2, j]) > reach_a + reach_b
    return separated


def boxes_overlap(a: OrientedBox, b: OrientedBox) -> bool:
    """Return whether two boxes share more than a touch."""
    return bool(len(overlapping(a, BoxSet.of([b]))))


def box_distance_m(a: OrientedBox, b: OrientedBox) -> float:
    """Return the shortest distance between two boxes, 0 where they overlap; exact.

    Of two disjoint convex bodies the nearest pair is corner to face or edge to edge.
    """
    if boxes_overlap(a, b):
        return 0.0
    corner_face = min(
        _point_distances(a.corners_world(), b).min(), _point_distances(b.corners_world(), a).min()
    )
    return float(min(corner_face, _edge_distances(a, b).min()))


def _point_distances(points_world: FloatArray, box: OrientedBox) -> FloatArray:
    p_box = (points_world - box.center_m) @ box.R_world_box
    return np.linalg.norm(np.maximum(np.abs(p_box) - box.half_m, 0.0), axis=1)


_EDGES = np.array([(a, a | bit) for bit in (1, 2, 4) for a in range(8) if not a & bit])


def _edge_distances(a: OrientedBox, b: OrientedBox) -> FloatArray:
    """Distances (144,) between the edges of two boxes (Ericson, "Real-Time Collision Detection", 5.1.9)."""
    corners_a, corners_b = a.corners_world(), b.corners_world()
    p1, d1 = (v[:, None] for v in _segments(corners_a))
    p2, d2 = (v[None, :] for v in _segments(corners_b))
    r = p1 - p2
    aa, ee = np.maximum(_dot(d1, d1), 1e-300), np.maximum(_dot(d2, d2), 1e-300)
    bb, cc, ff = _dot(d1, d2), _dot(d1, r), _dot(d2, r)
    denominator = aa * ee - bb * bb
    parallel = denominator <= 1e-12 * aa * ee
    s = np.where(parallel, 0.0, np.clip((bb * ff - cc * ee) / np.where(parallel, 1.0, denominator), 0.0, 1.0))
    t = np.clip((bb * s + ff) / ee, 0.0, 1.0)
    s = np.clip((bb * t - cc) / aa, 0.0, 1.0)
    return np.linalg.norm(r + d1 * s[..., None] - d2 * t[..., None], axis=-1).ravel()


def _segments(corners: FloatArray) -> tuple[FloatArray, FloatArray]:
    starts = corners[_EDGES[:, 0]]
    return starts, corners[_EDGES[:, 1]] - starts


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.sum(a * b, axis=-1)


def contains_point(boxes: BoxSet, p_world: ArrayLike, margin_m: float = 0.0) -> NDArray[np.bool_]:
    """Return, per box, whether a point lies inside it or nearer than `margin_m` along its axes."""
    p_box = np.einsum("ni,nij->nj", np.asarray(p_world, dtype=float) - boxes.centers_m, boxes.rotations)
    return np.all(np.abs(p_box) < boxes.halves_m + margin_m, axis=1)


def segments_blocked(origin_world: ArrayLike, ends_world: FloatArray, boxes: BoxSet) -> NDArray[np.bool_]:
    """Return, per end point (m, 3), whether any box cuts the segment from the origin to it (slab test)."""
    if not len(boxes):
        return np.zeros(len(ends_world), dtype=bool)
    origin = np.asarray(origin_world, dtype=float)
    o = np.einsum("ni,nij->nj", origin - boxes.centers_m, boxes.rotations)[None]
    d = np.einsum("mi,nij->mnj", ends_world - origin, boxes.rotations)
    d = np.where(np.abs(d) < 1e-12, 1e-12, d)
    t1, t2 = (-boxes.halves_m - o) / d, (boxes.halves_m - o) / d
    enter, leave = np.minimum(t1, t2).max(axis=2), np.maximum(t1, t2).min(axis=2)
    cuts = (enter < leave) & (leave > TOUCH_M) & (enter < 1.0 - TOUCH_M)
    return cuts.any(axis=1)
