"""The geometry pass through a lens, in two steps: which triangle each pixel shows, then what it is like there.

Pixels that a triangle may cover are more than it does, and those that something hides are as many again: by depths of
their own, which rays give, no graphics card can tell before it has shaded them. So the first step finds the nearest
triangle of each pixel and nothing else, and the second makes the labels of that one, once (Burns and Hunt, "The
visibility buffer", JCGT 2013).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import moderngl
import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.geometry import Vec3, vec3
from simgen.rendering.raster.context import GlContext, set_uniforms
from simgen.rendering.raster.drawables import MAP_UNITS, DrawItem, bind_maps, surface_uniforms
from simgen.rendering.raster.lens_bounds import bounds_of
from simgen.rendering.raster.meshes import Batch
from simgen.rendering.raster.rays import draw_batch, drop_backs, ray_defines, ray_uniforms
from simgen.rendering.raster.targets import Targets

_ORDER_ACROSS = 2048  # as in the shaders
_UNITS = {"lens_seen": 10, "lens_order": 11, "lens_vertices": 12}


@dataclass(frozen=True, slots=True)
class _Draw:
    """A batch of an item, and the numbers of its triangles in the view."""

    item: DrawItem
    batch: Batch
    first: int


class LensGeometry:
    """Draws the labels of what is not see-through."""

    def __init__(self, context: GlContext) -> None:
        self._context = context
        self._order: moderngl.Texture | None = None
        self._arrays: dict[moderngl.Program, moderngl.VertexArray] = {}

    def draw(
        self,
        targets: Targets,
        camera: Intrinsics,
        items: Sequence[DrawItem],
        defines: tuple[str, ...],
        constant: dict[str, object],
        backs_of_mirror: bool,
    ) -> None:
        """Fill the label targets, and the labels' depth, which is cleared.

        Args:
            defines: what the shaders are compiled with, whatever the surface; without those of rays.
            constant: uniforms that tell of the view.
            backs_of_mirror: whether the view is a mirrored one.
        """
        draws = self._number(camera, items)
        gl, lens = self._context.gl, (*defines, *ray_defines(camera))
        self._context.draw_into(targets.seen)
        targets.seen.viewport = (0, 0, targets.width, targets.height)
        targets.seen.clear(depth=1.0)
        self._draw_seen(camera, draws, tuple(d for d in lens if d != "EXTRA"), constant, backs_of_mirror)
        targets.seen_texture.use(_UNITS["lens_seen"])
        self._mark(targets)
        resolved = targets.resolved_and_extra if "EXTRA" in defines else targets.resolved
        self._context.draw_into(resolved)
        resolved.viewport = (0, 0, targets.width, targets.height)
        resolved.depth_mask = False
        gl.depth_func = "=="
        self._resolve(camera, draws, lens, constant)
        gl.depth_func = "<"
        gl.disable(moderngl.DEPTH_TEST)

    def _number(self, camera: Intrinsics, items: Sequence[DrawItem]) -> list[_Draw]:
        """Return what is to be drawn, and tell the shaders the corners of every triangle and which draw it is of."""
        draws: list[_Draw] = []
        corners: list[NDArray[np.uint32]] = []
        count = 1
        for item in items:
            order = item.sorted_triangles(camera)
            for batch in item.level.batches:
                runs = () if batch.key.see_through else tuple(order.runs(batch.first, batch.count))
                if not runs:
                    continue
                draws.append(_Draw(item, batch, count))
                for run in runs:
                    rows = np.full((run.count // 3, 4), len(draws), np.uint32)
                    rows[:, :3] = order.indices[run.first // 3 : (run.first + run.count) // 3]
                    corners.append(rows)
                    count += len(rows)
        height = -(-count // _ORDER_ACROSS)
        if self._order is None or self._order.height < height:
            if self._order is not None:
                self._order.release()
            self._order = self._context.gl.texture((_ORDER_ACROSS, height), 4, dtype="u4")
            self._order.filter = (moderngl.NEAREST, moderngl.NEAREST)
        texels = np.zeros((height * _ORDER_ACROSS, 4), np.uint32)
        if corners:
            texels[: count - 1] = np.concatenate(corners)
        self._order.write(texels.tobytes(), (0, 0, _ORDER_ACROSS, height))
        self._order.use(_UNITS["lens_order"])
        return draws

    def _draw_seen(
        self,
        camera: Intrinsics,
        draws: Sequence[_Draw],
        defines: tuple[str, ...],
        constant: dict[str, object],
        mirrored: bool,
    ) -> None:
        ready: set[moderngl.Program] = set()
        for draw in draws:
            item, batch = draw.item, draw.batch
            program = self._context.program(
                "silhouette.vert", "seen.frag", (*batch.key.outline_defines, *defines, "NUMBERED")
            )
            if program not in ready:
                set_uniforms(program, window=(1.0, 1.0, 0.0, 0.0), **constant, **MAP_UNITS)
                ready.add(program)
            item.set_place(program)
            if batch.key.masked:
                bind_maps(item, batch.key)
            drop_backs(self._context.gl, program, camera, item.culls(batch), mirrored)
            draw_batch(program, camera, item, batch, draw.first)

    def _mark(self, targets: Targets) -> None:
        gl = self._context.gl
        self._context.draw_into(targets.marks)
        targets.marks.viewport = (0, 0, targets.width, targets.height)
        gl.depth_func = "1"
        marks = self._context.program("fullscreen.vert", "draws.frag")
        set_uniforms(marks, lens_seen=_UNITS["lens_seen"], lens_order=_UNITS["lens_order"])
        self._context.fill(marks)

    def _resolve(
        self,
        camera: Intrinsics,
        draws: Sequence[_Draw],
        defines: tuple[str, ...],
        constant: dict[str, object],
    ) -> None:
        boxes: dict[int, tuple[float, float, float, float] | None] = {}
        for number, draw in enumerate(draws, 1):
            item, batch = draw.item, draw.batch
            if id(item) not in boxes:
                boxes[id(item)] = _patch_of(camera, item)
            box = boxes[id(item)]
            if box is None:
                continue
            program = self._context.program(
                "geometry.vert", "geometry.frag", (*batch.key.defines, *defines, "RESOLVED")
            )
            item.set_place(program)
            surface = surface_uniforms(item.drawable.body.material)
            set_uniforms(
                program,
                patch_box=box,
                eye_object=_eye_of(item),
                draw=float(number),
                instance_id=float(item.instance_id),
                first_finish=float(item.drawable.first_finish),
                **surface, **_UNITS, **MAP_UNITS, **(ray_uniforms(camera) | constant),
            )  # fmt: skip
            bind_maps(item, batch.key)
            item.level.vertex_texture.use(_UNITS["lens_vertices"])
            if program not in self._arrays:
                self._arrays[program] = self._context.gl.vertex_array(program, [])
            self._arrays[program].render(moderngl.TRIANGLE_STRIP, vertices=4)


def _eye_of(item: DrawItem) -> Vec3:
    """Return the camera's place in an object's frame, metres."""
    T = item.T_camera_object
    return vec3(-T[:3, :3].T @ T[:3, 3])


def _patch_of(camera: Intrinsics, item: DrawItem) -> tuple[float, float, float, float] | None:
    """Return clip x, y of two corners of a rectangle around all that is shown of an item; None where nothing is."""
    corners = item.corners_camera()
    x0, y0, x1, y1 = bounds_of(camera, corners, 2 * item.drawable.radius_m)
    if item.is_cut:
        x0, y0, x1, y1 = 0.0, 0.0, float(camera.width), float(camera.height)
    x0, y0 = max(np.floor(x0), 0.0), max(np.floor(y0), 0.0)
    x1, y1 = min(np.ceil(x1) + 1, camera.width), min(np.ceil(y1) + 1, camera.height)
    if x0 >= x1 or y0 >= y1:
        return None
    return (
        float(2 * x0 / camera.width - 1),
        float(2 * y0 / camera.height - 1),
        float(2 * x1 / camera.width - 1),
        float(2 * y1 / camera.height - 1),
    )
