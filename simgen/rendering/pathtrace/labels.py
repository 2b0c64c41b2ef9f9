"""Label buffers of one view: the nearest surface at every pixel centre, and each object's samples for its outline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray, invert_rigid
from simgen.records.frame import ExtraBuffer, Moment, Silhouette, View
from simgen.rendering.frustum import sphere_in_view
from simgen.rendering.lamps import present_bodies
from simgen.rendering.pathtrace.bodies import Body, PlacedBody, moved
from simgen.rendering.pathtrace.colours import base_colors
from simgen.rendering.pathtrace.coverage import Grid, IntArray, Samples
from simgen.rendering.pathtrace.lens_coverage import triangles_of
from simgen.rendering.pathtrace.outlines import silhouette_of
from simgen.rendering.pathtrace.skins import points_at

_FACING = 1e-3  # cosine by which a smooth normal is kept on the side that is seen


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Buffers as `records.frame.Frame` describes them; None where the view did not ask."""

    depth_m: NDArray[np.float32]
    instance_id: NDArray[np.uint16]
    normals_camera: NDArray[np.float32]
    object_coordinates_m: NDArray[np.float32] | None
    silhouettes: dict[int, Silhouette]
    albedo: NDArray[np.float32] | None
    part_id: NDArray[np.uint16] | None
    surface_next_m: NDArray[np.float32] | None = None
    surface_previous_m: NDArray[np.float32] | None = None


class SeenBody:
    """One object as one camera sees it."""

    def __init__(self, placed: PlacedBody, view: View) -> None:
        self.placed = placed
        self.camera = view.intrinsics
        self._shape = placed.body.shape
        self.points_camera = placed.body.points(placed.T_camera_object)
        corners = self.points_camera[self._shape.triangles]
        self._triangles = triangles_of(corners, view.intrinsics, self._shape.one_sided)

    def samples(self, grid: Grid) -> list[Samples]:
        """Return where its surfaces, cut-outs respected, meet a grid; in parts that bound memory."""
        return [self._kept(part, grid) for part in self._triangles.samples(grid)]

    def _kept(self, found: Samples, grid: Grid) -> Samples:
        """Drop samples that fall into a cut-out."""
        if not self._shape.cutouts:
            return found
        there = np.ones(len(found.cell), np.bool_)
        material = self._shape.material[found.triangle]
        for index, cut in self._shape.cutouts.items():
            here = np.flatnonzero(material == index)
            uvs = self._mixed(self._shape.uvs, found.triangle[here], self._weights(found, here, grid))
            there[here] = cut.there(uvs)
        return found.kept(there)

    def _weights(self, found: Samples, which: IntArray, grid: Grid) -> FloatArray:
        row, column = np.divmod(found.cell[which], grid.width)
        u, v = grid.x0 + column * grid.step_x, grid.y0 + row * grid.step_y
        return self._triangles.weights(found.triangle[which], u, v)

    def surface(self, triangle: IntArray, cell: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return object coordinates and camera-frame normals (n, 3) of pixels that show these triangles."""
        row, column = np.divmod(cell, self.camera.width)
        weights = self._triangles.weights(triangle, column.astype(float), row.astype(float))
        body = self.placed.body
        coordinates = self._mixed(body.rest_m * body.scale, triangle, weights)
        rotation = self.placed.T_camera_object.copy()
        rotation[:3, 3] = 0.0
        smooth = moved(self._mixed(body.shape.normals, triangle, weights), rotation)
        points = self._mixed(self.points_camera, triangle, weights)
        ahead = np.array([[0.0, 0.0, 1.0]]) if self.camera.is_orthographic else _unit(points)
        return coordinates, _facing(smooth, self._face_normals(triangle), ahead)

    def points(self, values: FloatArray, triangle: IntArray, cell: IntArray) -> FloatArray:
        """Return values of the vertices (n, k) at what pixels show of these triangles."""
        row, column = np.divmod(cell, self.camera.width)
        weights = self._triangles.weights(triangle, column.astype(float), row.astype(float))
        return self._mixed(values, triangle, weights)

    def parts(self, triangle: IntArray) -> NDArray[np.uint16]:
        """Return part ids (n,) of triangles."""
        return (self._shape.material[triangle] + 1).astype(np.uint16)

    def albedo(self, triangle: IntArray, cell: IntArray) -> FloatArray:
        """Return the base colour (n, 3) of pixels that show these triangles."""
        row, column = np.divmod(cell, self.camera.width)
        weights = self._triangles.weights(triangle, column.astype(float), row.astype(float))
        uvs, material = self._mixed(self._shape.uvs, triangle, weights), self._shape.material[triangle]
        albedo = np.empty((len(triangle), 3))
        for index in np.unique(material):
            here = material == index
            albedo[here] = base_colors(self.placed.body.materials[index], uvs[here])
        return albedo

    def _mixed(self, values: FloatArray, triangle: IntArray, weights: FloatArray) -> FloatArray:
        """Return values of the vertices (n, k) at points inside triangles."""
        corners = self._shape.triangles[triangle]
        a, b, c = (values[corners[:, k]] * weights[:, k, None] for k in range(3))
        return a + b + c

    def _face_normals(self, triangle: IntArray) -> FloatArray:
        a, b, c = (self.points_camera[self._shape.triangles[triangle, k]] for k in range(3))
        return np.cross(b - a, c - a)


def label_view(bodies: Sequence[Body], view: View) -> tuple[Labels, list[PlacedBody]]:
    """Return the labels of one view and the objects that can be in it.

    Where surfaces coincide the lower instance id wins.
    """
    placed = placed_bodies(bodies, view)
    grid = Grid.of_image(view.intrinsics)
    shape = (grid.height, grid.width)
    nearest = np.full(grid.width * grid.height, np.inf)
    triangle_at = np.zeros(nearest.size, np.int64)
    owner = np.full(nearest.size, -1, np.int64)
    silhouettes: dict[int, Silhouette] = {}
    seen = [SeenBody(each, view) for each in placed]
    for index, body in enumerate(seen):
        covered = np.zeros(nearest.size, np.bool_)
        for part in body.samples(grid):
            covered[part.cell] = True
            keep_nearest(part, index, nearest, triangle_at, owner)
        silhouette = silhouette_of(covered.reshape(shape), body) if view.outlines else None
        if silhouette is not None:
            silhouettes[body.placed.instance_id] = silhouette
    labels = _buffers(seen, nearest, triangle_at, owner, shape, silhouettes, view.extra_buffers)
    moved = {
        name: _surface_at(seen, view, moment, triangle_at, owner.reshape(shape))
        for name, moment in (("surface_next_m", view.next), ("surface_previous_m", view.previous))
    }
    return replace(labels, **moved), placed


def _surface_at(
    seen: Sequence[SeenBody], view: View, moment: Moment | None, triangle_at: IntArray, owner: IntArray
) -> NDArray[np.float32] | None:
    """Return (h, w, 3) where the points of bodies that change their pose lie at a moment; None without any."""
    there = {k: points_at(body.placed.body, view, moment) for k, body in enumerate(seen)}
    known = {k: points for k, points in there.items() if points is not None and (owner == k).any()}
    if not known:
        return None
    surface = np.full((owner.size, 3), np.nan, np.float32)
    for k, points in known.items():
        cells = np.flatnonzero(owner == k)
        surface[cells] = seen[k].points(points, triangle_at[cells], cells)
    return surface.reshape(*owner.shape, 3)


def placed_bodies(bodies: Sequence[Body], view: View) -> list[PlacedBody]:
    """Return the bodies that are present and may be in the picture, in the camera frame."""
    T_camera_world = invert_rigid(view.T_world_camera)
    present = present_bodies(view)
    placed = [
        PlacedBody(body, T_camera_world @ view.T_world_objects[body.instance_id - 1])
        for body in bodies
        if present[body.instance_id - 1]
    ]
    return [
        each
        for each in placed
        if sphere_in_view(view.intrinsics, each.T_camera_object[:3, 3], each.body.radius_m)
    ]


def keep_nearest(
    found: Samples, index: int, nearest: FloatArray, triangle_at: IntArray, owner: IntArray
) -> None:
    """Enter samples into the depth buffer; of equal ones the first triangle of the first object stays."""
    closer = found.kept(found.depth_m < nearest[found.cell])
    np.minimum.at(nearest, closer.cell, closer.depth_m)
    first = np.flatnonzero(closer.depth_m == nearest[closer.cell])[
        ::-1
    ]  # the last written is the first found
    triangle_at[closer.cell[first]] = closer.triangle[first]
    owner[closer.cell[first]] = index


def _buffers(
    seen: Sequence[SeenBody],
    nearest: FloatArray,
    triangle_at: IntArray,
    owner: IntArray,
    shape: tuple[int, int],
    silhouettes: dict[int, Silhouette],
    extra: frozenset[ExtraBuffer],
) -> Labels:
    ids = np.zeros(nearest.size, np.uint16)
    coordinates = np.full((nearest.size, 3), np.nan, np.float32)
    normals = np.full((nearest.size, 3), np.nan, np.float32)
    albedo = np.full((nearest.size, 3), np.nan, np.float32) if "albedo" in extra else None
    parts = np.zeros(nearest.size, np.uint16) if "part_id" in extra else None
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(len(seen) + 1))
    for index, body in enumerate(seen):
        cells = order[starts[index] : starts[index + 1]]
        if len(cells):
            ids[cells] = body.placed.instance_id
            coordinates[cells], normals[cells] = body.surface(triangle_at[cells], cells)
        if albedo is not None:
            albedo[cells] = body.albedo(triangle_at[cells], cells)
        if parts is not None:
            parts[cells] = body.parts(triangle_at[cells])
    depth = np.where(owner >= 0, nearest, np.nan).astype(np.float32)
    return Labels(
        depth_m=depth.reshape(shape),
        instance_id=ids.reshape(shape),
        normals_camera=normals.reshape(*shape, 3),
        object_coordinates_m=coordinates.reshape(*shape, 3) if "object_coordinates" in extra else None,
        silhouettes=dict(sorted(silhouettes.items())),
        albedo=None if albedo is None else albedo.reshape(*shape, 3),
        part_id=None if parts is None else parts.reshape(shape),
    )


def _facing(smooth: FloatArray, face: FloatArray, view: FloatArray) -> FloatArray:
    """Return unit normals on the side that is seen along directions (n, 3), unit, away from the camera.

    Winding and vertex normals of found models cannot be trusted: the side that is seen is the outer one. A smooth
    normal may look away from the camera near an outline, where the flat triangle does not: it is bent back.
    """
    face = np.where(_dot(face, view) > 0, -face, face)
    normals = np.where(_dot(smooth, smooth) > 0, smooth, face)
    normals = np.where(_dot(normals, face) < 0, -normals, normals)
    normals = _unit(normals)
    return _unit(normals - np.maximum(_dot(normals, view) + _FACING, 0.0) * view)


def _unit(vectors: FloatArray) -> FloatArray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    return (a * b).sum(axis=1, keepdims=True)
