"""Models on the graphics card: uploaded once, kept across scenes, bounded by bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import pi

import moderngl
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError

from simgen.geometry import FloatArray
from simgen.records.asset import Asset, Model, Submesh
from simgen.rendering.raster.context import GlContext
from simgen.rendering.raster.materials import MaterialKey, MaterialSet

_LAYOUT = ("3f 3f 2f 1f", "in_position", "in_normal", "in_uv", "in_material")
_VERTEX_FLOATS = 9
# Triangles a level may have for each pixel of the object's projected disc. Simplified models of many small parts lose
# some of them, so that a finer level is worth its vertices up to about here.
_TRIANGLES_PER_PIXEL = 1.2
_ALWAYS_AFFORDABLE = 600
# Shadows need the shape, not the detail; those of soft light even less.
_CASTER_TRIANGLES = 2500
_ROUGH_CELLS = 11  # along the longest side


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive indices that one draw call takes: all triangles of materials with the same maps."""

    key: MaterialKey
    first: int
    count: int


class GpuLevel:
    """One level of detail: a vertex buffer, an index buffer and the draws that cover it.

    Attributes:
        positions_m: (n, 3) float32, object frame, before the scene's scale.
        triangles: (m, 3) uint32 into them, those of alpha-tested materials last.
        opaque_triangles: how many triangles come before the alpha-tested ones.
        outline_m: (k, 3) vertices that can lie on the outline seen from outside (the convex hull's).
    """

    def __init__(self, context: GlContext, submeshes: Sequence[Submesh], materials: MaterialSet) -> None:
        self._context = context
        ordered = sorted(submeshes, key=lambda part: materials.order(part.material))
        vertices = np.concatenate([_interleaved(part) for part in ordered])
        offsets = np.cumsum([0] + [len(part.positions_m) for part in ordered[:-1]])
        indices = [part.triangles + np.uint32(at) for part, at in zip(ordered, offsets, strict=True)]
        self.triangles: NDArray[np.uint32] = np.concatenate(indices).astype(np.uint32)
        self.positions_m = np.ascontiguousarray(vertices[:, :3])
        self.batches = _batches(ordered, materials)
        self.opaque_triangles = sum(batch.count for batch in self.batches if not batch.key.masked) // 3
        self.outline_m = _outline(self.positions_m)
        self.byte_count = vertices.nbytes + 2 * self.triangles.nbytes + self.positions_m.nbytes
        self._vertices = context.gl.buffer(vertices.tobytes())
        self._indices = context.gl.buffer(self.triangles.tobytes())
        self._arrays: dict[moderngl.Program, moderngl.VertexArray] = {}

    def draw(self, program: moderngl.Program, first: int, count: int) -> None:
        """Draw some of the indices with a program whose uniforms are set."""
        if program not in self._arrays:
            self._arrays[program] = self._vertex_array(program)
        self._arrays[program].render(moderngl.TRIANGLES, vertices=count, first=first)

    def _vertex_array(self, program: moderngl.Program) -> moderngl.VertexArray:
        used = [name for name in _LAYOUT[1:] if isinstance(program.get(name, None), moderngl.Attribute)]
        sizes = dict(zip(_LAYOUT[1:], _LAYOUT[0].split(), strict=True))
        skipped = {name: f"{4 * int(size[0])}x" for name, size in sizes.items()}
        layout = " ".join(sizes[name] if name in used else skipped[name] for name in _LAYOUT[1:])
        return self._context.gl.vertex_array(program, [(self._vertices, layout, *used)], self._indices)

    def release(self) -> None:
        """Free the buffers."""
        for thing in (*self._arrays.values(), self._vertices, self._indices):
            thing.release()
        self._arrays.clear()


class GpuModel:
    """A model's levels and materials."""

    def __init__(self, context: GlContext, model: Model) -> None:
        self.materials = MaterialSet(context, model.materials)
        solid = [[part for part in level if len(part.triangles)] for level in model.lods]
        self.levels = tuple(GpuLevel(context, level, self.materials) for level in solid if level)
        self.radius_m = float(np.linalg.norm(model.size_m)) / 2
        self.half_size_m: FloatArray = np.asarray(model.size_m, dtype=float) / 2
        self.byte_count = self.materials.byte_count + sum(level.byte_count for level in self.levels)

    def level_for(self, radius_px: float) -> GpuLevel:
        """Return the finest level worth its triangles for an object of this projected radius."""
        affordable = max(_ALWAYS_AFFORDABLE, _TRIANGLES_PER_PIXEL * pi * radius_px**2)
        return self._finest_within(affordable)

    @cached_property
    def rough_triangles(self) -> NDArray[np.uint32]:
        """Triangles (m, 3) of `caster` that are left when near vertices are taken for one; without cut-outs."""
        level = self.caster
        return _clustered(level.positions_m, level.triangles[: level.opaque_triangles])

    @property
    def caster(self) -> GpuLevel:
        """The level that casts shadows."""
        return self._finest_within(_CASTER_TRIANGLES)

    def _finest_within(self, triangles: float) -> GpuLevel:
        return next((level for level in self.levels if len(level.triangles) <= triangles), self.levels[-1])

    def release(self) -> None:
        """Free buffers and textures."""
        for level in self.levels:
            level.release()
        self.materials.release()


class ModelCache:
    """Models by content, the least recently used dropped when they exceed a byte budget."""

    def __init__(self, context: GlContext, budget_bytes: int = 128 * 2**20) -> None:
        self._context = context
        self._budget = budget_bytes
        self._models: OrderedDict[tuple[object, ...], GpuModel] = OrderedDict()

    def get(self, asset: Asset) -> GpuModel:
        """Return the model of an asset, uploading it if it is not there."""
        key = (asset.info.asset_id, asset.info.params, asset.info.content_hash)
        if key not in self._models:
            self._models[key] = GpuModel(self._context, asset.model)
        self._models.move_to_end(key)
        return self._models[key]

    @property
    def byte_count(self) -> int:
        """Bytes that all kept models hold."""
        return sum(model.byte_count for model in self._models.values())

    def trim(self) -> None:
        """Drop the least recently used models until the rest fit the budget; call it with no scene open."""
        excess = self.byte_count - self._budget
        while excess > 0 and self._models:
            _, model = self._models.popitem(last=False)
            excess -= model.byte_count
            model.release()


def _interleaved(part: Submesh) -> NDArray[np.float32]:
    vertices = np.empty((len(part.positions_m), _VERTEX_FLOATS), np.float32)
    vertices[:, 0:3], vertices[:, 3:6], vertices[:, 6:8] = part.positions_m, part.normals, part.uvs
    vertices[:, 8] = part.material
    return vertices


def _batches(ordered: Sequence[Submesh], materials: MaterialSet) -> tuple[Batch, ...]:
    batches: list[Batch] = []
    first = 0
    for part in ordered:
        key, count = materials.keys[part.material], part.triangles.size
        if batches and batches[-1].key == key:
            batches[-1] = Batch(key, batches[-1].first, batches[-1].count + count)
        else:
            batches.append(Batch(key, first, count))
        first += count
    return tuple(batches)


def _clustered(positions_m: NDArray[np.float32], triangles: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the distinct triangles between cells of a coarse grid, one vertex a cell (Rossignac and Borrel, 1993)."""
    if len(triangles) <= _ALWAYS_AFFORDABLE // 2:
        return triangles
    extent = np.ptp(positions_m, axis=0)
    cells = np.floor((positions_m - positions_m.min(axis=0)) / (float(extent.max()) / _ROUGH_CELLS)).astype(
        np.int64
    )
    keys = (cells[:, 0] * 4096 + cells[:, 1]) * 4096 + cells[:, 2]
    _, first, cell_of_vertex = np.unique(keys, return_index=True, return_inverse=True)
    corners = cell_of_vertex[triangles]
    a, b, c = corners.T
    corners = corners[(a != b) & (b != c) & (a != c)]
    # The same three cells joined twice cast one shadow.
    _, distinct = np.unique(np.sort(corners, axis=1), axis=0, return_index=True)
    return first[corners[np.sort(distinct)]].astype(np.uint32)


def _outline(positions_m: NDArray[np.float32]) -> FloatArray:
    points = np.unique(positions_m.astype(float), axis=0)
    try:
        return points[np.sort(ConvexHull(points).vertices)]
    except (QhullError, ValueError):  # flat or degenerate: any vertex can be on the outline
        return points
