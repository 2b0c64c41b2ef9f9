"""Framebuffers of one image size, made once and used for every frame of that size.

Rows are stored top first: projections are turned upside down, so that what is read back is the image as it is.
One row more than the image has is kept for the nonce that proves a read-back to be of this frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import moderngl
import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray
from simgen.rendering.raster.context import GlContext
from simgen.rendering.raster.pixel_memory import PixelMemory
from simgen.rendering.raster.regions import Region

Number = TypeVar("Number", np.float16, np.float32, np.uint32)

_UPSIDE_DOWN = np.diag([1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True, slots=True, eq=False)
class LabelTargets:
    """What the geometry pass writes: see `shaders/geometry.frag`."""

    normal_depth: moderngl.Texture
    surface: moderngl.Texture
    depth: moderngl.Renderbuffer
    framebuffer: moderngl.Framebuffer


class Targets:
    """All framebuffers of one image size.

    Args:
        context: where they are.
        width: of the image, pixels.
        height: likewise.
        labels: of another image of the same size that these are to shade; None: their own.
    """

    def __init__(
        self, context: GlContext, width: int, height: int, labels: LabelTargets | None = None
    ) -> None:
        self.context, self._gl = context, context.gl
        self.width, self.height = width, height
        self.size_px = (width, height + 1)
        self.region: Region = (0, 0, width, height)
        self.memory = PixelMemory()
        self._owned: list[moderngl.Texture | moderngl.Renderbuffer | moderngl.Framebuffer] = []
        self.labels = labels or self._labels()
        self.radiance = self.texture(self.size_px, 4, "f2")
        self.outline = self.texture(self.size_px, 1, "u4")
        self.unsmoothed = self.framebuffer([self.radiance])
        # The labels' depth tells surfaces from background; shading never writes it.
        self.shaded = self.framebuffer([self.radiance, self.outline], self.labels.depth)
        self.shaded.depth_mask = False

    @cached_property
    def _marks_depth(self) -> moderngl.Renderbuffer:
        return self._depth()

    @cached_property
    def marks(self) -> moderngl.Framebuffer:
        """Marks, in a depth buffer of their own, the pixels to smooth."""
        return self.framebuffer([], self._marks_depth)

    @cached_property
    def smoothed(self) -> moderngl.Framebuffer:
        """The radiance with smooth edges, over the depth of `marks`."""
        return self.framebuffer([self._smoothed_radiance], self._marks_depth)

    @cached_property
    def _smoothed_radiance(self) -> moderngl.Texture:
        return self.texture(self.size_px, 4, "f2")

    @cached_property
    def over_smoothed(self) -> moderngl.Framebuffer:
        """The radiance with smooth edges, over the labels' depth: for what edges are not smoothed of."""
        return self._over_labels(self._smoothed_radiance)

    @cached_property
    def over_radiance(self) -> moderngl.Framebuffer:
        """The radiance before that, of which no outline is left, over the labels' depth."""
        return self._over_labels(self.radiance)

    def _over_labels(self, radiance: moderngl.Texture) -> moderngl.Framebuffer:
        made = self.framebuffer([radiance], self.labels.depth)
        made.depth_mask = False
        return made

    @cached_property
    def behind(self) -> Targets:
        """Targets of the same labels, shaded before glass is drawn over them; made when a view first shows glass."""
        return Targets(self.context, self.width, self.height, self.labels)

    @cached_property
    def labels_and_extra(self) -> moderngl.Framebuffer:
        """The label targets with two more, made when a view first asks: albedo and part id, object coordinates."""
        return self.framebuffer(self._labels_and_extra, self.labels.depth)

    @cached_property
    def _labels_and_extra(self) -> list[moderngl.Texture]:
        more = [self.texture(self.size_px, 4, "f4") for _ in range(2)]
        return [self.labels.normal_depth, self.labels.surface, *more]

    @cached_property
    def seen_texture(self) -> moderngl.Texture:
        """What `seen` draws into."""
        return self.texture(self.size_px, 1, "f4")

    @cached_property
    def seen(self) -> moderngl.Framebuffer:
        """Numbers of the nearest triangles, over the labels' depth; made when a view first looks through a lens."""
        return self.framebuffer([self.seen_texture], self.labels.depth)

    @cached_property
    def resolved(self) -> moderngl.Framebuffer:
        """The label targets over the depth of `marks`."""
        return self.framebuffer([self.labels.normal_depth, self.labels.surface], self._marks_depth)

    @cached_property
    def resolved_and_extra(self) -> moderngl.Framebuffer:
        """The targets of `labels_and_extra` over the depth of `marks`."""
        return self.framebuffer(self._labels_and_extra, self._marks_depth)

    @cached_property
    def glass_sums(self) -> tuple[moderngl.Texture, moderngl.Texture]:
        """What `glass` draws into."""
        return self.texture(self.size_px, 4, "f2"), self.texture(self.size_px, 4, "f2")

    @cached_property
    def glass(self) -> moderngl.Framebuffer:
        """What sheets of glass stop and cover, added up; made when a view first shows glass."""
        return self.framebuffer(list(self.glass_sums))

    @cached_property
    def paint_sums(self) -> moderngl.Texture:
        """What `paint` draws into."""
        return self.texture(self.size_px, 4, "f2")

    @cached_property
    def paint(self) -> moderngl.Framebuffer:
        """What painted lines cover of each pixel, over the depth of `marks`; made when a view first shows lines."""
        return self.framebuffer([self.paint_sums], self._marks_depth)

    @cached_property
    def paint_colors(self) -> moderngl.Texture:
        """What `paint_mixed` draws into."""
        return self.texture(self.size_px, 1, "u4")

    @cached_property
    def paint_mixed(self) -> moderngl.Framebuffer:
        """Colours of lines mixed with those of what they are on, as the last number of `labels.surface` has them."""
        made = self.framebuffer([self.paint_colors], self._marks_depth)
        made.depth_mask = False
        return made

    @cached_property
    def repainted(self) -> moderngl.Framebuffer:
        """The surface that light passes shade, of which only its colour can be written."""
        made = self.framebuffer([self.labels.surface], self._marks_depth)
        made.color_mask, made.depth_mask = (False, False, False, True), False
        return made

    @cached_property
    def skin(self) -> moderngl.Framebuffer:
        """What the skin pass writes, see `shaders/skin.frag`; made when a view first shows a body with a skeleton."""
        return self.framebuffer([self.texture(self.size_px, 4, "f4") for _ in range(3)], self._depth())

    def texture(
        self, size: tuple[int, int], components: int, dtype: str, internal_format: int | None = None
    ) -> moderngl.Texture:
        """Return a new texture read texel by texel, freed with these targets."""
        texture = self._gl.texture(size, components, dtype=dtype, internal_format=internal_format)
        texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        texture.repeat_x = texture.repeat_y = False
        self._owned.append(texture)
        return texture

    def framebuffer(
        self, colors: list[moderngl.Texture], depth: moderngl.Renderbuffer | None = None
    ) -> moderngl.Framebuffer:
        """Return a new framebuffer, freed with these targets."""
        made = self._gl.framebuffer(colors, depth)
        self._owned.append(made)
        return made

    def build_levels(self) -> None:
        """Fill the coarser levels of the radiance."""
        self.context.build_levels(self.radiance)

    def limit(self, region: Region) -> None:
        """Draw only inside a rectangle of the image from now on, at every resolution."""
        self.region = x0, y0, x1, y1 = region
        for made in self._owned:
            if isinstance(made, moderngl.Framebuffer):
                step = round(self.width / made.width)
                left, top = x0 // step, y0 // step
                made.scissor = (left, top, -(-x1 // step) - left, -(-y1 // step) - top)

    def release(self) -> None:
        """Free everything."""
        self.context.unbind()
        if "behind" in self.__dict__:
            self.behind.release()
        for thing in reversed(self._owned):
            thing.release()
        self._owned.clear()

    def _depth(self) -> moderngl.Renderbuffer:
        depth = self._gl.depth_renderbuffer(self.size_px)
        self._owned.append(depth)
        return depth

    def _labels(self) -> LabelTargets:
        normal_depth = self.texture(self.size_px, 4, "f4")
        surface = self.texture(self.size_px, 4, "u4")
        depth = self._depth()
        drawn = self.framebuffer([normal_depth, surface], depth)
        return LabelTargets(normal_depth, surface, depth, drawn)


def read_rows(
    targets: Targets,
    framebuffer: moderngl.Framebuffer,
    attachment: int,
    dtype: type[Number],
    components: int = 4,
) -> NDArray[Number]:
    """Return the first components of one attachment, nobody else's array, its first row the image's top.

    Returns:
        (height, width, components), with the row of the nonce at the end.
    """
    width, height = targets.size_px
    pixels = targets.memory.empty((height, width, components), dtype)
    code = f"{pixels.dtype.kind}{pixels.dtype.itemsize}"
    where = (0, 0, width, height)
    targets.context.fences.hold()
    framebuffer.read_into(pixels, where, components=components, attachment=attachment, dtype=code)
    return pixels


def projection(camera: Intrinsics) -> FloatArray:
    """Return the clip matrix of a camera, upside down (see the module's docstring)."""
    return _UPSIDE_DOWN @ camera.gl_projection()
