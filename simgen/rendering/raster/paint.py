"""Lines painted on floors and roads, as wide as a few pixels or less: how much of each pixel they cover.

Labels are sampled at pixel centres, so that a far line of less than a pixel is there in some of them and not in others.
For light the line is drawn sixteen times more, each time a part of a pixel beside, and every pixel of the plane that it
lies in gets as much of its colour as it covers. Labels stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import moderngl
import numpy as np

from simgen.camera import Intrinsics
from simgen.records.frame import View
from simgen.rendering.raster.context import GlContext, set_uniforms
from simgen.rendering.raster.drawables import MAP_UNITS, DrawItem, bind_maps, surface_uniforms
from simgen.rendering.raster.lens_table import needs_rays
from simgen.rendering.raster.materials import MaterialKey
from simgen.rendering.raster.rays import drop_backs, ray_defines, ray_uniforms
from simgen.rendering.raster.targets import Targets, projection
from simgen.rendering.raster.textures import mean_rgb

_MOST_WIDE_M = 0.3  # of lines: assumed; wider ones are dotted only where air hides them
_LEAST_LEVEL = 0.4  # of the surface of what is painted that faces up; of a sheet of some thickness it is half
# Sixteenths of a pixel from its centre, hardly two in a row or a column: the pattern for 16 samples of Direct3D 11, its
# first place moved to the centre, so that no pixel that shows a line is taken for one without.
_PLACES = (
    (0, 0), (-1, -3), (-3, 2), (4, -1), (-5, -2), (2, 5), (5, 3), (3, -5),
    (-2, 6), (0, -7), (-4, -6), (-6, 4), (-8, 0), (7, -4), (6, 7), (-7, -8),
)  # fmt: skip
_LABELS, _SURFACE, _SUMS, _COLORS = 4, 5, 6, 7  # texture units


def is_paint(item: DrawItem) -> bool:
    """Return whether an object is lines on a floor: level strips that are nothing by themselves."""
    body, model = item.drawable.body, item.drawable.model
    if body.is_thing or not model.is_rigid or model.is_see_through:
        return False
    side = model.upper_side
    return side is not None and side.share > _LEAST_LEVEL and side.width_m * body.scale < _MOST_WIDE_M


class PaintPass:
    """Mixes the colours of lines and of what they are on, at their edges and where they are thinner than a pixel."""

    def __init__(self, context: GlContext) -> None:
        self._context = context

    def draw(self, targets: Targets, view: View, items: Sequence[DrawItem]) -> None:
        """Change the colours in the label targets that light passes shade; a lens with rays of its own is left out."""
        painted = [item for item in items if is_paint(item)]
        camera = view.intrinsics
        if not painted or needs_rays(camera):
            return
        rows = _rows(camera, painted)
        if rows[0] >= rows[1]:
            return
        gl = self._context.gl
        gl.disable(moderngl.DEPTH_TEST | moderngl.CULL_FACE | moderngl.BLEND)
        self._add_up(targets, view, painted, rows)
        self._mix(targets, rows)

    def _add_up(
        self, targets: Targets, view: View, painted: Sequence[DrawItem], rows: tuple[int, int]
    ) -> None:
        """Add up what lines cover of each pixel, and their colour."""
        gl, sums = self._context.gl, targets.paint
        _within(sums, targets, rows)
        self._context.draw_into(sums)
        sums.clear(depth=1.0, viewport=sums.scissor)
        sums.viewport = (0, 0, targets.width, targets.height)
        targets.labels.normal_depth.use(_LABELS)
        targets.labels.surface.use(_SURFACE)
        gl.enable(moderngl.BLEND | moderngl.DEPTH_TEST)  # their depth marks the pixels that they touch
        gl.depth_func = "1"
        gl.blend_func = (moderngl.ONE, moderngl.ONE)
        gl.front_face = "cw"
        texel = (1 / targets.size_px[0], 1 / targets.size_px[1])
        for item in painted:
            self._draw_item(view, item, texel)
        gl.disable(moderngl.BLEND | moderngl.CULL_FACE | moderngl.DEPTH_TEST)

    def _draw_item(self, view: View, item: DrawItem, texel: tuple[float, float]) -> None:
        """Draw an object in all places at once."""
        camera = view.intrinsics
        side = item.drawable.model.upper_side
        assert side is not None  # noqa: S101 - `is_paint` has asked
        defines = (f"PLACES {len(_PLACES)}", *ray_defines(camera))
        program = self._context.program("geometry.vert", "paint.frag", defines)
        set_uniforms(
            program, normal_depth=_LABELS, surface=_SURFACE, first_finish=0.0, weight=1 / len(_PLACES), texel=texel,
            instance_id=float(item.instance_id), up=tuple(map(float, item.T_camera_object[:3, :3] @ side.normal)),
            projections=_projections(camera),
            **MAP_UNITS, **ray_uniforms(camera), **surface_uniforms(item.drawable.body.material),
        )  # fmt: skip
        item.set_place(program)
        for batch in item.level.batches:
            set_uniforms(program, map_color=_map_color(item, batch.key))
            bind_maps(item, batch.key)
            drop_backs(self._context.gl, program, camera, item.culls(batch))
            item.level.draw(program, batch.first, batch.count, len(_PLACES))

    def _mix(self, targets: Targets, rows: tuple[int, int]) -> None:
        """Mix colours apart from the labels that they are read from, then write them there; only where lines are."""
        gl, mixed, surface = self._context.gl, targets.paint_mixed, targets.repainted
        mix = self._context.program("fullscreen.vert", "repaint.frag")
        write = self._context.program("fullscreen.vert", "repainted.frag")
        texel = (1 / targets.size_px[0], 1 / targets.size_px[1])
        targets.paint_sums.use(_SUMS)
        set_uniforms(mix, normal_depth=_LABELS, surface=_SURFACE, sums=_SUMS, texel=texel)
        set_uniforms(write, colors=_COLORS, texel=texel)
        gl.enable(moderngl.DEPTH_TEST)
        gl.depth_func = ">"
        for framebuffer, program in ((mixed, mix), (surface, write)):
            _within(framebuffer, targets, rows)
            self._context.draw_into(framebuffer)
            framebuffer.viewport = (0, 0, *targets.size_px)
            self._context.fill(program)
            targets.paint_colors.use(_COLORS)
        gl.depth_func = "<"
        gl.disable(moderngl.DEPTH_TEST)


@lru_cache(maxsize=8)
def _projections(camera: Intrinsics) -> bytes:
    """Return the clip matrices (16, 4, 4) of cameras that look as much beside as each of `_PLACES` says."""
    beside = [replace(camera, cx=camera.cx + x / 16, cy=camera.cy + y / 16) for x, y in _PLACES]
    return np.array([projection(each).T for each in beside], np.float32).tobytes()


def _map_color(item: DrawItem, key: MaterialKey) -> tuple[float, ...]:
    """Return the mean of the colour map that a batch of an object has, 1 without one."""
    override, index = item.drawable.body.material, key.maps[0]
    if index < 0 or (override is not None and override.base_color_rgb is not None):
        return (1.0, 1.0, 1.0)
    return tuple(map(float, mean_rgb(item.drawable.model.materials.textures[index])))


def _within(framebuffer: moderngl.Framebuffer, targets: Targets, rows: tuple[int, int]) -> None:
    framebuffer.scissor = (0, rows[0], targets.width, rows[1] - rows[0])


def _rows(camera: Intrinsics, items: Sequence[DrawItem]) -> tuple[int, int]:
    """Return the first row that lines may touch, and the first below all of them."""
    found = [rows for item in items for rows in _rows_of(camera, item)]
    if not found:
        return 0, 0
    first, last = min(low for low, _ in found), max(high for _, high in found)
    return max(int(np.floor(first)) - 1, 0), min(int(np.ceil(last)) + 2, camera.height)


def _rows_of(camera: Intrinsics, item: DrawItem) -> list[tuple[float, float]]:
    """Return the least and greatest row of an item before the near plane; nothing where nothing of it is."""
    points, near = item.vertices_camera(), camera.near_m
    starts, ends = (
        points[item.level.triangles[:, corners]].reshape(-1, 3) for corners in ((0, 1, 2), (1, 2, 0))
    )
    cut = (starts[:, 2] > near) != (ends[:, 2] > near)
    along = (near - starts[cut, 2]) / (ends[cut, 2] - starts[cut, 2])
    crossings = starts[cut] + (ends[cut] - starts[cut]) * along[:, None]
    seen = np.concatenate([points[points[:, 2] > near], crossings])
    if not len(seen):
        return []
    v = camera.project(seen)[:, 1]
    return [(float(v.min()), float(v.max()))]
