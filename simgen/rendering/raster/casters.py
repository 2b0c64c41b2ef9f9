"""All that casts shadows in one state of a scene, in one buffer, in world space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import moderngl
import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray
from simgen.rendering.raster.context import GlContext, set_uniforms
from simgen.rendering.raster.drawables import Drawable

Range = tuple[int, int]  # first index, and number of indices


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
    def of(parts: Sequence[Part], most_between: int = 0) -> Runs:
        """Return the runs of objects; see `joined`."""
        closed, others = [part.closed for part in parts], [part.open for part in parts]
        return Runs(joined(closed, most_between), joined(others, most_between))


class Casters:
    """The triangles that block light.

    Glass lets light through. A cut-out is a solid sheet here; leaves would darken all around them if it blocked soft
    light.

    Attributes:
        sharp: of each object by instance id: what blocks suns.
        solid: the same without glass: what blocks lamps, which shine out of glass of their own.
        soft: what blocks soft light; supports come first, things last.
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

    def upload(
        self, drawables: Sequence[Drawable], soft_blockers: Sequence[Drawable], T_world_objects: FloatArray
    ) -> None:
        """Put the objects where they stand."""
        vertices: list[NDArray[np.float32]] = []
        sharp, supports, things = _Triangles(), _Triangles(), _Triangles()
        glass: dict[int, int] = {}
        start = 0
        for drawable in drawables:
            level, body = drawable.model.caster, drawable.body
            T = T_world_objects[body.instance_id - 1]
            vertices.append((level.positions_m @ (T[:3, :3].T * body.scale) + T[:3, 3]).astype(np.float32))
            closed, blocking = level.closed_triangles, level.blocking_triangles
            sharp.add(body.instance_id, start, level.triangles[:closed], level.triangles[closed:blocking])
            glass[body.instance_id] = 3 * (blocking - level.solid_triangles)
            if drawable in soft_blockers:
                rough = things if body.is_thing else supports
                rough.add(body.instance_id, start, *drawable.model.rough_triangles)
            start += len(level.positions_m)
        indices: list[NDArray[np.uint32]] = []
        self.sharp = sharp.placed(indices)
        self.solid = {i: _without(part, glass[i]) for i, part in self.sharp.items()}
        self.soft = supports.joined(things).placed(indices)
        self._release_array()
        if vertices:
            self._fill(np.concatenate(vertices), np.concatenate(indices))

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
        for first, count in runs.closed:
            self._array.render(moderngl.TRIANGLES, vertices=count, first=first)
        self._gl.disable(moderngl.CULL_FACE)
        for first, count in runs.open:
            self._array.render(moderngl.TRIANGLES, vertices=count, first=first)

    def _fill(self, vertices: NDArray[np.float32], indices: NDArray[np.uint32]) -> None:
        """Write the buffers, growing them where they are too small."""
        for name, data in (("_vertices", vertices), ("_indices", indices)):
            buffer: moderngl.Buffer = getattr(self, name)
            if buffer.size < data.nbytes:
                buffer.release()
                buffer = self._gl.buffer(reserve=data.nbytes * 3 // 2, dynamic=True)
                setattr(self, name, buffer)
            buffer.write(data.tobytes())
        self._array = self._gl.vertex_array(
            self._program, [(self._vertices, "3f", "in_position")], self._indices
        )

    def _release_array(self) -> None:
        if self._array is not None:
            self._array.release()
            self._array = None


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


def joined(ranges: Sequence[Range], most_between: int = 0) -> list[Range]:
    """Join ranges of indices that follow each other, or have no more than so many between them; empty ones go."""
    found: list[Range] = []
    for first, count in ranges:
        if count == 0:
            continue
        if found and 0 <= first - sum(found[-1]) <= most_between:
            found[-1] = (found[-1][0], first + count - found[-1][0])
        else:
            found.append((first, count))
    return found
