"""Models on the graphics card: uploaded once, kept across scenes, bounded by bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile

import moderngl
import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray
from simgen.records.asset import AssetInfo, Model, Submesh
from simgen.rendering.raster.caster_shapes import ROUGH_ENOUGH, UpperSide, clustered, flat_faces, upper_side
from simgen.rendering.raster.context import GlContext
from simgen.rendering.raster.lens_sorting import SortedTriangles, TriangleBounds
from simgen.rendering.raster.materials import MaterialKey, MaterialSet

_LAYOUT = ("3f 3f 2f 1f", "in_position", "in_normal", "in_uv", "in_material")
_VERTEX_FLOATS = 9
VERTICES_ACROSS = 512  # as in `lens_resolve.glsl`
# Of a level of detail, in the image: its farthest vertex; nearly all of it is a few times nearer.
_MOST_ERROR_PX = 0.75
# Shadows need the shape, not the detail; but what is farther off than this share of the model's length shadows itself.
_CASTER_TRIANGLES, _CASTER_ERROR, _MOST_CASTER_TRIANGLES = 1200, 0.011, 4000


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive indices that one draw call takes: triangles of materials with the same maps.

    Attributes:
        closed: whether all of them belong to closed surfaces, whose backs are not seen from outside.
    """

    key: MaterialKey
    closed: bool
    first: int
    count: int


class GpuLevel:
    """One level of detail: a vertex buffer, an index buffer and the draws that cover it.

    Attributes:
        positions_m: (n, 3) float32, object frame, before the scene's scale.
        triangles: (m, 3) uint32 into them, those of alpha-tested materials last, see-through ones at the very end.
        batches: all draws, opaque ones first.
        outline_batches: the same for an outline, to which maps matter only where they cut it out.
        closed_triangles: how many triangles, all of them opaque, come first and belong to closed surfaces.
        opaque_triangles: how many come before the alpha-tested ones.
        solid_triangles: how many come before the see-through ones.
        blocking_triangles: how many come before those that cast no shadow.
    """

    def __init__(self, context: GlContext, submeshes: Sequence[Submesh], materials: MaterialSet) -> None:
        self._context = context
        vertices = np.concatenate([interleaved(part) for part in submeshes])
        pieces = sorted(_pieces(submeshes, materials), key=lambda piece: piece.order)
        self.triangles: NDArray[np.uint32] = np.concatenate([piece.triangles for piece in pieces])
        self.positions_m = np.ascontiguousarray(vertices[:, :3])
        self.batches = _batches(pieces)
        self.outline_batches = _outline_batches(self.batches)
        self.closed_triangles = sum(batch.count for batch in takewhile(lambda b: b.closed, self.batches)) // 3
        self.opaque_triangles = sum(batch.count for batch in self.batches if not batch.key.masked) // 3
        self.solid_triangles = sum(batch.count for batch in self.batches if not batch.key.see_through) // 3
        self.blocking_triangles = sum(batch.count for batch in self.batches if batch.key.blocks) // 3
        self.byte_count = vertices.nbytes + 2 * self.triangles.nbytes + self.positions_m.nbytes
        self._vertices = context.gl.buffer(vertices.tobytes())
        self._indices = context.gl.buffer(self.triangles.tobytes())
        self._arrays: dict[moderngl.Program, moderngl.VertexArray] = {}
        self._sorted_arrays: dict[moderngl.Program, moderngl.VertexArray] = {}
        self._sorted: SortedTriangles | None = None

    @cached_property
    def see_through_vertices(self) -> NDArray[np.uint32]:
        """Rows (k,) of `positions_m` that triangles of see-through materials have."""
        return np.unique(self.triangles[self.solid_triangles :])

    @cached_property
    def longest_edge_m(self) -> float:
        """Length of the longest edge of any triangle."""
        corners = self.positions_m[self.triangles.reshape(-1, 3)]
        return float(np.sqrt(((corners - corners[:, [1, 2, 0]]) ** 2).sum(axis=2).max()))

    @cached_property
    def triangle_bounds(self) -> TriangleBounds:
        """Spheres around the triangles, for cameras with a lens."""
        return TriangleBounds.of(self.positions_m, self.triangles)

    def draw(
        self,
        program: moderngl.Program,
        first: int,
        count: int,
        times: int = 1,
        order: SortedTriangles | None = None,
    ) -> None:
        """Draw some of the indices, a number of times, with a program whose uniforms are set.

        Args:
            order: of which these are indices; None: of the level itself.
        """
        arrays = self._arrays if order is None else self._sorted_arrays
        if program not in arrays:
            indices = self._indices if order is None else self._sorted_indices
            arrays[program] = self._context.gl.vertex_array(program, self._bindings(program), indices)
        if order is not None and self._sorted is not order:
            self._sorted = order
            self._sorted_indices.orphan()
            self._sorted_indices.write(order.indices.tobytes())
        arrays[program].render(moderngl.TRIANGLES, vertices=count, first=first, instances=times)

    @cached_property
    def vertex_texture(self) -> moderngl.Texture:
        """The vertices as texels, for `lens_resolve.glsl`."""
        rows = -(-len(self.positions_m) // VERTICES_ACROSS)
        made = self._context.gl.texture((3 * VERTICES_ACROSS, rows), 4, dtype="f4")
        made.filter = (moderngl.NEAREST, moderngl.NEAREST)
        self.write_vertices(made, np.frombuffer(self._vertices.read(), np.float32))
        return made

    def write_vertices(self, texture: moderngl.Texture, vertices: NDArray[np.float32]) -> None:
        """Fill the vertices' texture with their numbers."""
        texels = np.zeros((texture.height * VERTICES_ACROSS, 12), np.float32)
        texels[: len(self.positions_m), :_VERTEX_FLOATS] = vertices.reshape(-1, _VERTEX_FLOATS)
        texture.write(texels.tobytes())

    @cached_property
    def _sorted_indices(self) -> moderngl.Buffer:
        return self._context.gl.buffer(reserve=self.triangles.nbytes, dynamic=True)

    def _bindings(self, program: moderngl.Program) -> list[tuple[object, ...]]:
        """Return the buffers that a program reads, with their layouts and the names of its inputs."""
        used = [name for name in _LAYOUT[1:] if isinstance(program.get(name, None), moderngl.Attribute)]
        sizes = dict(zip(_LAYOUT[1:], _LAYOUT[0].split(), strict=True))
        skipped = {name: f"{4 * int(size[0])}x" for name, size in sizes.items()}
        layout = " ".join(sizes[name] if name in used else skipped[name] for name in _LAYOUT[1:])
        return [(self._vertices, layout, *used)]

    def release(self) -> None:
        """Free the buffers."""
        for arrays in (self._arrays, self._sorted_arrays):
            for array in arrays.values():
                array.release()
            arrays.clear()
        for name in ("_sorted_indices", "vertex_texture"):
            if name in self.__dict__:
                self.__dict__.pop(name).release()
        for buffer in (self._vertices, self._indices):
            buffer.release()


class GpuModel:
    """A model's levels and materials.

    Args:
        context: where they are.
        model: what is uploaded.
        materials: of the model, if they are there already.

    Attributes:
        source: the model, if it has a skeleton.
        is_rigid: whether it has the same shape in every pose.
    """

    is_rigid = True

    def __init__(self, context: GlContext, model: Model, materials: MaterialSet | None = None) -> None:
        self.materials = materials or MaterialSet(context, model.materials)
        self.source = None if model.skin is None else model
        self._context, self._errors_m = context, model.lod_errors_m
        solid = [[part for part in level if len(part.triangles)] for level in model.lods]
        self._levels = [level for level in solid if level]
        self._uploaded: dict[int, GpuLevel] = {}
        self._held_bytes = sum(_bytes_of(part) for level in self._levels for part in level)
        self.radius_m = float(np.linalg.norm(model.size_m)) / 2
        self.half_size_m: FloatArray = np.asarray(model.size_m, dtype=float) / 2

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self._levels

    @property
    def is_see_through(self) -> bool:
        """Whether one of its materials shows what lies behind."""
        return any(key.see_through for key in self.materials.keys)

    @property
    def shines(self) -> bool:
        """Whether one of its materials has an emissive map."""
        return any(key.shines for key in self.materials.keys)

    @property
    def byte_count(self) -> int:
        """Bytes of the maps, of all levels and again of those that were drawn so far."""
        uploaded = sum(level.byte_count for level in self._uploaded.values())
        return self.materials.byte_count + self._held_bytes + uploaded

    def submeshes(self, index: int) -> list[Submesh]:
        """Return what a level is made of."""
        return self._levels[index]

    def level_for(self, px_per_m: float) -> GpuLevel:
        """Return the coarsest level whose error cannot be seen.

        Args:
            px_per_m: the most pixels that a metre of the model covers in the image; infinite if without bound.
        """
        chosen = 0
        for index, error_m in enumerate(self._errors_m[: len(self._levels)]):
            if error_m == 0 or error_m * px_per_m <= _MOST_ERROR_PX:
                chosen = index
        return self.level(chosen)

    def level(self, index: int) -> GpuLevel:
        """Return a level, uploading it if it is not there; 0 is the finest."""
        if index not in self._uploaded:
            self._uploaded[index] = GpuLevel(self._context, self._levels[index], self.materials)
        return self._uploaded[index]

    @cached_property
    def rough_triangles(self) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Triangles (m, 3) of `caster`, closed and others, that are left when near vertices are taken for one."""
        level = self.caster
        return clustered(level.positions_m, level.triangles[: level.opaque_triangles], level.closed_triangles)

    @cached_property
    def flat_faces_m(self) -> FloatArray:
        """Large flat faces (f, 4, 3) of what casts sharp shadows and soft ones; none of models of many triangles."""
        level = self.caster
        solid = level.triangles[: level.opaque_triangles]
        if not self.is_rigid or len(solid) > ROUGH_ENOUGH:
            return np.zeros((0, 4, 3))
        return flat_faces(level.positions_m[solid].astype(float))

    @cached_property
    def upper_side(self) -> UpperSide | None:
        """The plane of all that faces up; None where nothing does."""
        level = self.caster
        return upper_side(level.positions_m, level.triangles)

    @property
    def caster(self) -> GpuLevel:
        """The level that casts shadows."""
        return self.level(self._caster_index)

    @property
    def caster_submeshes(self) -> list[Submesh]:
        """What of that level is neither see-through nor cut out."""
        keys = self.materials.keys
        return [part for part in self._levels[self._caster_index] if not keys[part.material].masked]

    @cached_property
    def _caster_index(self) -> int:
        counts = [sum(len(part.triangles) for part in level) for level in self._levels]
        rough = (index for index, count in enumerate(counts) if count <= _CASTER_TRIANGLES)
        chosen, most_m = next(rough, len(counts) - 1), _CASTER_ERROR * 2 * float(self.half_size_m.max())
        while chosen and self._errors_m[chosen] > most_m and counts[chosen - 1] <= _MOST_CASTER_TRIANGLES:
            chosen -= 1
        return chosen

    def release(self) -> None:
        """Free buffers and textures."""
        for level in self._uploaded.values():
            level.release()
        self.materials.release()


class ModelCache:
    """Models by content, the least recently used dropped when they exceed a byte budget."""

    def __init__(self, context: GlContext, budget_bytes: int = 26 * 2**20) -> None:
        self.context = context
        self._budget = budget_bytes
        self._models: OrderedDict[tuple[object, ...], GpuModel] = OrderedDict()

    def get(self, info: AssetInfo, load: Callable[[], Model], dress: tuple[object, ...] = ()) -> GpuModel:
        """Return the model of an asset; where it is not there, it is loaded and uploaded.

        Args:
            info: of the asset.
            load: returns its model.
            dress: what tells it from the same asset otherwise dressed.
        """
        key = (info.asset_id, info.params, info.content_hash, *dress)
        if key not in self._models:
            self._models[key] = GpuModel(self.context, load())
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


def _bytes_of(part: Submesh) -> int:
    return part.positions_m.nbytes + part.normals.nbytes + part.uvs.nbytes + part.triangles.nbytes


def interleaved(part: Submesh) -> NDArray[np.float32]:
    """Return vertices as the graphics card has them: place, normal, texture coordinates, material."""
    vertices = np.empty((len(part.positions_m), _VERTEX_FLOATS), np.float32)
    vertices[:, 0:3], vertices[:, 3:6], vertices[:, 6:8] = part.positions_m, part.normals, part.uvs
    vertices[:, 8] = part.material
    return vertices


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """Triangles of one submesh that are drawn in one way."""

    key: MaterialKey
    closed: bool
    triangles: NDArray[np.uint32]

    @property
    def order(self) -> tuple[bool, bool, bool, bool, bool, tuple[int, int, int], bool, int]:
        """What pieces are sorted by: opaque first, equal draws beside each other."""
        key = self.key
        more = (key.tinted, key.emissive)
        return (key.see_through, not key.blocks, key.masked, key.culled, not self.closed, key.maps, *more)


def _pieces(submeshes: Sequence[Submesh], materials: MaterialSet) -> list[_Piece]:
    found: list[_Piece] = []
    start = 0
    for part in submeshes:
        key, triangles = materials.keys[part.material], part.triangles.astype(np.uint32) + np.uint32(start)
        # Where a material drops backs anyway, one draw does for all.
        closed = 0 if key.masked or key.culled else part.closed_count
        halves = ((True, triangles[:closed]), (False, triangles[closed:]))
        found += [_Piece(key, is_closed, half) for is_closed, half in halves if len(half)]
        start += len(part.positions_m)
    return found


def _batches(pieces: Sequence[_Piece]) -> tuple[Batch, ...]:
    batches: list[Batch] = []
    first = 0
    for piece in pieces:
        count = piece.triangles.size
        if batches and (batches[-1].key, batches[-1].closed) == (piece.key, piece.closed):
            batches[-1] = replace(batches[-1], count=batches[-1].count + count)
        else:
            batches.append(Batch(piece.key, piece.closed, first, count))
        first += count
    return tuple(batches)


def _outline_batches(batches: Sequence[Batch]) -> tuple[Batch, ...]:
    merged: list[Batch] = []
    for batch in batches:
        last = merged[-1] if merged else batch
        alike = (last.key.culled, last.closed) == (batch.key.culled, batch.closed)
        if merged and alike and not batch.key.masked:
            merged[-1] = replace(last, count=last.count + batch.count)
        else:
            merged.append(batch)
    return tuple(merged)
