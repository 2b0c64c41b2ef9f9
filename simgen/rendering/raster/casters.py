"""All that casts shadows in one state of a scene, in one buffer, in world space."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import moderngl
import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray
from simgen.rendering.raster.context import GlContext, set_uniforms
from simgen.rendering.raster.drawables import Drawable
from simgen.rendering.raster.meshes import GpuLevel

Range = tuple[int, int]  # first index, and number of indices
_VERTEX_BYTES = 12


@dataclass(frozen=True, slots=True)
class Part:
    """The indices of one object.

    Attributes:
        closed: triangles of closed surfaces, whose backs lie behind their fronts.
        open: all others.
    """

    closed: Range
    open: Range


@dataclass(frozen=True, slots=True)
class Runs:
    """The indices of some objects, in as few draws as they take."""

    closed: Sequence[Range]
    open: Sequence[Range]

    @staticmethod
    def of(parts: Sequence[Part]) -> Runs:
        """Return the runs of objects."""
        return Runs(joined([part.closed for part in parts]), joined([part.open for part in parts]))


class Casters:
    """The triangles that block light.

    Glass lets light through. A cut-out is a solid sheet here; leaves would darken all around them if it blocked soft
    light. From one state to the next only vertices of what moved are written.

    Attributes:
        sharp: of each object by instance id: what blocks suns.
        solid: the same without glass: what blocks lamps, which shine out of glass of their own.
        soft: what blocks soft light; supports come first, things last.
        stamps: (n,) one number for each instance id from 1 on, which changes whenever its triangles do: never the same
            for others, of whatever scene; 0: it is not there.
        at_rest: (n,) which of them stand as they did in the state before.
    """

    def __init__(self, context: GlContext) -> None:
        self._gl = context.gl
        self._program = context.program("caster.vert", "caster.frag")
        self._vertices = self._gl.buffer(reserve=4, dynamic=True)
        self._indices = self._gl.buffer(reserve=4, dynamic=True)
        self._array: moderngl.VertexArray | None = None
        self.sharp: dict[int, Part] = {}
        self.solid: dict[int, Part] = {}
        self.soft: dict[int, Part] = {}
        self.stamps = np.zeros(0, np.int64)
        self.at_rest = np.zeros(0, np.bool_)
        self._next_stamp = itertools.count(1)
        self._shapes: dict[int, _Shape] = {}
        self._laid: list[tuple[int, GpuLevel, bool]] = []
        self._world = np.zeros((0, 3), np.float32)
        self._starts: dict[int, int] = {}

    def upload(
        self, drawables: Sequence[Drawable], soft_blockers: Sequence[Drawable], T_world_objects: FloatArray
    ) -> None:
        """Put the objects where they stand."""
        soft = {drawable.body.instance_id for drawable in soft_blockers}
        laid = [(d.body.instance_id, d.model.caster, d.body.instance_id in soft) for d in drawables]
        is_new = laid != self._laid
        self._laid = []  # if this is interrupted, all is written next time
        if is_new:
            self._lay(laid, drawables)
        moved = self._stamp(drawables, T_world_objects)
        written: list[Range] = []
        for drawable in drawables:
            body, level = drawable.body, drawable.model.caster
            if is_new or body.instance_id in moved:
                T, start = T_world_objects[body.instance_id - 1], self._starts[body.instance_id]
                self._world[start : start + len(level.positions_m)] = (
                    level.positions_m @ (T[:3, :3].T * body.scale) + T[:3, 3]
                )
                written.append((start, len(level.positions_m)))
        for start, size in joined(written):
            self._vertices.write(self._world[start : start + size].tobytes(), offset=start * _VERTEX_BYTES)
        self._laid = laid

    def forget(self) -> None:
        """Let nothing of the scene before pass for this scene's: all gets new stamps."""
        self._shapes.clear()

    def begin(self) -> None:
        """Set what all depth maps are drawn with."""
        self._gl.disable(moderngl.CULL_FACE | moderngl.BLEND)
        self._gl.enable(moderngl.DEPTH_TEST)
        self._gl.front_face = "ccw"

    def draw(self, clip_from_world: FloatArray, runs: Runs, *, culled: bool = True) -> None:
        """Draw some of the indices into the bound framebuffer's viewport.

        Args:
            culled: whether backs of closed surfaces may be left out: nothing is cut off before its front.
        """
        if self._array is None:
            return
        set_uniforms(self._program, tile_from_world=clip_from_world.T.astype("f4").tobytes())
        if culled:
            self._gl.enable(moderngl.CULL_FACE)
        for first, size in runs.closed:
            self._array.render(moderngl.TRIANGLES, vertices=size, first=first)
        self._gl.disable(moderngl.CULL_FACE)
        for first, size in runs.open:
            self._array.render(moderngl.TRIANGLES, vertices=size, first=first)

    def _stamp(self, drawables: Sequence[Drawable], T_world_objects: FloatArray) -> set[int]:
        """Give what is not as it was last time another stamp, and return the ids of that."""
        stamps = np.zeros(len(T_world_objects), np.int64)
        moved: set[int] = set()
        for drawable in drawables:
            i, level = drawable.body.instance_id, drawable.model.caster
            shape, known = (level, level.positions_m, drawable.body.scale), self._shapes.get(i)
            T = T_world_objects[i - 1]
            if known is None or not known.is_same(shape, T):
                known = self._shapes[i] = _Shape(shape, T.copy(), next(self._next_stamp))
                moved.add(i)
            stamps[i - 1] = known.stamp
        self.stamps, self.at_rest = stamps, stamps > 0
        self.at_rest[[i - 1 for i in moved]] = False
        return moved

    def _lay(self, laid: list[tuple[int, GpuLevel, bool]], drawables: Sequence[Drawable]) -> None:
        """Fill the buffer of indices, and make room for the vertices."""
        sharp, supports, things = _Triangles(), _Triangles(), _Triangles()
        glass: dict[int, int] = {}
        self._starts, start = {}, 0
        for (i, level, is_soft), drawable in zip(laid, drawables, strict=True):
            closed, blocking = level.closed_triangles, level.blocking_triangles
            sharp.add(i, start, level.triangles[:closed], level.triangles[closed:blocking])
            glass[i] = 3 * (blocking - level.solid_triangles)
            if is_soft:
                rough = things if drawable.body.is_thing else supports
                rough.add(i, start, *drawable.model.rough_triangles)
            self._starts[i] = start
            start += len(level.positions_m)
        indices: list[NDArray[np.uint32]] = []
        self.sharp = sharp.placed(indices)
        self.solid = {i: _without(part, glass[i]) for i, part in self.sharp.items()}
        self.soft = supports.joined(things).placed(indices)
        self._shapes = {i: shape for i, shape in self._shapes.items() if i in self._starts}
        self._world = np.empty((start, 3), np.float32)
        self._release_array()
        if start:
            self._fill(np.concatenate(indices))

    def _fill(self, indices: NDArray[np.uint32]) -> None:
        """Write the indices, growing both buffers where they are too small."""
        for name, size in (("_vertices", self._world.nbytes), ("_indices", indices.nbytes)):
            buffer: moderngl.Buffer = getattr(self, name)
            if buffer.size < size:
                buffer.release()
                setattr(self, name, self._gl.buffer(reserve=size * 3 // 2, dynamic=True))
        self._indices.write(indices.tobytes())
        self._array = self._gl.vertex_array(
            self._program, [(self._vertices, "3f", "in_position")], self._indices
        )

    def _release_array(self) -> None:
        if self._array is not None:
            self._array.release()
            self._array = None


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """What an object's triangles in the world depend on, and the number that stands for them.

    Attributes:
        of: level, its vertices in the pose of the body, and scale.
        T_world_object: (4, 4).
    """

    of: tuple[GpuLevel, NDArray[np.float32], float]
    T_world_object: FloatArray
    stamp: int

    def is_same(self, of: tuple[GpuLevel, NDArray[np.float32], float], T_world_object: FloatArray) -> bool:
        """Return whether an object of another state has the same triangles."""
        level, vertices, scale = self.of
        is_alike = level is of[0] and vertices is of[1] and scale == of[2]
        return is_alike and np.array_equal(self.T_world_object, T_world_object)


class _Triangles:
    """Triangles of objects, closed surfaces apart from others."""

    def __init__(self) -> None:
        self._ids: list[int] = []
        self._closed: list[NDArray[np.uint32]] = []
        self._open: list[NDArray[np.uint32]] = []

    def add(
        self, instance_id: int, start: int, closed: NDArray[np.uint32], others: NDArray[np.uint32]
    ) -> None:
        """Add those of an object whose vertices begin at `start`."""
        self._ids.append(instance_id)
        self._closed.append(closed + np.uint32(start))
        self._open.append(others + np.uint32(start))

    def joined(self, more: _Triangles) -> _Triangles:
        """Return these, then more."""
        both = _Triangles()
        both._ids, both._closed = self._ids + more._ids, self._closed + more._closed
        both._open = self._open + more._open
        return both

    def placed(self, indices: list[NDArray[np.uint32]]) -> dict[int, Part]:
        """Add all to a buffer's indices and return where each object's are."""
        ranges: list[list[Range]] = []
        first = sum(part.size for part in indices)
        for group in (self._closed, self._open):
            indices += group
            ends = first + np.cumsum([0, *(part.size for part in group)])
            ranges.append([(int(end), part.size) for end, part in zip(ends, group, strict=False)])
            first = int(ends[-1])
        return {i: Part(*both) for i, *both in zip(self._ids, *ranges, strict=True)}


def _without(part: Part, glass: int) -> Part:
    """Return a part less the indices of glass, which come last."""
    return Part(part.closed, (part.open[0], part.open[1] - glass))


def joined(ranges: Sequence[Range]) -> list[Range]:
    """Join ranges of indices that follow each other; empty ones go."""
    found: list[Range] = []
    for first, count in ranges:
        if count == 0:
            continue
        if found and first == sum(found[-1]):
            found[-1] = (found[-1][0], found[-1][1] + count)
        else:
            found.append((first, count))
    return found
