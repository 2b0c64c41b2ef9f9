"""The last pass: copies the radiance and smooths the staircase along edges."""

from __future__ import annotations

import moderngl

from simgen.rendering.raster.context import GlContext, set_uniforms
from simgen.rendering.raster.targets import Targets


class AntialiasPass:
    """Fills the target that is read back."""

    def __init__(self, context: GlContext) -> None:
        self._context = context
        self._edges = context.program("fullscreen.vert", "edges.frag")
        self._smooth = context.program("fullscreen.vert", "antialias.frag")

    def draw(self, targets: Targets, white: float) -> None:
        """Copy the radiance, mark edges in the depth buffer, and draw the marked pixels again, smoothed.

        Args:
            targets: with radiance and outline drawn.
            white: luminance that is shown as half of the brightest.
        """
        gl, (width, height) = self._context.gl, targets.size_px
        gl.copy_framebuffer(targets.smoothed, targets.unsmoothed)
        targets.radiance.use(0)
        targets.outline.use(1)
        inner = (targets.width - 1.5, targets.height - 1.5)
        texel = (1 / width, 1 / height)
        set_uniforms(self._edges, outline=1, texel=texel, inner=inner)
        lowest = targets.height - 0.5
        set_uniforms(self._smooth, radiance=0, outline=1, texel=texel, lowest=lowest, white=white)
        gl.enable(moderngl.DEPTH_TEST)
        for program, target, test in (
            (self._edges, targets.marks, "1"),
            (self._smooth, targets.smoothed, ">"),
        ):
            self._context.draw_into(target)
            target.viewport = (0, 0, targets.width, targets.height)
            gl.depth_func = test
            self._context.fill(program)
        gl.depth_func = "<"
        gl.disable(moderngl.DEPTH_TEST)
