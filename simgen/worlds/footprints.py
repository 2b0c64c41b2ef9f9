"""Footprints: the convex outline a box throws straight down on the floor, and the distance between two."""

from __future__ import annotations

import numpy as np

from simgen.geometry import FloatArray, turn
from simgen.worlds.boxes import OrientedBox


def footprint(box: OrientedBox) -> FloatArray:
    """Return the outline (k, 2) of a box seen from above, counter-clockwise, world x and y in metres."""
    if box.is_upright:
        signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], dtype=float)
        return box.center_m[:2] + (signs * box.half_m[:2]) @ box.R_world_box[:2, :2].T
    return _convex_hull(box.corners_world()[:, :2])


def footprint_distance_m(a: FloatArray, b: FloatArray) -> float:
    """Return the horizontal distance between two convex outlines, 0 where they meet; exact."""
    if not _separated(a, b) and not _separated(b, a):
        return 0.0
    return float(min(_corner_edge_distance(a, b), _corner_edge_distance(b, a)))


def _separated(a: FloatArray, b: FloatArray) -> bool:
    """Whether the line along some edge of counter-clockwise `a` has all of `b` on its outer side."""
    edges = np.roll(a, -1, axis=0) - a
    outward = np.column_stack([edges[:, 1], -edges[:, 0]])
    return bool(np.any(np.min((b[None] - a[:, None]) @ outward[..., None], axis=(1, 2)) >= 0.0))


def _corner_edge_distance(corners: FloatArray, outline: FloatArray) -> float:
    edges = np.roll(outline, -1, axis=0) - outline
    offsets = corners[:, None] - outline[None]
    lengths = np.maximum(np.sum(edges * edges, axis=1), 1e-300)
    along = np.clip(np.sum(offsets * edges, axis=2) / lengths, 0.0, 1.0)
    return float(np.linalg.norm(offsets - along[..., None] * edges, axis=2).min())


def _convex_hull(points: FloatArray) -> FloatArray:
    """Andrew's monotone chain (1979)."""
    ordered = sorted({(float(x), float(y)) for x, y in points})
    lower, upper = _chain(ordered), _chain(ordered[::-1])
    return np.array(lower[:-1] + upper[:-1])


def _chain(ordered: list[tuple[float, float]]) -> list[tuple[float, float]]:
    chain: list[tuple[float, float]] = []
    for point in ordered:
        while len(chain) > 1 and turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain
