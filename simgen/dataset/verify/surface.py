"""Depth of one frame against pose and model, at sampled pixels: the ray through the pixel must meet the mesh there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from simgen.assets import AssetLibrary
from simgen.dataset.labels import FrameLabels
from simgen.dataset.verify.frame import CheckedFrame, Finding
from simgen.geometry import FloatArray, apply, invert_rigid
from simgen.rng import keyed_generator

Pixels = NDArray[np.int64]

PIXELS_PER_FRAME = 64
_RELATIVE = 5e-4  # of depth: 32-bit depth and vertex arithmetic of a rasteriser, with room
_OF_SIZE = (
    5e-3  # of the object's longest side: curved shapes are drawn round by one back end, faceted by another
)
_SLACK = 1e-3  # how far outside a triangle a hit may lie, barycentric: edges are shared, rounding is not


class SurfaceCheck:
    """Holds depths against the models of a library; keeps the triangles of the models it met last."""

    def __init__(self, library: AssetLibrary) -> None:
        self._library = library
        self.pixels = 0

    def __call__(self, frame: CheckedFrame) -> Iterator[Finding]:
        """Yield, per object, how many of the sampled pixels lie off its model."""
        if frame.depth_m is None or frame.instance_id is None:
            return
        rows, columns = _sampled_pixels(frame.instance_id, frame.labels)
        keys = frame.instance_id[rows, columns]
        rays = frame.labels.intrinsics.rays()[rows, columns]
        depth_m = frame.depth_m[rows, columns].astype(float)
        for label in frame.objects:
            mine = keys == label.instance_id
            if not mine.any() or label.instance_id > len(frame.scene.objects):
                continue
            self.pixels += int(mine.sum())
            tolerance_m = _RELATIVE * depth_m[mine] + _OF_SIZE * min(max(label.size_m), 1.0)
            off_m = self._off_m(frame, label.instance_id, label.T_camera_object, rays[mine], depth_m[mine])
            bad = off_m > tolerance_m
            if bad.any():
                yield (
                    "depth",
                    f"object {label.instance_id}: {int(bad.sum())} of {int(mine.sum())} sampled depths are not "
                    f"on its model at its pose (off by up to {_metres(off_m.max())})",
                )

    def _off_m(
        self,
        frame: CheckedFrame,
        instance_id: int,
        T_camera_object: FloatArray,
        rays: FloatArray,
        depth_m: FloatArray,
    ) -> FloatArray:
        """Return (n,) the distance from each measured point to the nearest level of detail along its ray, metres."""
        body = frame.scene.object(instance_id)
        model = self._library.load(body.asset).model
        T_object_camera = invert_rigid(T_camera_object)
        origin = T_object_camera[:3, 3]
        points = apply(T_object_camera, rays * depth_m[:, None])
        off_m = np.full(len(rays), np.inf)
        for level in model.lods:
            for submesh in level:
                corners = submesh.positions_m[submesh.triangles].astype(float) * body.scale
                off_m = np.minimum(off_m, distance_to_triangles_m(origin, points, corners))
        return off_m


def distance_to_triangles_m(
    origin_m: FloatArray, points_m: FloatArray, triangles_m: FloatArray
) -> FloatArray:
    """Return (n,) how far each point lies from the planes of the triangles that its ray meets; inf for none.

    Möller and Trumbore, "Fast, minimum storage ray-triangle intersection", 1997, both faces. The distance is taken
    at right angles to the triangle, so that grazing views do not magnify it.

    Args:
        origin_m: (3,) where the rays start.
        points_m: (n, 3) the points, each on its own ray from the origin.
        triangles_m: (m, 3, 3) corners.
    """
    a, ab, ac = (
        triangles_m[:, 0],
        triangles_m[:, 1] - triangles_m[:, 0],
        triangles_m[:, 2] - triangles_m[:, 0],
    )
    normals = np.cross(ab, ac)
    areas = np.linalg.norm(normals, axis=1)
    nearest = np.full(len(points_m), np.inf)
    from_a = origin_m - a
    turned = np.cross(from_a, ab)
    for i, point in enumerate(points_m):
        ray = point - origin_m
        determinant = -(normals @ ray)
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = 1.0 / determinant
            u = np.einsum("ij,ij->i", from_a, np.cross(ray, ac)) * scale
            v = (turned @ ray) * scale
            t = (ac * turned).sum(axis=1) * scale
            hit = (u >= -_SLACK) & (v >= -_SLACK) & (u + v <= 1 + _SLACK) & (t > 0)
        if hit.any():
            off = np.abs(t[hit] - 1.0) * np.abs(determinant[hit]) / areas[hit]
            nearest[i] = off.min()
    return nearest


def _sampled_pixels(ids: NDArray[np.uint16], labels: FrameLabels) -> tuple[Pixels, Pixels]:
    """Return rows and columns, some in every object: pixels whose neighbours show the same object."""
    inner = np.zeros(ids.shape, bool)
    centre = ids[1:-1, 1:-1]
    same = [
        ids[1 + dy : ids.shape[0] - 1 + dy, 1 + dx : ids.shape[1] - 1 + dx] == centre
        for dy, dx in _NEIGHBOURS
    ]
    inner[1:-1, 1:-1] = (centre > 0) & np.logical_and.reduce(same)
    generator = keyed_generator("verify", labels.scene_index, labels.sensor, labels.frame_index)
    visible = np.unique(ids[inner])
    each = max(1, PIXELS_PER_FRAME // max(1, len(visible)))
    chosen = [
        generator.choice(where, size=min(each, len(where)), replace=False)
        for where in (np.flatnonzero(inner & (ids == key)) for key in visible)
    ]
    rows, columns = np.divmod(np.concatenate([np.zeros(0, np.int64), *chosen]), ids.shape[1])
    return rows, columns


_NEIGHBOURS = ((0, 1), (0, -1), (1, 0), (-1, 0))


def _metres(value: float) -> str:
    return f"{value * 1000:.2f} mm" if np.isfinite(value) else "a ray that misses it"
