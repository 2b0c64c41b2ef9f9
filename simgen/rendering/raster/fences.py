"""Keeps Mesa's software rasteriser from freeing what its own threads still hold.

llvmpipe draws in threads while the next framebuffer is prepared. Each drawing has a fence, which its threads mark
as they finish. The driver looks at the mark without a lock and then frees the fence, while the thread that marked it
is still inside (`lp_setup_get_empty_scene` and `lp_fence_signal`, at least in Mesa 22 and 23): about once in 100,000
framebuffers on a busy machine, and the process hangs or ends. Waiting for the drawing does not help, as waiting too
looks at the mark first. So every fence is held here, as an OpenGL sync object, until a later drawing is done: threads
draw one after the other.
"""

from __future__ import annotations

import ctypes
import os

from simgen.rendering.raster.gl_calls import Loader

_COMMANDS_COMPLETE, _TIMEOUT_NS = 0x9117, 1_000_000_000
_DONE = (
    0x911A,
    0x911C,
)  # already, or within that time; after it a drawing may still go on, and all are held longer
_MOST_HELD = 256  # some ten frames; each takes about a hundred bytes


class Fences:
    """Holds the fences of what was drawn last.

    Args:
        loader: gives the addresses of OpenGL's functions.
        driver: how the driver describes itself; those without the fault are left alone.
    """

    def __init__(self, loader: Loader, driver: str) -> None:
        self._needed = driver.startswith("llvmpipe") and os.environ.get("LP_NUM_THREADS") != "0"
        number, pointer = ctypes.c_uint, ctypes.c_void_p
        self._make = ctypes.CFUNCTYPE(pointer, number, number)(loader.load_opengl_function("glFenceSync"))
        self._wait = ctypes.CFUNCTYPE(number, pointer, number, ctypes.c_uint64)(
            loader.load_opengl_function("glClientWaitSync")
        )
        self._delete = ctypes.CFUNCTYPE(None, pointer)(loader.load_opengl_function("glDeleteSync"))
        self._held: list[int] = []

    @property
    def are_needed(self) -> bool:
        """Whether the driver has the fault."""
        return self._needed

    def hold(self) -> None:
        """Hold the fence of all that was drawn so far; call it before another framebuffer is bound or read."""
        if not self._needed:
            return
        self._held.append(self._make(_COMMANDS_COMPLETE, 0))
        last = self._held[-1]
        if len(self._held) > _MOST_HELD and self._wait(last, 0, _TIMEOUT_NS) in _DONE:
            for fence in self._held[:-1]:
                self._delete(fence)
            self._held = [last]
