"""Convex parts for collision, with volume and centroid by formula."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from simgen.geometry import FloatArray, Vec3, box_corners


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One convex body.

    Attributes:
        vertices_m: (n, 3), n <= 64.
        volume_m3: of its hull.
        centroid_m: at uniform density.
    """

    vertices_m: FloatArray
    volume_m3: float
    centroid_m: FloatArray


def box_part(size_m: Vec3, center_m: Vec3 = (0.0, 0.0, 0.0)) -> Part:
    """Return a box."""
    center = np.asarray(center_m, float)
    return Part(box_corners(size_m) + center, float(np.prod(size_m)), center)


def frustum_part(bottom_m: ArrayLike, top_m: ArrayLike, z0_m: float, z1_m: float) -> Part:
    """Return the body between two similar, parallel, convex outlines (n, 2) of the same centre.

    Volume h/3 (A0 + A1 + sqrt(A0 A1)); the centroid's height follows from the same prismatoid.
    """
    bottom, top = np.asarray(bottom_m, float), np.asarray(top_m, float)
    area0, middle0 = _area_centroid(bottom)
    area1, _ = _area_centroid(top)
    mean, height = np.sqrt(area0 * area1), z1_m - z0_m
    total = area0 + mean + area1
    rise = height / 4 * (area0 + 2 * mean + 3 * area1) / total
    vertices = np.concatenate(
        [
            np.column_stack([bottom, np.full(len(bottom), z0_m)]),
            np.column_stack([top, np.full(len(top), z1_m)]),
        ]
    )
    return Part(vertices, float(height / 3 * total), np.array([middle0[0], middle0[1], z0_m + rise]))


def prism_part(outline_m: ArrayLike, z0_m: float, z1_m: float) -> Part:
    """Return an upright convex prism."""
    return frustum_part(outline_m, outline_m, z0_m, z1_m)


def hull_part(points_m: ArrayLike) -> Part:
    """Return the convex hull of any points, measured by splitting it into tetrahedra."""
    from scipy.spatial import ConvexHull  # here: most scenes start without SciPy

    hull = ConvexHull(np.asarray(points_m, float))
    vertices = hull.points[hull.vertices]
    inside = vertices.mean(axis=0)
    corners = hull.points[hull.simplices] - inside
    volumes = np.abs(np.linalg.det(corners)) / 6
    centroid = inside + (volumes[:, None] * corners.sum(axis=1) / 4).sum(axis=0) / volumes.sum()
    return Part(vertices, float(volumes.sum()), centroid)


def ring_parts(outer_m: ArrayLike, inner_m: ArrayLike, z0_m: float, z1_m: float) -> tuple[Part, ...]:
    """Return one prism for each step between two closed outlines (n, 2) paired by index."""
    outer, inner = np.asarray(outer_m, float), np.asarray(inner_m, float)
    n = len(outer)
    cells = (np.array([outer[k], outer[(k + 1) % n], inner[(k + 1) % n], inner[k]]) for k in range(n))
    return tuple(prism_part(cell, z0_m, z1_m) for cell in cells)


def circle(radius_m: float, n: int, phase_rad: float = 0.0) -> FloatArray:
    """Return n points (n, 2) on a circle, counter-clockwise from +X."""
    angle = np.arange(n) / n * 2 * np.pi + phase_rad
    return np.column_stack([np.cos(angle), np.sin(angle)]) * radius_m


def total(parts: Sequence[Part]) -> tuple[float, FloatArray]:
    """Return volume and centre of mass of parts that do not overlap."""
    volumes = np.array([part.volume_m3 for part in parts])
    centroids = np.array([part.centroid_m for part in parts])
    return float(volumes.sum()), volumes @ centroids / volumes.sum()


def _area_centroid(outline: FloatArray) -> tuple[float, FloatArray]:
    following = np.roll(outline, -1, axis=0)
    cross = outline[:, 0] * following[:, 1] - outline[:, 1] * following[:, 0]
    area = float(cross.sum() / 2)
    return abs(area), ((outline + following) * cross[:, None]).sum(axis=0) / (6 * area)
