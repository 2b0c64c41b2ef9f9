"""Depth of one frame against pose and model, at sampled pixels: the ray through the pixel must meet the mesh there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from simgen.assets import AssetLibrary
from simgen.dataset.labels import FrameLabels
from simgen.dataset.verify.frame import CheckedFrame, Finding
from simgen.geometry import FloatArray, apply, invert_rigid
from simgen.records.annotation import ObjectLabel
from simgen.rng import keyed_generator
from simgen.skinning import gait_of, posed_positions

Pixels = NDArray[np.int64]

PIXELS_PER_FRAME = 64  # sampled, shared among its objects; assumed
_RELATIVE = 5e-4  # of depth: 32-bit depth and vertex arithmetic of a rasteriser, with room
# Of the object's longest side: curved shapes are drawn round by one back end, faceted by another
_OF_SIZE = 5e-3
_SNAP_PX = 1 / 64  # rasterisers move corners to a grid of 1/256 px (OpenGL asks for 1/16 at least); with room
_SNAPS_PX = tuple((x * _SNAP_PX, y * _SNAP_PX) for x in (-1, 1) for y in (-1, 1))
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
        pixels = np.column_stack([columns, rows]).astype(float)
        depth_m = frame.depth_m[rows, columns].astype(float)
        for label in frame.objects:
            mine = keys == label.instance_id
            if not mine.any() or label.instance_id > len(frame.scene.objects):
                continue
            self.pixels += int(mine.sum())
            yield from self._object_flaws(frame, label, pixels[mine], depth_m[mine])

    def _object_flaws(
        self, frame: CheckedFrame, label: ObjectLabel, pixels: FloatArray, depth_m: FloatArray
    ) -> Iterator[Finding]:
        """Look through each pixel's centre, and where nothing is met there as far beside it as a corner is moved."""
        tolerance_m = _RELATIVE * depth_m + _OF_SIZE * min(max(label.size_m), 1.0)
        off_m = self._off_m(frame, label, pixels, depth_m, (0.0, 0.0))
        for shift_px in _SNAPS_PX:
            bad = off_m > tolerance_m
            if bad.any():
                again = self._off_m(frame, label, pixels[bad], depth_m[bad], shift_px)
                off_m[bad] = np.minimum(off_m[bad], again)
        bad = off_m > tolerance_m
        if bad.any():
            yield (
                "depth",
                f"object {label.instance_id}: {int(bad.sum())} of {len(bad)} sampled depths are not "
                f"on its model at its pose (off by up to {_metres(off_m.max())})",
            )

    def _off_m(
        self,
        frame: CheckedFrame,
        label: ObjectLabel,
        pixels: FloatArray,
        depth_m: FloatArray,
        shift_px: tuple[float, float],
    ) -> FloatArray:
        """Return (n,) the distance of each measured point to the nearest level of detail that its ray meets, metres.

        Args:
            pixels: (n, 2) where they are seen, (x, y).
            shift_px: how far beside that the rays run that look for the surface.
        """
        body, camera = frame.scene.object(label.instance_id), frame.labels.intrinsics
        model = self._library.load(body.asset).model
        gait = gait_of(frame.trajectory.gait_at(frame.labels.frame_index), label.instance_id)
        T_object_camera = invert_rigid(label.T_camera_object)
        along = camera.directions(*pixels.T) * depth_m[:, None]
        points = apply(T_object_camera, camera.starts(*pixels.T) + along)
        starts = apply(T_object_camera, camera.starts(*(pixels + shift_px).T))
        directions = camera.directions(*(pixels + shift_px).T) @ T_object_camera[:3, :3].T
        off_m = np.full(len(pixels), np.inf)
        for level in model.lods:
            for submesh in level:
                positions = posed_positions(submesh, model.skin, gait, body.scale)
                corners = positions[submesh.triangles].astype(float) * body.scale
                # Parallel rays each start at a point of their own.
                for some in np.arange(len(pixels))[:, None] if camera.is_orthographic else [slice(None)]:
                    start = starts[some][0]
                    found = distance_to_triangles_m(start, directions[some], points[some], corners)
                    off_m[some] = np.minimum(off_m[some], found)
        return off_m


def distance_to_triangles_m(
    origin_m: FloatArray, directions: FloatArray, points_m: FloatArray, triangles_m: FloatArray
) -> FloatArray:
    """Return (n,) how far each point lies from the planes of the triangles that its ray meets; inf for none.

    Möller and Trumbore, "Fast, minimum storage ray-triangle intersection", 1997, both faces. The distance is taken
    at right angles to the triangle, so that grazing views do not magnify it.

    Args:
        origin_m: (3,) where the rays start.
        directions: (n, 3) where they go, of any length.
        points_m: (n, 3) the points, each on or near its ray.
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
    for i, (ray, point) in enumerate(zip(directions, points_m, strict=True)):
        determinant = -(normals @ ray)
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = 1.0 / determinant
            u = np.einsum("ij,ij->i", from_a, np.cross(ray, ac)) * scale
            v = (turned @ ray) * scale
            t = (ac * turned).sum(axis=1) * scale
            hit = (u >= -_SLACK) & (v >= -_SLACK) & (u + v <= 1 + _SLACK) & (t > 0)
        if hit.any():
            off = np.abs(((point - a[hit]) * normals[hit]).sum(axis=1)) / areas[hit]
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
