"""OpenGL calls that moderngl does not offer, by the addresses that its loader knows."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any, Protocol

import moderngl
import numpy as np
from numpy.typing import NDArray

_TEXTURE_2D, _RGBA, _UNSIGNED_BYTE, _MAX_LEVEL = 0x0DE1, 0x1908, 0x1401, 0x813D


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
        sizes = [ctypes.c_int] * 5
        self._image = _function(loader, "glTexImage2D", number, *sizes, number, number, pointer)

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


def _function(loader: Loader, name: str, *arguments: Any) -> Any:
    return ctypes.CFUNCTYPE(None, *arguments)(loader.load_opengl_function(name))
