"""Surfaces drawn once more where a picture needs more of them than the geometry pass keeps.

Emissive maps add to the light of lamps; sheets of glass add up what they stop of what lies behind all of them, and what
they cover it with, in any order. Only views that show such surfaces pay.
"""

from __future__ import annotations

from collections.abc import Sequence

import moderngl

from simgen.records.frame import View
from simgen.rendering.raster.context import GlContext, set_uniforms
from simgen.rendering.raster.drawables import MAP_UNITS, DrawItem, bind_maps, surface_uniforms
from simgen.rendering.raster.materials import MaterialKey
from simgen.rendering.raster.meshes import Batch
from simgen.rendering.raster.rays import draw_batch, drop_backs, projection_uniforms, ray_defines
from simgen.rendering.raster.regions import Region
from simgen.rendering.raster.targets import Targets

_EMISSIVE_UNIT, _LABEL_UNIT = 4, 5


class OverlayPass:
    """Draws the surfaces that a picture needs more of."""

    def __init__(self, context: GlContext) -> None:
        self._context = context

    def shine(
        self, light: moderngl.Framebuffer, seen: Targets, view: View, items: Sequence[DrawItem]
    ) -> None:
        """Add the light of emissive maps to a framebuffer, where their surfaces are those that are seen."""
        light.scissor = (0, 0, *seen.size_px)
        self._context.draw_into(light)
        light.viewport = (0, 0, seen.width, seen.height)
        self._draw(seen, view, items, shining=True)

    def glaze(
        self, behind: Targets, regions: Sequence[Region], view: View, items: Sequence[DrawItem]
    ) -> None:
        """Add up all glass before `behind` in rectangles of the image, which hold all of it, in `behind.glass`."""
        glass = behind.glass
        self._context.draw_into(glass)
        for x0, y0, x1, y1 in regions:
            glass.clear(viewport=(x0, y0, x1 - x0, y1 - y0))
        glass.scissor = (0, 0, *behind.size_px)
        glass.viewport = (0, 0, behind.width, behind.height)
        self._draw(behind, view, items, shining=False)

    def _draw(self, seen: Targets, view: View, items: Sequence[DrawItem], shining: bool) -> None:
        gl = self._context.gl
        gl.disable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        gl.enable(moderngl.BLEND)
        gl.blend_func = (moderngl.ONE, moderngl.ONE)
        seen.labels.normal_depth.use(_LABEL_UNIT)
        for item in items:
            for batch in item.level.batches:
                if batch.key.shines if shining else batch.key.see_through:
                    self._draw_batch(view, item, batch, _defines(batch.key, shining))
        gl.disable(moderngl.BLEND | moderngl.CULL_FACE)

    def _draw_batch(self, view: View, item: DrawItem, batch: Batch, defines: tuple[str, ...]) -> None:
        camera = view.intrinsics
        program = self._context.program("geometry.vert", "overlay.frag", (*defines, *ray_defines(camera)))
        set_uniforms(
            program,
            normal_depth=_LABEL_UNIT,
            emissive_map=_EMISSIVE_UNIT,
            first_finish=0.0,
            **MAP_UNITS,
            **projection_uniforms(camera),
            **surface_uniforms(item.drawable.body.material),
        )
        item.set_place(program)
        bind_maps(item, batch.key)
        item.drawable.model.materials.bind_emissive(batch.key, _EMISSIVE_UNIT)
        drop_backs(self._context.gl, program, camera, batch.key.culled)
        draw_batch(program, camera, item, batch)


def _defines(key: MaterialKey, shining: bool) -> tuple[str, ...]:
    if shining:
        return ("MORE", "ONCE", "SHINE")
    return ("MORE", "ONCE", *["BASE_COLOR_MAP"] * ("BASE_COLOR_MAP" in key.defines))
