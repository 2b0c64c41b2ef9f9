"""The analytic renderer: scene objects to solids, one ray through every pixel centre, buffers by formula."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, nan, sqrt
from typing import cast, get_args

import numpy as np
from numpy.typing import NDArray

from simgen.assets import AssetLibrary
from simgen.camera import Intrinsics
from simgen.closing import Closable
from simgen.errors import RenderError, UsageError
from simgen.geometry import FloatArray, invert_rigid
from simgen.records.frame import Frame, Silhouette, View
from simgen.records.scene import Scene
from simgen.rendering.analytic.outline import pixel_box, solid_bounds
from simgen.rendering.analytic.shading import Lighting, shade
from simgen.rendering.analytic.solids import Shape, Solid
from simgen.rendering.exposure import mean_light

_GRID_PX = 1 << 22  # an outline larger than this, seen whole, is counted on a coarser grid
_CHUNK_PX = 1 << 19

PixelBox = tuple[int, int, int, int]
IntArray = NDArray[np.int_]
Mask = NDArray[np.bool_]


class AnalyticRenderer:
    """Casts `procedural/box`, `procedural/sphere` and `procedural/cylinder`; needs no graphics context.

    Sizes are the objects' `size_m`; shapes are the true ones, not their meshes. Colour is Lambert shading of
    the material's base colour under every sun and lamp (point-like, hard shadows) and a uniform environment
    that nothing occludes. Where surfaces coincide the lower instance id wins.
    """

    name = "analytic"
    device = "NumPy on the CPU"

    def open(self, scene: Scene, library: AssetLibrary) -> AnalyticScene:
        """Return the scene, ready to be cast.

        Raises:
            RenderError: the scene has an asset or a light that no formula here covers.
        """
        return AnalyticScene(scene, library)

    def close(self) -> None:
        """Do nothing: there is no context."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What the pixels of a view show; NaN where nothing was hit.

    Attributes:
        depth_m: (h, w).
        ids: (h, w), 0 where nothing was hit.
        points_m: (h, w, 3) camera frame.
        normals: (h, w, 3) camera frame.
        coordinates_m: (h, w, 3) object frame.
    """

    depth_m: FloatArray
    ids: NDArray[np.uint16]
    points_m: FloatArray
    normals: FloatArray
    coordinates_m: FloatArray


class AnalyticScene(Closable):
    """One scene, as solids and lights."""

    def __init__(self, scene: Scene, library: AssetLibrary) -> None:
        self._shapes: list[Shape] = [_shape(obj.asset.asset_id, obj.name) for obj in scene.objects]
        self._halves = [np.array(obj.size_m) / 2 for obj in scene.objects]
        self._lighting = Lighting.of(scene, library)

    def render(self, view: View, *, lit: bool = True) -> Frame:
        """Return the buffers of one view; unless it is `lit`, its radiance is zero.

        Raises:
            UsageError: the camera has a lens.
        """
        solids, surface = self._solids(view), self._seen(view)
        ids, depth = surface.ids, surface.depth_m
        extra = view.extra_buffers
        outlined = solids if view.outlines else []
        outlines = {solid.instance_id: whole_outline(solid, view.intrinsics) for solid in outlined}
        return Frame(
            view=view,
            radiance=self._shaded(view, surface) if lit else np.zeros((*ids.shape, 3), np.float16),
            depth_m=np.where(ids > 0, depth, np.nan).astype(np.float32),
            instance_id=ids,
            normals_camera=surface.normals.astype(np.float32),
            silhouettes={key: outline for key, outline in outlines.items() if outline is not None},
            renderer=AnalyticRenderer.name,
            object_coordinates_m=surface.coordinates_m.astype(np.float32)
            if "object_coordinates" in extra
            else None,
            albedo=self._lighting.albedo(ids) if "albedo" in extra else None,
            part_id=(ids > 0).astype(np.uint16) if "part_id" in extra else None,
        )

    def light(self, views: Sequence[View]) -> NDArray[np.float16]:
        """Return the mean radiance of views, without any labels.

        Raises:
            UsageError: the camera has a lens.
        """
        return mean_light(self._shaded(view, self._seen(view)) for view in views)

    def _seen(self, view: View) -> Seen:
        """Return what every pixel of a view shows."""
        if view.intrinsics.lens is not None:
            raise UsageError(
                f"sensor '{view.sensor}': the analytic renderer knows pinholes alone; use --renderer pathtrace"
            )
        solids = self._solids(view)
        depth, ids = cast_image(solids, view.intrinsics)
        normals = np.full((*depth.shape, 3), np.nan)
        coordinates = np.full((*depth.shape, 3), np.nan)
        points = view.intrinsics.unproject(depth)
        for solid in solids:
            hit = ids == solid.instance_id
            coordinates[hit] = solid.coordinates(points[hit])
            facing = solid.normals(coordinates[hit])
            inside = (facing * points[hit]).sum(axis=1) > 0
            normals[hit] = np.where(inside[:, None], -facing, facing)
        return Seen(depth, ids, points, normals, coordinates)

    def _shaded(self, view: View, seen: Seen) -> NDArray[np.float16]:
        return shade(self._lighting, self._solids(view), view, seen.points_m, seen.normals, seen.ids)

    def close(self) -> None:
        """Do nothing: nothing is held but numbers."""

    def _solids(self, view: View) -> list[Solid]:
        T_camera_world = invert_rigid(view.T_world_camera)
        bodies = zip(self._shapes, self._halves, view.T_world_objects, strict=True)
        return [
            Solid(i, shape, half, T_camera_world @ T_world_object)
            for i, (shape, half, T_world_object) in enumerate(bodies, start=1)
            if view.present is None or view.present[i - 1]
        ]


def cast_image(solids: list[Solid], intrinsics: Intrinsics) -> tuple[FloatArray, NDArray[np.uint16]]:
    """Return depth (h, w) in metres, NaN where nothing was hit, and instance ids (h, w)."""
    depth = np.full((intrinsics.height, intrinsics.width), np.inf)
    ids = np.zeros(depth.shape, np.uint16)
    for solid in solids:
        x0, y0, x1, y1 = _clip(_reach(solid, intrinsics), intrinsics)
        z = _depth(solid, intrinsics, np.arange(x0, x1), np.arange(y0, y1))
        tile = (slice(y0, y1), slice(x0, x1))
        nearer = z < depth[tile]
        depth[tile][nearer] = z[nearer]
        ids[tile][nearer] = solid.instance_id
    depth[ids == 0] = np.nan
    return depth, ids


def whole_outline(solid: Solid, intrinsics: Intrinsics) -> Silhouette | None:
    """Return the outline of one solid as if it were alone, or None where no pixel of the image shows it.

    A solid that passes the near plane has no finite outline: it has no box (NaN), and is counted on a canvas of
    three times the image.
    """
    image_box = _clip(_reach(solid, intrinsics), intrinsics)
    mask = _covered(solid, intrinsics, image_box, 1)
    if not mask.any():
        return None
    x0, y0, x1, y1 = _inner(mask, image_box)
    crop = mask[y0 - image_box[1] : y1 - image_box[1], x0 - image_box[0] : x1 - image_box[0]]
    bbox, total_px = _unclipped(solid, intrinsics)
    return Silhouette(x0, y0, crop, bbox, total_px)


def _unclipped(solid: Solid, intrinsics: Intrinsics) -> tuple[tuple[float, float, float, float], float]:
    """Return box and pixel count on the unbounded image plane, sampled at pixel centres.

    Past 2^22 pixels every n-th row and column is sampled; the box then comes from the closed form.
    """
    bounds = solid_bounds(intrinsics, solid)
    if bounds is None or solid.nearest_z_m < intrinsics.near_m:
        w, h = intrinsics.width, intrinsics.height
        return (nan, nan, nan, nan), float(_covered(solid, intrinsics, (-w, -h, 2 * w, 2 * h), 1).sum())
    box = pixel_box(bounds)
    stride = max(1, ceil(sqrt((box[2] - box[0]) * (box[3] - box[1]) / _GRID_PX)))
    covered = _covered(solid, intrinsics, box, stride)
    if stride == 1:
        box = _inner(covered, box)
    x0, y0, x1, y1 = (float(edge) for edge in box)
    return (x0, y0, x1, y1), float(covered.sum()) * stride**2


def _covered(solid: Solid, intrinsics: Intrinsics, box: PixelBox, stride: int) -> Mask:
    """Return which pixels of a half-open pixel box (every `stride`-th) the solid covers."""
    x0, y0, x1, y1 = box
    columns, rows = np.arange(x0, x1, stride), np.arange(y0, y1, stride)
    step = max(1, _CHUNK_PX // max(1, len(columns)))
    parts = [
        np.isfinite(_depth(solid, intrinsics, columns, rows[i : i + step])) for i in range(0, len(rows), step)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, len(columns)), np.bool_)


def _depth(solid: Solid, intrinsics: Intrinsics, columns: IntArray, rows: IntArray) -> FloatArray:
    """Return depth (rows, columns) of the first surface within [near, far], inf where there is none.

    A solid cut by the near plane shows its inside, as open surfaces do in a rasteriser.
    """
    directions = np.ones((len(rows), len(columns), 3))
    directions[..., 0] = (columns - intrinsics.cx) / intrinsics.fx
    directions[..., 1] = ((rows - intrinsics.cy) / intrinsics.fy)[:, None]
    enter, leave = solid.spans(np.zeros(3), directions)
    first = np.where(enter >= intrinsics.near_m, enter, leave)
    return np.where((first >= intrinsics.near_m) & (first <= intrinsics.far_m), first, np.inf)


def _reach(solid: Solid, intrinsics: Intrinsics) -> PixelBox:
    """Return a pixel box that holds the solid's outline; the whole image where it has no bounds."""
    bounds = solid_bounds(intrinsics, solid)
    return pixel_box(bounds) if bounds else (0, 0, intrinsics.width, intrinsics.height)


def _clip(box: PixelBox, intrinsics: Intrinsics) -> PixelBox:
    x0, y0 = min(max(box[0], 0), intrinsics.width), min(max(box[1], 0), intrinsics.height)
    return (x0, y0, max(x0, min(box[2], intrinsics.width)), max(y0, min(box[3], intrinsics.height)))


def _inner(mask: Mask, box: PixelBox) -> PixelBox:
    """Return the half-open box of the set pixels of a mask whose first pixel is the box's corner."""
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    if not len(columns):
        return box
    return (
        box[0] + int(columns[0]),
        box[1] + int(rows[0]),
        box[0] + int(columns[-1]) + 1,
        box[1] + int(rows[-1]) + 1,
    )


def _shape(asset_id: str, name: str) -> Shape:
    pack, _, shape = asset_id.partition("/")
    known: tuple[str, ...] = get_args(Shape)
    if pack != "procedural" or shape not in known:
        allowed = ", ".join(f"procedural/{each}" for each in known)
        raise RenderError(f"{name}: the analytic renderer cannot draw '{asset_id}'; it draws {allowed}")
    return cast("Shape", shape)
