"""Textures of models on the graphics card: smaller levels are averaged here, and equal pixels are there once.

OpenGL can make the levels itself. Software rendering draws nine pictures for that: twice the time that averaging takes
here, and sRGB colours come out as its driver sees fit.
"""

from __future__ import annotations

import weakref
from collections import Counter
from functools import cache
from typing import Any

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from simgen.colour import linear_from_srgb, srgb_from_linear
from simgen.geometry import FloatArray
from simgen.records.asset import Texture
from simgen.rendering.raster.gl_calls import GlCalls

_SRGB8_ALPHA8 = 0x8C43
_RGBA8 = 0x8058
_LINEAR_MAX = 65535

Pixels = NDArray[np.uint8]


def mip_levels(texture: Texture) -> list[Pixels]:
    """Return all levels (h, w, 4), the finest first, each half as high and wide (rounded down); row 0 is v = 0.

    A texel is the mean of what it covers: of light where the colour is sRGB encoded, of the numbers where it is not;
    opacity always by its numbers. The finest level is the texture itself, opaque where it has no opacity.
    """
    pixels = np.ascontiguousarray(texture.pixels[::-1])
    colour = np.ascontiguousarray(pixels[..., :3])
    levels = _colour_levels(colour) if texture.srgb else _plain_levels(colour)
    opaque = [_array(cv2.cvtColor(level, cv2.COLOR_RGB2RGBA)) for level in levels]
    if pixels.shape[2] == 4:
        for level, opacity in zip(opaque, _plain_levels(pixels[..., 3]), strict=True):
            level[..., 3] = opacity
    return opaque


def _plain_levels(values: Pixels) -> list[Pixels]:
    levels = [np.ascontiguousarray(values)]
    while max(levels[-1].shape[:2]) > 1:
        levels.append(_halved(levels[-1]))
    return levels


def _colour_levels(srgb: Pixels) -> list[Pixels]:
    to_linear, to_srgb = _tables()
    levels, linear = [srgb], _array(cv2.LUT(srgb, to_linear))
    while max(linear.shape[:2]) > 1:
        linear = _halved(linear)
        levels.append(
            to_srgb.take(linear, mode="wrap")
        )  # no index is out of range: `wrap` skips the search for one
    return levels


def _halved(level: NDArray[Any]) -> NDArray[Any]:
    """Return the means over areas; where a side is odd, texels are shared between two areas."""
    height, width = level.shape[:2]
    size = (max(width // 2, 1), max(height // 2, 1))
    return _array(cv2.resize(level, size, interpolation=cv2.INTER_AREA))


def _array(image: Any) -> NDArray[Any]:
    """Return what OpenCV gave, whose type it states more widely than it is."""
    return np.asarray(image)


@cache
def _tables() -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    """Return sRGB (0..255) -> light (0..65535), and back."""
    light = linear_from_srgb(np.arange(256) / 255)
    back = srgb_from_linear(np.arange(_LINEAR_MAX + 1) / _LINEAR_MAX)
    return np.rint(light * _LINEAR_MAX).astype(np.uint16), np.rint(back * 255).astype(np.uint8)


def mean_rgb(image: moderngl.Texture) -> FloatArray:
    """Return (3,) the mean linear colour of a texture of sRGB colours that `TextureStore` made."""
    texel: Pixels = image.extra
    return _tables()[0][texel] / float(_LINEAR_MAX)


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
        image = self._gl.texture((width, height), 4, levels[0].tobytes(), internal_format=internal)
        self._calls.write_levels(image, levels[1:], internal)
        image.extra = levels[-1][0, 0, :3].copy()  # one texel, the mean of all
        # Blending two levels shows only in colour; for the other maps it would cost twice the reads for nothing.
        coarse = moderngl.LINEAR_MIPMAP_LINEAR if texture.srgb else moderngl.LINEAR_MIPMAP_NEAREST
        image.filter = (coarse, moderngl.LINEAR)
        return image
