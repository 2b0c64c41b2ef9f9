"""The objects of a scene as triangles: what both the labels and the pictures are made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simgen.assets import AssetLibrary
from simgen.geometry import FloatArray, box_corners
from simgen.records.asset import Material, Model, Skin, Submesh
from simgen.records.scene import Scene, SceneObject
from simgen.rendering.dressing import dress_of, dressed
from simgen.rendering.materials import alpha_threshold, overridden
from simgen.rendering.pathtrace.texels import bilinear


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """Where a surface is not there.

    Attributes:
        opacity: (h, w) 0..1, row 0 at texture coordinate v = 1; 1 x 1 for a constant.
        threshold: below it nothing is there.
    """

    opacity: NDArray[np.float32]
    threshold: float

    def there(self, uvs: FloatArray) -> NDArray[np.bool_]:
        """Return (n,) whether the surface exists at texture coordinates (n, 2), bilinear, repeating."""
        height, width = self.opacity.shape
        opacity = bilinear(lambda row, column: self.opacity[row, column], height, width, uvs)
        return opacity >= self.threshold


@dataclass(frozen=True, slots=True)
class Part:
    """The vertices and triangles of one material: both are consecutive."""

    material: int
    vertices: slice
    triangles: slice


@dataclass(frozen=True, slots=True, eq=False)
class Rig:
    """What moves the vertices of a shape with a skeleton.

    Attributes:
        joints: (n, 4) uint8, of each vertex.
        weights: (n, 4) float32.
    """

    skin: Skin
    joints: NDArray[np.uint8]
    weights: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A model's finest level as one list of triangles, object frame, before the scene's scale.

    Attributes:
        positions_m: (n, 3).
        normals: (n, 3) unit, zero where unknown.
        uvs: (n, 2), v up.
        triangles: (m, 3) into them, those of one material consecutive.
        material: (m,) index of each triangle's material.
        one_sided: (m,) whether the triangle is seen from its outer side only.
        cutouts: by material, where it has any.
        parts: by material, in order.
        rig: what moves its vertices; None: it is rigid.
    """

    positions_m: FloatArray
    normals: FloatArray
    uvs: FloatArray
    triangles: NDArray[np.int64]
    material: NDArray[np.int64]
    one_sided: NDArray[np.bool_]
    cutouts: dict[int, Cutout]
    parts: tuple[Part, ...]
    rig: Rig | None = None

    @staticmethod
    def of(model: Model) -> Shape:
        """Return the shape of a model's level 0."""
        parts = sorted((p for p in model.lods[0] if len(p.triangles)), key=lambda part: part.material)
        offsets = np.cumsum([0] + [len(part.positions_m) for part in parts[:-1]])
        triangles = [part.triangles.astype(np.int64) + at for part, at in zip(parts, offsets, strict=True)]
        material = [np.full(len(part.triangles), part.material, np.int64) for part in parts]
        sides = np.array([not each.double_sided for each in model.materials], np.bool_)
        which = np.concatenate([np.empty(0, np.int64), *material])
        cutouts = {index: _cutout(each) for index, each in enumerate(model.materials)}
        return Shape(
            positions_m=_stacked(parts, "positions_m", 3),
            normals=np.nan_to_num(_stacked(parts, "normals", 3)),
            uvs=np.nan_to_num(_stacked(parts, "uvs", 2)),
            triangles=np.concatenate([np.empty((0, 3), np.int64), *triangles]),
            material=which,
            one_sided=sides[which],
            cutouts={index: cut for index, cut in cutouts.items() if cut is not None},
            parts=_parts(parts),
            rig=_rig(model.skin, parts),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """One object of a scene.

    Attributes:
        materials: by material index, as the object wears them.
        radius_m: of the sphere around its box, after scaling.
        half_size_m: (3,) of its box, after scaling.
        rest_positions_m: (n, 3) of a shape in another pose, its vertices at rest; None: the shape's own.
    """

    instance_id: int
    shape: Shape
    materials: tuple[Material, ...]
    scale: float
    radius_m: float
    half_size_m: FloatArray
    rest_positions_m: FloatArray | None = None

    @property
    def rest_m(self) -> FloatArray:
        """Its vertices (n, 3) at rest, object frame before scaling: what object coordinates are made from."""
        return self.shape.positions_m if self.rest_positions_m is None else self.rest_positions_m

    @property
    def is_glass(self) -> NDArray[np.bool_]:
        """Which triangles (m,) show what lies behind them."""
        glass = np.array([material.alpha_mode == "blend" for material in self.materials], np.bool_)
        return glass[self.shape.material]

    def points(self, T_frame_object: FloatArray) -> FloatArray:
        """Return its vertices (n, 3) in another frame, each the same wherever it appears in the list."""
        return moved(self.shape.positions_m * self.scale, T_frame_object)


@dataclass(frozen=True, slots=True, eq=False)
class PlacedBody:
    """An object in a view, for the frame gate."""

    body: Body
    T_camera_object: FloatArray

    @property
    def instance_id(self) -> int:
        """The object's id."""
        return self.body.instance_id

    def corners_camera(self) -> FloatArray:
        """Return the (8, 3) corners of the object's box in the camera frame."""
        return moved(box_corners(2 * self.body.half_size_m), self.T_camera_object)


class ShapeCache:
    """Shapes by content of the asset, the last used first; the oldest go when there are too many triangles."""

    def __init__(self, most_triangles: int = 2_000_000) -> None:
        self._most = most_triangles
        self._shapes: dict[tuple[object, ...], Shape] = {}

    def get(self, key: tuple[object, ...], model: Model) -> Shape:
        """Return the shape of a model, made at most once while it is kept."""
        shape = self._shapes.pop(key, None) or Shape.of(model)
        self._shapes[key] = shape
        return shape

    def trim(self) -> None:
        """Drop the least recently used shapes until the rest fit."""
        total = sum(len(shape.triangles) for shape in self._shapes.values())
        while total > self._most and len(self._shapes) > 1:
            total -= len(self._shapes.pop(next(iter(self._shapes))).triangles)


def make_bodies(scene: Scene, library: AssetLibrary, cache: ShapeCache) -> tuple[Body, ...]:
    """Return the objects of a scene in id order, without those that have no triangles."""
    bodies = [_body(placed, library, cache) for placed in scene.objects]
    cache.trim()
    return tuple(body for body in bodies if len(body.shape.triangles))


def moved(points: FloatArray, T_a_b: FloatArray) -> FloatArray:
    """Return points (n, 3) of frame b in frame a, equal ones to equal ones, to the last bit.

    A matrix product may sum rows in blocks in another order than the rest; neighbouring triangles would gape.
    """
    x, y, z = points[:, 0], points[:, 1], points[:, 2]
    rows = [T_a_b[i, 0] * x + T_a_b[i, 1] * y + T_a_b[i, 2] * z + T_a_b[i, 3] for i in range(3)]
    return np.stack(rows, axis=1)


def _body(placed: SceneObject, library: AssetLibrary, cache: ShapeCache) -> Body:
    asset = library.load(placed.asset)
    dress = dress_of(placed.material, placed.scale)
    key = (asset.info.asset_id, asset.info.params, asset.info.content_hash, *dress)
    model = dressed(asset.model, placed.material, placed.scale)
    half = np.asarray(asset.model.size_m, dtype=float) * placed.scale / 2
    materials = tuple(overridden(material, placed.material) for material in model.materials)
    shape = cache.get(key, model)
    return Body(placed.instance_id, shape, materials, placed.scale, float(np.linalg.norm(half)), half)


def _parts(sorted_submeshes: Sequence[Submesh]) -> tuple[Part, ...]:
    parts: list[Part] = []
    vertex = triangle = 0
    for submesh in sorted_submeshes:
        last_vertex, last_triangle = vertex + len(submesh.positions_m), triangle + len(submesh.triangles)
        if parts and parts[-1].material == submesh.material:
            vertex, triangle = parts[-1].vertices.start, parts[-1].triangles.start
            parts.pop()
        parts.append(Part(submesh.material, slice(vertex, last_vertex), slice(triangle, last_triangle)))
        vertex, triangle = last_vertex, last_triangle
    return tuple(parts)


def _rig(skin: Skin | None, sorted_submeshes: Sequence[Submesh]) -> Rig | None:
    if skin is None:
        return None
    joints = [part.joints for part in sorted_submeshes if part.joints is not None]
    weights = [part.weights for part in sorted_submeshes if part.weights is not None]
    return Rig(skin, np.concatenate(joints), np.concatenate(weights))


def _cutout(material: Material) -> Cutout | None:
    """Return where a material is cut out; None where it is whole."""
    if material.alpha_mode == "opaque":
        return None
    texture, threshold = material.base_color_map, alpha_threshold(material)
    if texture is not None and texture.pixels.shape[2] == 4:
        opacity = texture.pixels[..., 3].astype(np.float32) * np.float32(material.alpha / 255)
    else:
        opacity = np.full((1, 1), material.alpha, np.float32)
    return Cutout(opacity, threshold) if float(opacity.min()) < threshold else None


def _stacked(parts: Sequence[Submesh], name: str, width: int) -> FloatArray:
    rows = [np.asarray(getattr(part, name), dtype=float).reshape(-1, width) for part in parts]
    return np.concatenate([np.empty((0, width)), *rows])
