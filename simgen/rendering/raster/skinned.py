"""Models with a skeleton on the graphics card: each body has vertices of its own, moved for every pose.

They are moved on the CPU, by the one formula of `simgen.skinning`, once for each pose: labels, outlines and shadows
then draw the same vertices, and the path tracer's are the same too.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import moderngl
import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray
from simgen.records.asset import Model, Skin, Submesh
from simgen.records.frame import View
from simgen.rendering.raster.caster_shapes import clustered
from simgen.rendering.raster.context import GlContext
from simgen.rendering.raster.materials import MaterialSet
from simgen.rendering.raster.meshes import GpuLevel, GpuModel, interleaved
from simgen.skinning import deformed, deformed_with_normals, gait_of, skinning_matrices

_POINTS = ("in_rest", "in_previous", "in_next")


class SkinnedLevel(GpuLevel):
    """The vertices of one body in the pose it was given last.

    Attributes:
        positions_m: (n, 3) float32, of that pose.
    """

    def __init__(
        self,
        context: GlContext,
        submeshes: Sequence[Submesh],
        materials: MaterialSet,
        skin: Skin,
        scale: float,
    ) -> None:
        super().__init__(context, submeshes, materials)
        self._skin, self._scale = skin, scale
        self._rest = np.concatenate([interleaved(part) for part in submeshes])
        self._joints = np.concatenate([part.joints for part in submeshes if part.joints is not None])
        self._weights = np.concatenate([part.weights for part in submeshes if part.weights is not None])
        self._points: moderngl.Buffer | None = None
        self._posed: FloatArray | None = None

    def pose(self, gait: FloatArray | None) -> None:
        """Move the vertices to a pose; `gait` is a row of `View.gait`, None as there."""
        wanted = np.full(2, np.nan) if gait is None else np.array(gait, dtype=float)
        if self._posed is not None and np.array_equal(self._posed, wanted, equal_nan=True):
            return
        self._posed = wanted
        matrices = skinning_matrices(self._skin, gait, self._scale)
        rows = self._rest.copy()
        rows[:, :3], rows[:, 3:6] = deformed_with_normals(
            self._rest[:, :3], self._rest[:, 3:6], self._joints, self._weights, matrices
        )
        self.positions_m = np.ascontiguousarray(rows[:, :3])
        for of_pose in ("longest_edge_m", "triangle_bounds"):
            self.__dict__.pop(of_pose, None)
        self._vertices.write(rows.tobytes())
        if "vertex_texture" in self.__dict__:
            self.write_vertices(self.vertex_texture, rows)

    def set_points(self, previous: FloatArray | None, following: FloatArray | None) -> None:
        """Set what `skin.vert` takes besides: vertices in the rest pose and in two others.

        Args:
            previous: gait (2,) of one of these poses; None: nobody asks for it.
            following: of the other.
        """
        points = np.zeros((len(self._rest), 9), np.float32)
        points[:, :3] = self._rest[:, :3]
        for first, gait in ((3, previous), (6, following)):
            if gait is None:
                continue
            matrices = skinning_matrices(self._skin, gait, self._scale)
            points[:, first : first + 3] = deformed(self._rest[:, :3], self._joints, self._weights, matrices)
        self._point_buffer.write(points.tobytes())

    @property
    def _point_buffer(self) -> moderngl.Buffer:
        if self._points is None:
            self._points = self._context.gl.buffer(reserve=9 * 4 * len(self._rest), dynamic=True)
        return self._points

    def _bindings(self, program: moderngl.Program) -> list[tuple[object, ...]]:
        own = super()._bindings(program)
        if not isinstance(program.get(_POINTS[0], None), moderngl.Attribute):
            return own
        return [*own, (self._point_buffer, "3f 3f 3f", *_POINTS)]

    def release(self) -> None:
        """Free the buffers."""
        super().release()
        if self._points is not None:
            self._points.release()
            self._points = None


class SkinnedModel(GpuModel):
    """The model of one body with a skeleton: it has one level, and shares materials with all bodies of its asset."""

    is_rigid = False

    def __init__(self, context: GlContext, model: Model, skin: Skin, shared: GpuModel, scale: float) -> None:
        super().__init__(context, model, shared.materials)
        self.level_posed = SkinnedLevel(context, self.submeshes(0), self.materials, skin, scale)

    def level_for(self, px_per_m: float) -> GpuLevel:
        """Return the only level."""
        return self.level_posed

    def level(self, index: int) -> GpuLevel:
        """Return the only level."""
        return self.level_posed

    @property
    def caster(self) -> GpuLevel:
        """The level that casts shadows."""
        return self.level_posed

    @cached_property
    def rough_triangles(self) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Triangles (m, 3) that cast soft shadows, closed and others; which they are is decided in the rest pose."""
        level = self.level_posed
        rest = np.concatenate([part.positions_m for part in self.submeshes(0)])
        return clustered(rest, level.triangles[: level.opaque_triangles], level.closed_triangles)

    def release(self) -> None:
        """Free what is its own; the materials stay with the model that it shares them with."""
        self.level_posed.release()


def pose_models(models: Sequence[tuple[int, SkinnedModel]], view: View) -> None:
    """Bring models, each with its instance id, to the pose of a view."""
    for instance_id, model in models:
        model.level_posed.pose(gait_of(view.gait, instance_id))
