"""OpenGL calls that moderngl does not offer, by the addresses that its loader knows."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import moderngl
import numpy as np
from numpy.typing import NDArray

R11G11B10F = 0x8C3A  # one word a texel: software rendering reads it four times as fast as four floats
_TEXTURE_2D, _RGB, _RGBA = 0x0DE1, 0x1907, 0x1908
_BASE_LEVEL, _MAX_LEVEL, _LOD_BIAS = 0x813C, 0x813D, 0x8501
_UNSIGNED_BYTE, _SMALL_FLOATS = 0x1401, 0x8C3B
_READ_FRAMEBUFFER, _DEPTH_BIT, _NEAREST, _SCISSOR_TEST = 0x8CA8, 0x0100, 0x2600, 0x0C11

Box = tuple[int, int, int, int]  # first column and row, width and height


class Loader(Protocol):
    """What gives the address of an OpenGL function: a context of `glcontext`."""

    def load_opengl_function(self, name: str) -> int:
        """Return the address, 0 where there is no such function."""
        ...


class GlCalls:
    """Functions of the context that is current."""

    def __init__(self, loader: Loader) -> None:
        number, pointer = ctypes.c_uint, ctypes.c_void_p
        self._bind = _function(loader, "glBindTexture", number, number)
        self._parameter = _function(loader, "glTexParameteri", number, number, ctypes.c_int)
        self._factor = _function(loader, "glTexParameterf", number, number, ctypes.c_float)
        sizes = [ctypes.c_int] * 5
        self._image = _function(loader, "glTexImage2D", number, *sizes, number, number, pointer)
        self._read = _function(loader, "glGetTexImage", number, ctypes.c_int, number, number, pointer)
        self._bind_framebuffer = _function(loader, "glBindFramebuffer", number, number)
        self._disable = _function(loader, "glDisable", number)
        self._enable = _function(loader, "glEnable", number)
        corners = [ctypes.c_int] * 8
        self._blit = _function(loader, "glBlitFramebuffer", *corners, number, number)

    def write_levels(
        self, texture: moderngl.Texture, levels: Sequence[NDArray[np.uint8]], internal_format: int
    ) -> None:
        """Give a texture its levels 1, 2, … (h, w, 4), contiguous; it has level 0 of that internal format."""
        self._bind(_TEXTURE_2D, texture.glo)
        for number, level in enumerate(levels, start=1):
            height, width = level.shape[:2]
            self._image(
                _TEXTURE_2D,
                number,
                internal_format,
                width,
                height,
                0,
                _RGBA,
                _UNSIGNED_BYTE,
                level.ctypes.data,
            )
        self._parameter(_TEXTURE_2D, _MAX_LEVEL, len(levels))

    def build_levels(self, texture: moderngl.Texture, after_each: Callable[[], None]) -> None:
        """Fill the coarser levels of a texture, each from the one before; the same as `texture.build_mipmaps`."""
        for level in range(max(texture.size).bit_length() - 1):
            texture.build_mipmaps(level, level + 1)
            after_each()
        self._bind(_TEXTURE_2D, texture.glo)
        self._parameter(_TEXTURE_2D, _BASE_LEVEL, 0)

    def shift_level(self, texture: moderngl.Texture, levels: float) -> None:
        """Let a texture be read from finer levels (less than 0) than its size in the picture asks for."""
        self._bind(_TEXTURE_2D, texture.glo)
        self._factor(_TEXTURE_2D, _LOD_BIAS, levels)

    def read_small_floats(self, texture: moderngl.Texture) -> NDArray[np.uint32]:
        """Return the words (h, w) of a texture of internal format R11G11B10F."""
        words = np.empty((texture.height, texture.width), np.uint32)
        self._bind(_TEXTURE_2D, texture.glo)
        self._read(_TEXTURE_2D, 0, _RGB, _SMALL_FLOATS, words.ctypes.data)
        return words

    def write_small_floats(self, texture: moderngl.Texture, words: NDArray[np.uint32]) -> None:
        """Fill a texture of that format with words (h, w), contiguous, that were read from another."""
        height, width = words.shape
        self._bind(_TEXTURE_2D, texture.glo)
        self._image(_TEXTURE_2D, 0, R11G11B10F, width, height, 0, _RGB, _SMALL_FLOATS, words.ctypes.data)

    def copy_depths(
        self, source: moderngl.Framebuffer, target: moderngl.Framebuffer, boxes: Sequence[Box]
    ) -> None:
        """Copy depths between framebuffers of one size and format; the target is bound, its scissor as large as it."""
        self._disable(_SCISSOR_TEST)  # or the driver draws what it could copy
        self._bind_framebuffer(_READ_FRAMEBUFFER, source.glo)
        for x, y, width, height in boxes:
            box = (x, y, x + width, y + height)
            self._blit(*box, *box, _DEPTH_BIT, _NEAREST)
        self._bind_framebuffer(_READ_FRAMEBUFFER, target.glo)
        self._enable(_SCISSOR_TEST)


def _function(loader: Loader, name: str, *arguments: Any) -> Any:
    return ctypes.CFUNCTYPE(None, *arguments)(loader.load_opengl_function(name))
