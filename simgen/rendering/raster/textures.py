"""Textures of models on the graphics card: smaller levels are averaged by us, and equal pixels are there once.

OpenGL can make the levels itself. Software rendering draws nine pictures for that: twice the time that averaging takes
us, and sRGB colours come out as its driver sees fit.
"""

from __future__ import annotations

import weakref
from collections import Counter

import cv2
import moderngl
import numpy as np

from simgen.assets.mip_levels import Pixels, smaller_levels
from simgen.colour import linear_from_srgb
from simgen.geometry import FloatArray
from simgen.records.asset import Texture
from simgen.rendering.raster.gl_calls import GlCalls

_SRGB8_ALPHA8 = 0x8C43
_RGBA8 = 0x8058
# Levels by which colours are finer than OpenGL's rule, which takes the longer side of a pixel's footprint: floors blur
# away. Measured against 16 samples a pixel, within surfaces of five scenes: 15 to 28 % less error, more beyond.
SHARPER = -0.75


def mip_levels(texture: Texture) -> list[Pixels]:
    """Return all levels (h, w, 4), the finest first; row 0 is v = 0, and all is opaque that has no opacity."""
    levels = (texture.pixels, *(texture.smaller or smaller_levels(texture)))
    return [_upside_down(level) for level in levels]


def _upside_down(level: Pixels) -> Pixels:
    turned = np.ascontiguousarray(level[::-1])
    return turned if level.shape[2] == 4 else np.asarray(cv2.cvtColor(turned, cv2.COLOR_RGB2RGBA), np.uint8)


def mean_rgb(image: moderngl.Texture) -> FloatArray:
    """Return (3,) the mean linear colour of a texture of sRGB colours that `TextureStore` made."""
    texel: Pixels = image.extra
    return linear_from_srgb(texel / 255)


class TextureStore:
    """Textures by the identity of their pixels, for as long as someone uses them.

    Procedural models share the pixels of their surfaces; so do both walls of a room. The pixels are not kept alive.
    """

    def __init__(self, gl: moderngl.Context, calls: GlCalls) -> None:
        self._gl, self._calls = gl, calls
        self._known: dict[tuple[int, bool], tuple[weakref.ref[Pixels], moderngl.Texture]] = {}
        self._users: Counter[moderngl.Texture] = Counter()

    def take(self, texture: Texture) -> moderngl.Texture:
        """Return the texture, uploaded where it is not there; give it back with `give_back`."""
        key = (id(texture.pixels), texture.srgb)
        pixels, image = self._known.get(key, (None, None))
        if (
            image is None or pixels is None or pixels() is not texture.pixels
        ):  # the place of freed pixels is used again
            image = self._upload(texture)
            self._known[key] = (weakref.ref(texture.pixels), image)
        self._users[image] += 1
        return image

    def give_back(self, image: moderngl.Texture) -> None:
        """Say that one user less needs a texture; free it with the last."""
        self._users[image] -= 1
        if self._users[image]:
            return
        del self._users[image]
        self._known = {key: known for key, known in self._known.items() if known[1] is not image}
        image.release()

    def _upload(self, texture: Texture) -> moderngl.Texture:
        levels = mip_levels(texture)
        height, width = levels[0].shape[:2]
        internal = _SRGB8_ALPHA8 if texture.srgb else _RGBA8
        image = self._gl.texture((width, height), 4, levels[0], internal_format=internal)
        self._calls.write_levels(image, levels[1:], internal)
        image.extra = levels[-1][0, 0, :3].copy()  # one texel, the mean of all
        # Blending two levels shows only in colour; for the other maps it would cost twice the reads for nothing.
        coarse = moderngl.LINEAR_MIPMAP_LINEAR if texture.srgb else moderngl.LINEAR_MIPMAP_NEAREST
        if texture.srgb:
            self._calls.shift_level(image, SHARPER)
        image.filter = (coarse, moderngl.LINEAR)
        return image
