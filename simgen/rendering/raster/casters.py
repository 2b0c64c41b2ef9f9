"""All that casts shadows in one state of a scene, in one buffer, in world space."""

from __future__ import annotations

from collections.abc import Sequence

import moderngl
import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray
from simgen.rendering.raster.context import GlContext, set_uniforms
from simgen.rendering.raster.drawables import Drawable


class Casters:
    """The triangles that block light.

    Glass lets light through. A cut-out is a solid sheet here; leaves would darken all around them if it blocked soft
    light.

    Attributes:
        sharp: first index and number of indices of each object, by instance id: what blocks suns.
        solid: the same without glass: what blocks lamps, which shine out of glass of their own.
        sharp_count: indices of all of them, which come first.
        soft: the same for what blocks soft light; supports come next, things last.
    """

    def __init__(self, context: GlContext) -> None:
        self._gl = context.gl
        self._program = context.program("caster.vert", "caster.frag")
        self._vertices = self._gl.buffer(reserve=4, dynamic=True)
        self._indices = self._gl.buffer(reserve=4, dynamic=True)
        self._array: moderngl.VertexArray | None = None
        self.sharp: dict[int, tuple[int, int]] = {}
        self.solid: dict[int, tuple[int, int]] = {}
        self.soft: dict[int, tuple[int, int]] = {}
        self.sharp_count = 0

    def upload(
        self, drawables: Sequence[Drawable], soft_blockers: Sequence[Drawable], T_world_objects: FloatArray
    ) -> None:
        """Put the objects where they stand, supports first where they block soft light."""
        vertices: list[NDArray[np.float32]] = []
        sharp: list[NDArray[np.uint32]] = []
        soft: tuple[dict[int, NDArray[np.uint32]], dict[int, NDArray[np.uint32]]] = ({}, {})
        self.sharp, self.solid = {}, {}
        start = first = 0
        for drawable in drawables:
            level, body = drawable.model.caster, drawable.body
            T = T_world_objects[body.instance_id - 1]
            vertices.append((level.positions_m @ (T[:3, :3].T * body.scale) + T[:3, 3]).astype(np.float32))
            blocking = level.triangles[: level.blocking_triangles]
            sharp.append(blocking + np.uint32(start))
            self.sharp[body.instance_id] = (first, blocking.size)
            self.solid[body.instance_id] = (first, 3 * level.solid_triangles)
            if drawable in soft_blockers:
                soft[body.is_thing][body.instance_id] = drawable.model.rough_triangles + np.uint32(start)
            start += len(level.positions_m)
            first += blocking.size
        self.sharp_count = first
        rough = soft[0] | soft[1]
        self.soft = {}
        for instance_id, part in rough.items():
            self.soft[instance_id] = (first, part.size)
            first += part.size
        self._release_array()
        if vertices:
            self._fill(np.concatenate(vertices), np.concatenate([*sharp, *rough.values()]))

    def begin(self) -> None:
        """Set what all depth maps are drawn with."""
        self._gl.disable(moderngl.CULL_FACE | moderngl.BLEND)
        self._gl.enable(moderngl.DEPTH_TEST)

    def draw(self, clip_from_world: FloatArray, first: int, count: int) -> None:
        """Draw some of the indices into the bound framebuffer's viewport."""
        if self._array is None or count == 0:
            return
        set_uniforms(self._program, tile_from_world=clip_from_world.T.astype("f4").tobytes())
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


def runs_of_indices(ranges: Sequence[tuple[int, int]], most_between: int = 0) -> list[tuple[int, int]]:
    """Join ranges (first, count) of indices that follow each other, or have no more than so many between them."""
    joined: list[tuple[int, int]] = []
    for first, count in ranges:
        if joined and 0 <= first - sum(joined[-1]) <= most_between:
            joined[-1] = (joined[-1][0], first + count - joined[-1][0])
        else:
            joined.append((first, count))
    return joined
